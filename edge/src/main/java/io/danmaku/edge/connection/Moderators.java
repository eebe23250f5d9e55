package io.danmaku.edge.connection;

import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.Role;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Of one event loop's connections those whose user is, or was, a moderator in some room: few, so that telling those of one room costs little.
 * On the loop only, but for {@link #any}.
 */
final class Moderators {
    private final Set<Connection> connections = new LinkedHashSet<>();
    private volatile boolean any;

    /** @param role what the connection's user is in some room, null = nothing */
    void see(Connection connection, Role role) {
        if (mayReview(role) && connection.index >= 0) {
            connections.add(connection);
            any = true;
        }
    }

    void remove(Connection connection) {
        if (connections.remove(connection)) {
            any = !connections.isEmpty();
        }
    }

    boolean any() {
        return any;
    }

    /** Tells something to those in a room who may answer held chats there now, and who read. */
    void tell(LiveRoom room, byte[] json) {
        for (Connection connection : List.copyOf(connections)) {
            Membership m = connection.rooms().get(room.key().room());
            if (m != null
                    && m.viewer != null
                    && m.room.live() == room
                    && connection.socket().channel().isWritable()
                    && mayReview(connection.role(m))) {
                connection.reply(json);
            }
        }
    }

    private static boolean mayReview(Role role) {
        return role != null && role.may(Permission.REVIEW);
    }
}
