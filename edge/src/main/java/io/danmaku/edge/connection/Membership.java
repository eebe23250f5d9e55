package io.danmaku.edge.connection;

import io.danmaku.edge.audience.Audience;
import io.danmaku.edge.audience.Viewer;
import io.danmaku.edge.presence.PresenceReporter;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;

/** A room that a connection is in, or is about to be in (viewer null). On the connection's event loop. */
final class Membership {
    OpenRoom room;
    Audience audience;
    Viewer viewer;
    /** What the client was told that the user is. */
    Role role;

    /** Tells who counts that the connection is in the room. */
    void tellJoined(PresenceReporter presence, Connection connection) {
        presence.joined(key(), connection.countedAs(), connection.kind, role, level(connection));
    }

    /** Tells that it is not any more. */
    void tellLeft(PresenceReporter presence, Connection connection) {
        presence.left(key(), connection.countedAs(), connection.kind);
    }

    /**
     * Tells what its user is there.
     *
     * @param now null when the room is no more
     */
    void tellRole(PresenceReporter presence, Connection connection, Role now) {
        if (now != null) {
            presence.is(key(), connection.countedAs(), connection.kind, now, level(connection));
        }
    }

    private RoomKey key() {
        return room.live().key();
    }

    private static int level(Connection connection) {
        return connection.claims().profile().level();
    }
}
