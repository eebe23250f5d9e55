package io.danmaku.edge;

import io.danmaku.edge.connection.Commands;
import io.danmaku.protocol.room.RoomKey;

final class NoPresence implements Commands.Presence {
    @Override
    public void joined(RoomKey room, String user) {}

    @Override
    public void left(RoomKey room, String user) {}

    @Override
    public void sent(RoomKey room) {}

    @Override
    public int online(RoomKey room) {
        return 0;
    }
}
