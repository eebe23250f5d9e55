package io.danmaku.edge.connection;

import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;

/** Where somebody who joins begins, and whether that can be. */
final class JoinStart {
    /** A viewer may be ahead of this edge by what another edge has read more; beyond that its offset is not of this log. */
    private static final long AHEAD_MAX = 65_536;

    private static final long RETRY_MS = 1_000;

    private JoinStart() {}

    /** The last offset that is not told. */
    static long since(Command.Join join, LiveRoom live, long head, RoomPolicy policy) {
        boolean sameEpoch = live.epoch().equals(join.epoch());
        boolean known = sameEpoch || (join.epoch() == null && live.durability() == Durability.LOGGED);
        if (join.since() >= 0 && known) {
            return join.since();
        }
        // who asks for nothing is shown what the room wants late viewers to see
        long last = join.since() < 0 && join.last() < 0 ? policy.lastOnJoin() : join.last();
        return Math.max(0, head - Math.max(0, last));
    }

    /** What has become of the room since it was asked for, or null when nothing speaks against joining. */
    static Refusal refusal(RoomState state, OpenRoom room, long since) {
        if (state == null || !state.open()) {
            return Refusal.of(ErrorCode.ROOM_CLOSED, "the room is closed");
        }
        if (!state.epoch().equals(room.stateEpoch())) {
            return Refusal.retry(ErrorCode.UNAVAILABLE, "the room was made anew", RETRY_MS);
        }
        if (since > room.live().tail().headOffset() + AHEAD_MAX) {
            return Refusal.of(ErrorCode.SINCE_AHEAD, "since lies far beyond the room's head: join without it");
        }
        return since + 1 < room.live().tail().firstOffset() && room.busy()
                ? Refusal.retry(ErrorCode.BUSY, "too many catch up at a time", RETRY_MS)
                : null;
    }
}
