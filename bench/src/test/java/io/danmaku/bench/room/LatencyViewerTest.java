package io.danmaku.bench.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.junit.jupiter.api.Test;

final class LatencyViewerTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Recorder latencyUs = new Recorder(3);
    private final LatencyViewer viewer = new LatencyViewer(latencyUs);
    private final long nowNs = System.nanoTime();

    private static JsonNode batch(long... intendedNs) throws Exception {
        StringBuilder events = new StringBuilder();
        for (long ns : intendedNs) {
            events.append(events.isEmpty() ? "" : ",").append("{\"d\":{\"text\":\"" + LatencyViewer.MARK + ns + "\"}}");
        }
        return JSON.readTree("{\"events\":[" + events + ",{\"d\":{\"text\":\"of somebody else\"}}]}");
    }

    @Test
    void aStallCountsForEverythingItDelays() throws Exception {
        long second = TimeUnit.SECONDS.toNanos(1);
        viewer.measure(nowNs - 2 * second, nowNs + second);
        // meant to be sent over the last second, and all come now
        viewer.batch("r", batch(nowNs - second, nowNs - second / 2, nowNs));
        Histogram seen = latencyUs.getIntervalHistogram();
        assertEquals(3, viewer.events());
        assertEquals(1, viewer.frames());
        assertTrue(seen.getMaxValue() >= 999_000, () -> seen.getMaxValue() + " us");
        assertTrue(seen.getValueAtPercentile(50) >= 499_000);
    }

    @Test
    void theWarmUpDoesNotCount() throws Exception {
        viewer.measure(nowNs, nowNs + 1_000);
        viewer.batch("r", batch(nowNs - 1, nowNs + 1_000));
        assertEquals(0, viewer.events());
        assertEquals(0, viewer.frames());
        viewer.batch("r", batch(nowNs, nowNs + 999));
        assertEquals(2, viewer.events());
    }

    @Test
    void whatWasNotToldOrToldWronglyIsCounted() {
        viewer.gap("r", 5, 9, "retention");
        viewer.violated("r", "on purpose");
        assertEquals(6, viewer.uncounted());
    }
}
