package io.danmaku.edge.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.words.Likeness;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.RoomPolicy;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LastSpokenTest {
    private static final long HERE = 1;
    private static final long THERE = 2;
    private static final long HALF_HOUR_MS = 1_800_000;
    private static final int PER_SECOND = 5;
    private static final long S = TimeUnit.SECONDS.toNanos(1);

    private final LastSpoken spoken = new LastSpoken();
    private final long nowMs = System.currentTimeMillis();

    private void policy(ObjectNode change) {
        spoken.want(PolicyJson.merged(RoomPolicy.DEFAULT, change));
    }

    private static RoomRecord record(long node, String text, boolean ranking) {
        byte[] json =
                EventDetail.fragment(EventType.CHAT, "7", "7", Json.object().put("text", text));
        return new RoomRecord(EventType.CHAT, ranking, false, 1, node, 0, "7", "c", "", json);
    }

    private void spoke(long node, String text, boolean ranking) {
        spoken.spoke(record(node, text, ranking), nowMs, node == HERE);
    }

    private long repeat(String text, String cid, long afterMs) {
        return spoken.repeatWaitMs("7", Likeness.of(text), cid, 30_000, nowMs + afterMs);
    }

    @Test
    void whatWasSaidOnAnotherEdgeIsNotSaidAgainForTheTimeOfTheRule() {
        policy(Json.object().put("uniqueSeconds", 30));
        spoke(THERE, "first!", false);
        assertEquals(29_000, repeat("FIRST !", "d", 1_000));
        assertEquals(0, repeat("second", "d", 1_000));
        assertEquals(0, repeat("first!", "c", 1_000), "the same send");
        assertEquals(0, repeat("first!", "d", 30_000));
        assertEquals(0, spoken.repeatWaitMs("8", Likeness.of("first!"), "d", 30_000, nowMs));
        policy(Json.object().put("uniqueSeconds", 0));
        assertEquals(0, repeat("first!", "d", 1_000));
    }

    @Test
    void whatModeratorsSayIsNotNoted() {
        policy(Json.object().put("uniqueSeconds", 30).put("slowModeMs", 30_000));
        spoke(THERE, "first!", true);
        assertEquals(0, repeat("first!", "d", 1_000));
        assertEquals(0, spoken.waitMs("7", "d", 30_000, nowMs));
        spoke(THERE, "first!", false);
        assertEquals(30_000, spoken.waitMs("7", "d", 30_000, nowMs));
    }

    private long rate(long nowNs) {
        return spoken.rateWaitMs("7", nowNs);
    }

    @Test
    void chatsHereAndThereUseOneRateUp() {
        spoken.rate(PER_SECOND);
        assertEquals(0, rate(0));
        for (int i = 0; i < 5; i++) {
            spoken.counted(record(THERE, "x", false), HERE, 0);
            assertEquals(0, rate(0));
        }
        assertEquals(201, rate(0), "two seconds' worth, and one");
        assertEquals(0, rate(S / 5));
        assertTrue(rate(S / 5) > 0);
        for (int i = 0; i < 100; i++) {
            spoken.counted(record(THERE, "x", false), HERE, S);
        }
        assertEquals(201, rate(S), "however many there were, the next one is not far");
        assertEquals(0, spoken.rateWaitMs("8", S));
    }

    @Test
    void whatWasTakenHereCountsOnceAndModeratorsNever() {
        spoken.rate(PER_SECOND);
        assertEquals(0, rate(0));
        for (int i = 0; i < 100; i++) {
            spoken.counted(record(HERE, "x", false), HERE, 0);
            spoken.counted(record(THERE, "x", true), HERE, 0);
        }
        for (int i = 0; i < 10; i++) {
            assertEquals(0, rate(0));
        }
        assertTrue(rate(0) > 0);
    }

    @Test
    void whoWasHeardSinceTheRoomWasOpenedOrIsKnownFromElsewhereIsNotAskedFor() {
        policy(Json.object().put("slowModeMs", HALF_HOUR_MS));
        assertTrue(spoken.mayHaveMissed("7", HALF_HOUR_MS, false, nowMs));
        assertFalse(spoken.mayHaveMissed("7", HALF_HOUR_MS, false, nowMs + HALF_HOUR_MS + 1_000), "read it all");
        spoke(THERE, "x", false);
        assertFalse(spoken.mayHaveMissed("7", HALF_HOUR_MS, false, nowMs));
        assertTrue(spoken.mayHaveMissed("7", HALF_HOUR_MS, true, nowMs), "of texts the last is not all");
        spoken.recalled("7");
        assertFalse(spoken.mayHaveMissed("7", HALF_HOUR_MS, true, nowMs));
        assertTrue(spoken.mayHaveMissed("8", HALF_HOUR_MS, true, nowMs));
    }
}
