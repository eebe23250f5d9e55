package io.danmaku.bench.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TrendTest {
    private static final List<Double> AT_S = List.of(0.0, 10.0, 20.0, 30.0, 40.0, 50.0);

    @Test
    void whatGrowsSteadilyIsALine() {
        Trend trend = Trend.of(AT_S, List.of(100.0, 110.0, 120.0, 130.0, 140.0, 150.0));
        assertEquals(3_600, trend.perHour(), 1e-6);
        assertEquals(1, trend.fit(), 1e-9);
        assertTrue(trend.grows(50));
    }

    @Test
    void whatStaysOrGoesUpAndDownDoesNotGrow() {
        assertFalse(Trend.of(AT_S, List.of(7.0, 7.0, 7.0, 7.0, 7.0, 7.0)).grows(50));
        assertFalse(
                Trend.of(AT_S, List.of(50.0, 150.0, 50.0, 150.0, 50.0, 150.0)).grows(50));
        assertFalse(Trend.of(AT_S, List.of(100.0, 101.0, 102.0, 103.0, 104.0, 105.0))
                .grows(50));
        assertFalse(Trend.of(AT_S, List.of(150.0, 140.0, 130.0, 120.0, 110.0, 100.0))
                .grows(50));
    }
}
