package io.danmaku.edge.front;

import io.danmaku.edge.policy.RoomTable;
import io.danmaku.edge.roomlog.HistoryScan;
import io.danmaku.protocol.log.HeldJson;
import io.danmaku.protocol.room.RoomState;

/** Which held chats of a room still wait: those that nobody answered, whose time is not over and whose sender is not shadow banned. */
record HeldFilter(RoomTable table, RoomState room, long nowMs) implements HistoryScan.Filter {
    @Override
    public boolean wants(long offset, String sender, byte[] json) {
        return !table.isAnswered(room, offset) && !table.isShadowed(room, sender, nowMs) && !HeldJson.over(json, nowMs);
    }
}
