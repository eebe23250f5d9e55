package io.danmaku.bench.report;

import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Latency by percentile as an SVG picture, one line a run; the percentiles are spread so that each nine is as wide as the one before. */
public final class LatencyPicture {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final double NINES = 4;
    private static final int STEPS = 200;
    private static final double US_PER_MS = 1_000;
    private static final int LINES = 5;
    private static final double[] NAMED = {0, 50, 90, 99, 99.9, 99.99};
    private static final String[] COLORS = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b"};

    private LatencyPicture() {}

    /** @param runs latencies in microseconds */
    public static String svg(String title, List<Histogram> runs) {
        double maxMs = 1;
        for (Histogram run : runs) {
            maxMs = Math.max(maxMs, run.getMaxValue() / US_PER_MS);
        }
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
                        + "font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                WIDTH,
                HEIGHT));
        text(svg, LEFT, TOP - 16, "start", escaped(title));
        for (double percentile : NAMED) {
            double x = x(percentile);
            line(svg, x, TOP, x, HEIGHT - BOTTOM);
            text(svg, x, HEIGHT - BOTTOM + 18, "middle", percentile == 0 ? "0 %" : number(percentile) + " %");
        }
        for (int i = 0; i <= LINES; i++) {
            double y = HEIGHT - BOTTOM - (double) i / LINES * (HEIGHT - TOP - BOTTOM);
            line(svg, LEFT, y, WIDTH - RIGHT, y);
            text(svg, LEFT - 6, y + 4, "end", String.format(Locale.ROOT, "%.1f ms", maxMs * i / LINES));
        }
        for (int i = 0; i < runs.size(); i++) {
            curve(svg, runs.get(i), maxMs, COLORS[i % COLORS.length]);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" fill=\"%s\">run %d</text>%n",
                    LEFT + 10,
                    TOP + 16 * (i + 1),
                    COLORS[i % COLORS.length],
                    i + 1));
        }
        return svg.append("</svg>\n").toString();
    }

    private static void curve(StringBuilder svg, Histogram run, double maxMs, String color) {
        svg.append("<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"")
                .append(color)
                .append("\" points=\"");
        for (int step = 0; step <= STEPS; step++) {
            double percentile = 100 - 100 * Math.pow(10, -NINES * step / STEPS);
            double ms = run.getValueAtPercentile(percentile) / US_PER_MS;
            svg.append(String.format(
                    Locale.ROOT, "%.1f,%.1f ", x(percentile), HEIGHT - BOTTOM - ms / maxMs * (HEIGHT - TOP - BOTTOM)));
        }
        svg.append("\"/>\n");
    }

    private static double x(double percentile) {
        double nines = -Math.log10(Math.max(Math.pow(10, -NINES), 1 - percentile / 100));
        return LEFT + nines / NINES * (WIDTH - LEFT - RIGHT);
    }

    private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
                x1,
                y1,
                x2,
                y2));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
    }

    private static String number(double percentile) {
        return percentile == Math.rint(percentile) ? Long.toString((long) percentile) : Double.toString(percentile);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
