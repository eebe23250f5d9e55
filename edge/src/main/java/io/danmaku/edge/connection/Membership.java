package io.danmaku.edge.connection;

import io.danmaku.edge.audience.Audience;
import io.danmaku.edge.audience.Viewer;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.protocol.room.Role;

/** A room that a connection is in, or is about to be in (viewer null). On the connection's event loop. */
final class Membership {
    OpenRoom room;
    Audience audience;
    Viewer viewer;
    /** What the client was told that the user is. */
    Role role;
}
