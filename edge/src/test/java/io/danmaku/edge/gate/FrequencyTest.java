package io.danmaku.edge.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.edge.broadcast.LastSpoken;
import io.danmaku.node.redis.Sayings.Saying;
import io.danmaku.node.words.Likeness;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrequencyTest {
    private static final long TEN_MINUTES_MS = 600_000;

    private final long nowMs = System.currentTimeMillis();
    private final LastSpoken spoken = new LastSpoken();
    private final Frequency frequency = new Frequency();

    private Frequency.Chat chat(long slowMs, int uniqueSeconds, String cid, String text) {
        RoomPolicy policy = PolicyJson.merged(
                RoomPolicy.DEFAULT, Json.object().put("slowModeMs", slowMs).put("uniqueSeconds", uniqueSeconds));
        spoken.want(policy);
        RoomKey key = new RoomKey("default", "42");
        RoomState room = new RoomState(key, "e1", "", Durability.LOGGED, true, policy, 1, 0);
        return Frequency.Chat.of(room, Role.VIEWER, "7", cid, text, spoken);
    }

    private Earlier taken(Frequency.Chat chat, long atMs) {
        assertNull(frequency.check(chat, atMs));
        return frequency.earlier(chat, atMs);
    }

    private static ErrorCode code(Refusal refusal) {
        return refusal == null ? null : refusal.code();
    }

    @Test
    void nobodyIsAskedWhereTheLogsWindowTellsAll() {
        assertNull(taken(chat(60_000, 60, "a", "x"), nowMs));
    }

    @Test
    void slowModeGoesByWhatIsRememberedElsewhereAndFromThenOnByWhatIsRememberedHere() {
        Frequency.Chat chat = chat(TEN_MINUTES_MS, 0, "b", "x");
        Earlier earlier = taken(chat, nowMs);
        assertEquals("said:default/42/e1/7", earlier.key());
        assertEquals(TEN_MINUTES_MS, earlier.reachMs());
        assertTrue(earlier.unknown());
        List<Saying> known = List.of(new Saying(0, "a", nowMs - 400_000), new Saying(0, "z", nowMs - 2_000_000));
        Refusal refusal = frequency.recalled(chat, earlier, known, nowMs);
        assertEquals(ErrorCode.SLOW_MODE, refusal.code());
        assertEquals(200_000, refusal.retryMs());
        Refusal next = frequency.check(chat(TEN_MINUTES_MS, 0, "c", "x"), nowMs + 100_000);
        assertEquals(ErrorCode.SLOW_MODE, code(next));
        assertEquals(100_000, next.retryMs(), "what was refused did not count");
        assertFalse(taken(chat(TEN_MINUTES_MS, 0, "d", "x"), nowMs + 200_000).unknown(), "one request");
    }

    @Test
    void aSendThatIsTriedAgainIsNotTooEarlyForItself() {
        Frequency.Chat chat = chat(TEN_MINUTES_MS, 600, "a", "x");
        Earlier earlier = taken(chat, nowMs);
        assertNull(frequency.recalled(chat, earlier, List.of(new Saying(Likeness.of("x"), "a", nowMs - 1_000)), nowMs));
    }

    @Test
    void aChatThatIsSentAgainIsNotTooSoonForItself() {
        Frequency.Chat chat = chat(TEN_MINUTES_MS, 600, "a", "x");
        Earlier earlier = taken(chat, nowMs);
        List<Saying> known = List.of(
                new Saying(Likeness.of("x"), "a", nowMs - 1_000), new Saying(Likeness.of("y"), "z", nowMs - 500_000));
        assertNull(frequency.recalled(chat, earlier, known, nowMs), "what was said before it does not refuse it now");
        assertNull(frequency.check(chat, nowMs + 500), "nor does it itself");
        Refusal other = frequency.check(chat(TEN_MINUTES_MS, 600, "b", "z"), nowMs + 500);
        assertEquals(ErrorCode.SLOW_MODE, code(other));
    }

    @Test
    void whatWasSaidBeforeAChatThatIsTriedAgainIsStillKnown() {
        Frequency.Chat chat = chat(0, 600, "b", "second");
        Earlier earlier = taken(chat, nowMs);
        List<Saying> known = List.of(
                new Saying(Likeness.of("second"), "b", nowMs - 1_000),
                new Saying(Likeness.of("first"), "a", nowMs - 100_000));
        assertNull(frequency.recalled(chat, earlier, known, nowMs));
        Refusal repeated = frequency.check(chat(0, 600, "c", "first"), nowMs);
        assertEquals(ErrorCode.REPEATED, code(repeated));
        assertEquals(500_000, repeated.retryMs());
    }

    @Test
    void whatWasSaidElsewhereIsARepeatHere() {
        Frequency.Chat chat = chat(0, 600, "c", "first!");
        Earlier earlier = taken(chat, nowMs);
        List<Saying> known = List.of(
                new Saying(Likeness.of("second"), "b", nowMs - 100_000),
                new Saying(Likeness.of("FIRST !"), "a", nowMs - 200_000),
                new Saying(Likeness.of("third"), "z", nowMs - 700_000));
        Refusal refusal = frequency.recalled(chat, earlier, known, nowMs);
        assertEquals(ErrorCode.REPEATED, code(refusal));
        assertEquals(400_000, refusal.retryMs());
        assertEquals(ErrorCode.REPEATED, code(frequency.check(chat(0, 600, "d", "second"), nowMs)));
        assertEquals(ErrorCode.REPEATED, code(frequency.check(chat(0, 600, "e", "first!"), nowMs)));
        assertNull(frequency.check(chat(0, 600, "f", "third"), nowMs));
        assertNull(frequency.check(chat(0, 600, "g", "first!"), nowMs + 400_000), "what was refused was not said");
    }

    @Test
    void whatSlowModeRefusesWasNotSaid() {
        Frequency.Chat chat = chat(TEN_MINUTES_MS, 3_600, "b", "new");
        Earlier earlier = taken(chat, nowMs);
        List<Saying> known = List.of(new Saying(Likeness.of("old"), "a", nowMs - 599_000));
        assertEquals(ErrorCode.SLOW_MODE, code(frequency.recalled(chat, earlier, known, nowMs)));
        assertNull(frequency.check(chat(TEN_MINUTES_MS, 3_600, "c", "new"), nowMs + 1_000));
    }

    @Test
    void aUserHasOneRateInARoom() {
        spoken.rate(5);
        Refusal last = null;
        for (int i = 0; i < 50; i++) {
            last = frequency.check(chat(0, 0, "c" + i, "x"), nowMs);
        }
        assertEquals(ErrorCode.RATE_LIMITED, code(last));
        assertTrue(last.retryMs() > 0 && last.retryMs() <= 201, last::toString);
    }
}
