package io.danmaku.bench.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames as docs/protocol.md has them; tests with a parameter hold for who checks and for who only looks at heads. */
final class WatchTest {
    private static final long NOW_NS = 10_000_000;

    private final Counts counts = new Counts();
    private final Latency latency = new Latency();
    private Watch watch;

    @BeforeEach
    void measureAll() {
        latency.measure(0, Long.MAX_VALUE, 1);
    }

    private void join(boolean checks, long head) {
        watch = new Watch("42", checks, counts, latency);
        watch.joined(head);
    }

    private static String event(long offset, long intendedNs, long number) {
        return "{\"o\":" + offset + ",\"ts\":1764000000000,\"t\":\"chat\",\"u\":{\"id\":\"7\",\"name\":\"Ann\"},\"d\":"
                + "{\"text\":\"bench " + intendedNs + " " + number + "\",\"mode\":\"scroll\"}}";
    }

    private static String gift(long offset, long number) {
        return "{\"o\":" + offset + ",\"ts\":1,\"t\":\"app\",\"d\":{\"text\":\"gift 1 " + number
                + "\",\"gift\":\"rocket\"}}";
    }

    private static String place(long offset, int key, long number) {
        return "{\"o\":" + offset + ",\"ts\":1,\"t\":\"state\",\"d\":{\"key\":\"k" + key
                + "\",\"value\":{\"text\":\"place 1 " + number + "\"}}}";
    }

    private static String frame(long from, long to, String end, String... events) {
        return "{\"room\":\"42\",\"from\":" + from + ",\"to\":" + to + ",\"events\":[" + String.join(",", events) + "]"
                + end + "}";
    }

    private boolean take(String text) {
        ByteBuf bytes = Unpooled.copiedBuffer("ab" + text + "zz", StandardCharsets.US_ASCII);
        return watch.take(bytes, 2, bytes.writerIndex() - 2, NOW_NS, new Scan());
    }

    private long wrong() {
        return counts.lost
                + counts.doubled
                + counts.disordered
                + counts.miscounted
                + counts.skipped
                + counts.sampled
                + counts.behind;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesThatFollowOnAreCountedAndNothingIsWrong(boolean checks) {
        join(checks, 4);
        assertTrue(take(frame(5, 6, "", event(5, 1, 0), event(6, 2, 1))));
        assertTrue(take(frame(7, 7, "", event(7, 3, 2))));
        assertEquals(2, counts.frames);
        assertEquals(3, counts.events);
        assertEquals(0, wrong());
        assertEquals(8, watch.next());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHoleBetweenFramesIsLost(boolean checks) {
        join(checks, 4);
        take(frame(7, 7, "", event(7, 1, 0)));
        assertEquals(2, counts.lost);
        assertEquals(2, wrong());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFrameThatComesTwiceIsDoubled(boolean checks) {
        join(checks, 4);
        take(frame(5, 6, "", event(5, 1, 0), event(6, 2, 1)));
        take(frame(6, 7, "", event(6, 2, 1), event(7, 3, 2)));
        // who checks knows it by its offset and by its number
        assertEquals(checks ? 2 : 1, counts.doubled);
        assertEquals(8, watch.next());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasLeftOutIsNoEventAndARepeatIsNoFault(boolean checks) {
        join(checks, 0);
        take(frame(1, 6, ",\"skipped\":{\"repeat\":2,\"filtered\":3}", event(3, 1, 0)));
        assertEquals(1, counts.events);
        assertEquals(3, counts.skipped);
        assertEquals(3, wrong());
        take(frame(7, 7, ",\"skipped\":{\"sampled\":1}"));
        assertEquals(1, counts.sampled);
        take(frame(8, 10, ",\"skipped\":{\"slow\":1,\"conflated\":2}"));
        assertEquals(3, counts.behind);
        assertEquals(7, wrong());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGapIsLost(boolean checks) {
        join(checks, 0);
        take(frame(1, 6, ",\"gap\":\"retention\""));
        assertEquals(0, counts.events);
        assertEquals(6, counts.lost);
        assertEquals(6, wrong());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsNoBatchOfTheRoomIsLeftAlone(boolean checks) {
        join(checks, 0);
        assertFalse(take("{\"room\":\"42\",\"stats\":{\"online\":3,\"users\":3,\"peak\":3,\"perMinute\":0}}"));
        assertFalse(take("{\"re\":1,\"ok\":{\"room\":\"42\",\"head\":0}}"));
        assertFalse(take("{\"room\":\"421\",\"from\":1,\"to\":1,\"events\":[]}"));
        assertEquals(0, counts.frames);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyWhoChecksSeesEventsOutOfOrderAndFramesThatDoNotAddUp(boolean checks) {
        join(checks, 0);
        take(frame(1, 2, "", event(2, 1, 1), event(1, 1, 0)));
        assertEquals(checks ? 1 : 0, counts.disordered);
        take(frame(3, 4, "", event(3, 1, 2)));
        assertEquals(checks ? 1 : 0, counts.miscounted);
        take(frame(5, 5, "", event(6, 1, 3)));
        assertEquals(checks ? 2 : 0, counts.disordered);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoChecksTakesTheLatencyFromTheIntendedTimeOfWhatWasMeasured(boolean checks) {
        join(checks, 0);
        latency.measure(NOW_NS - 5_000_000, NOW_NS, 1);
        take(frame(1, 3, "", event(1, NOW_NS - 6_000_000, 0), event(2, NOW_NS - 5_000_000, 1), event(3, NOW_NS, 2)));
        Histogram us = latency.us(0);
        assertEquals(checks ? 1 : 0, us.getTotalCount());
        assertEquals(checks ? us.highestEquivalentValue(5_000) : 0, us.getMaxValue());
    }

    @Test
    void latenciesOfTheTwoHalvesAreToldApart() {
        join(true, 0);
        latency.measure(NOW_NS - 4_000_000, NOW_NS, 2);
        take(frame(
                1, 3, "", event(1, NOW_NS - 4_000_000, 0), event(2, NOW_NS - 2_000_001, 1), event(3, NOW_NS - 1, 2)));
        assertEquals(2, latency.us(0).getTotalCount());
        assertEquals(1, latency.us(1).getTotalCount());
    }

    @Test
    void aReliableEventThatWasPassedOverIsMissingThoughTheFramesAddUp() {
        join(true, 4);
        take(frame(5, 7, ",\"skipped\":{\"slow\":1}", gift(5, 0), gift(7, 2)));
        assertEquals(1, counts.behind);
        assertEquals(1, wrong());
        assertEquals(0, watch.missing(new long[] {3, 5, 7}));
        assertEquals(1, watch.missing(new long[] {5, 6, 7}));
        take(frame(8, 8, "", gift(8, 2)));
        assertEquals(1, counts.doubled);
    }

    @Test
    void theNewestValueOfEachKeyIsHeldOrMissed() {
        join(true, 0);
        take(frame(1, 3, "", place(1, 0, 0), place(2, 1, 1), place(3, 0, 2)));
        assertEquals(0, watch.stale(new int[] {2, 1}));
        assertEquals(0, watch.stale(new int[] {-1, 1, -1}));
        assertEquals(1, watch.stale(new int[] {0, 1}));
        assertEquals(1, watch.stale(new int[] {5, 1}));
        assertEquals(1, watch.stale(new int[] {2, 1, 3}));
        assertEquals(0, wrong());
    }

    @Test
    void chatsAsPeopleWriteThemAreCountedAndNothingMore() {
        join(true, 0);
        take(frame(
                1, 1, "", "{\"o\":1,\"ts\":1,\"t\":\"chat\",\"u\":{\"id\":\"7\"},\"d\":{\"text\":\"well played\"}}"));
        assertEquals(1, counts.events);
        assertEquals(0, latency.us(0).getTotalCount());
        assertEquals(0, wrong());
    }
}
