package io.danmaku.bench.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ToldTest {
    private static Told told(int to10, int to50, int to100, int all) {
        return Told.of("""
                # TYPE danmaku_told_seconds histogram
                danmaku_told_seconds_bucket{service="edge",le="0.01"} %d
                danmaku_told_seconds_bucket{service="edge",le="0.05"} %d
                danmaku_told_seconds_bucket{service="edge",le="0.1"} %d
                danmaku_told_seconds_bucket{service="edge",le="+Inf"} %d
                danmaku_told_seconds_count{service="edge"} %d
                """.formatted(to10, to50, to100, all, all));
    }

    private static final Told NOTHING = told(0, 0, 0, 0);

    @Test
    void aPercentileLiesEvenlyWithinItsBucket() {
        Told told = told(0, 80, 100, 100);
        assertEquals(35, told.percentileMs(NOTHING, 50), 1e-9);
        assertEquals(97.5, told.percentileMs(NOTHING, 99), 1e-9);
    }

    @Test
    void onlyWhatCameSinceCounts() {
        Told before = told(50, 60, 60, 60);
        assertEquals(9, told(150, 160, 160, 160).percentileMs(before, 90), 1e-9);
        assertTrue(Double.isNaN(before.percentileMs(before, 50)));
    }

    @Test
    void whatIsBeyondTheLastBoundIsToldAsInfinite() {
        assertEquals(Double.POSITIVE_INFINITY, told(0, 0, 50, 100).percentileMs(NOTHING, 99));
        assertTrue(Double.isNaN(Told.of("").percentileMs(Told.of(""), 50)), "a hub without the metric");
    }
}
