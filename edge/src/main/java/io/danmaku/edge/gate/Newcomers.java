package io.danmaku.edge.gate;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.token.Claims;

/** What a room's policy asks of who is below member before anything is taken: a level, and to follow the room; pure. */
final class Newcomers {
    private static final long SECOND_MS = 1_000;
    private static final long MINUTE_MS = 60_000;

    private Newcomers() {}

    /** Why nothing is taken from who has these claims, or null. */
    static Refusal check(RoomPolicy policy, Claims claims, String room, long nowMs) {
        // who has no level is below every other one, and where none is asked for that does not matter
        if (policy.levelMin() > 0 && claims.profile().level() < policy.levelMin()) {
            return Refusal.of(ErrorCode.LEVEL_REQUIRED, "the room is for level " + policy.levelMin() + " and above");
        }
        if (policy.followerMinutes() == RoomPolicy.FOLLOWERS_OFF) {
            return null;
        }
        Long sinceSeconds = claims.account().follows().get(room);
        if (sinceSeconds == null) {
            return Refusal.of(ErrorCode.FOLLOWERS_ONLY, "the room is for who follows it");
        }
        // whoever signs the token may be ahead by some seconds: to follow at all is enough where no time is asked
        long waitMs = policy.followerMinutes() == 0
                ? 0
                : sinceSeconds * SECOND_MS + policy.followerMinutes() * MINUTE_MS - nowMs;
        return waitMs <= 0
                ? null
                : Refusal.retry(
                        ErrorCode.FOLLOWERS_ONLY,
                        "the room is for who has followed it for " + policy.followerMinutes() + " minutes",
                        waitMs);
    }
}
