package io.danmaku.bench.report;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Latencies on one line, for a terminal. */
public final class Percentiles {
    private static final double US_PER_MS = 1_000;

    private Percentiles() {}

    /** @param us microseconds */
    public static String line(String what, Histogram us) {
        return String.format(
                Locale.ROOT,
                "%-16s p50 %.1f ms  p90 %.1f ms  p99 %.1f ms  p99.9 %.1f ms  max %.1f ms",
                what,
                us.getValueAtPercentile(50) / US_PER_MS,
                us.getValueAtPercentile(90) / US_PER_MS,
                us.getValueAtPercentile(99) / US_PER_MS,
                us.getValueAtPercentile(99.9) / US_PER_MS,
                us.getMaxValue() / US_PER_MS);
    }
}
