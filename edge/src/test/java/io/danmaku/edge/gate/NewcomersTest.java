package io.danmaku.edge.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.token.Account;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NewcomersTest {
    private static final long NOW_MS = 1_764_000_000_000L;
    private static final long NOW_S = NOW_MS / 1000;

    private static Refusal check(String field, int value, Claims claims) {
        RoomPolicy policy = PolicyJson.merged(RoomPolicy.DEFAULT, Json.object().put(field, value));
        return Newcomers.check(policy, claims, "42", NOW_MS);
    }

    private static Claims level(int level) {
        return new Claims("7", "Ann", "default", Map.of(), false, 0, new Profile("", level, List.of()));
    }

    private static Claims follows(Map<String, Long> rooms) {
        return new Claims("7", "Ann", "default", Map.of(), false, 0, Profile.NONE, Account.UNKNOWN.following(rooms));
    }

    @Test
    void aRoomThatAsksForNothingTakesEverybody() {
        assertNull(Newcomers.check(RoomPolicy.DEFAULT, level(Profile.NO_LEVEL), "42", NOW_MS));
    }

    @Test
    void whoseLevelDoesNotReachIsRefused() {
        assertEquals(ErrorCode.LEVEL_REQUIRED, check("levelMin", 5, level(4)).code());
        assertEquals(
                ErrorCode.LEVEL_REQUIRED,
                check("levelMin", 1, level(Profile.NO_LEVEL)).code());
        assertNull(check("levelMin", 5, level(5)));
    }

    @Test
    void whoDoesNotFollowTheRoomIsRefusedForGood() {
        for (int minutes : new int[] {0, 10}) {
            Refusal refusal = check("followerMinutes", minutes, follows(Map.of("43", 0L)));
            assertEquals(ErrorCode.FOLLOWERS_ONLY, refusal.code());
            assertEquals(0, refusal.retryMs(), "waiting alone does not help");
        }
    }

    @Test
    void whoFollowsTooFreshlyIsToldForHowLong() {
        Refusal refusal = check("followerMinutes", 10, follows(Map.of("42", NOW_S - 60)));
        assertEquals(ErrorCode.FOLLOWERS_ONLY, refusal.code());
        assertEquals(9 * 60_000, refusal.retryMs());
        assertNull(check("followerMinutes", 10, follows(Map.of("42", NOW_S - 600))));
    }

    @Test
    void whereAnyFollowerMayAClockThatIsAheadDoesNotMatter() {
        assertNull(check("followerMinutes", 0, follows(Map.of("42", NOW_S + 30))));
    }
}
