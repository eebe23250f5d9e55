package io.danmaku.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Latency by percentile as an SVG picture, one line a run; the percentiles are spread so that each nine is as wide as the one before. */
public final class LatencyPicture {
    private static final double NINES = 4;
    private static final int STEPS = 200;
    private static final double US_PER_MS = 1_000;
    private static final int LINES = 5;
    private static final double[] NAMED = {0, 50, 90, 99, 99.9, 99.99};

    private LatencyPicture() {}

    /** @param runs latencies in microseconds */
    public static String svg(String title, List<Histogram> runs) {
        double maxMs = 1;
        for (Histogram run : runs) {
            maxMs = Math.max(maxMs, run.getMaxValue() / US_PER_MS);
        }
        Chart chart = new Chart(title, "");
        for (double percentile : NAMED) {
            chart.column(x(percentile), number(percentile) + " %");
        }
        for (int i = 0; i <= LINES; i++) {
            chart.row((double) i / LINES, String.format(Locale.ROOT, "%.1f ms", maxMs * i / LINES));
        }
        for (int i = 0; i < runs.size(); i++) {
            chart.line("run " + (i + 1), curve(runs.get(i), maxMs));
        }
        return chart.svg();
    }

    private static List<Chart.Place> curve(Histogram run, double maxMs) {
        List<Chart.Place> places = new ArrayList<>();
        for (int step = 0; step <= STEPS; step++) {
            double percentile = 100 - 100 * Math.pow(10, -NINES * step / STEPS);
            places.add(new Chart.Place(x(percentile), run.getValueAtPercentile(percentile) / US_PER_MS / maxMs));
        }
        return places;
    }

    private static double x(double percentile) {
        return -Math.log10(Math.max(Math.pow(10, -NINES), 1 - percentile / 100)) / NINES;
    }

    private static String number(double percentile) {
        return percentile == Math.rint(percentile) ? Long.toString((long) percentile) : Double.toString(percentile);
    }
}
