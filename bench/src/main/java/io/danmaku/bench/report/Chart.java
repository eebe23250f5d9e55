package io.danmaku.bench.report;

import java.util.List;
import java.util.Locale;

/** A frame with a grid and lines in it, as SVG. Places are shares of the frame: 0, 0 is its lower left corner, 1, 1 its upper right one. */
final class Chart {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int LEFT = 90;
    private static final int RIGHT = 20;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final int LINE_HEIGHT = 16;
    private static final String[] COLORS = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b"};

    private final StringBuilder svg;
    private int lines;

    /** A place in the frame. */
    record Place(double x, double y) {}

    /** @param acrossName what the places from left to right are; may be empty */
    Chart(String title, String acrossName) {
        svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
                        + "font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                WIDTH,
                HEIGHT));
        text(LEFT, TOP - LINE_HEIGHT, "start", "black", title);
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - BOTTOM + 2.2 * LINE_HEIGHT, "middle", "black", acrossName);
    }

    /** A line of the grid from top to bottom. */
    void column(double share, String label) {
        svg.append(String.format(
                Locale.ROOT, "<path d=\"M%.1f %d V%d\" stroke=\"#dddddd\"/>%n", x(share), TOP, HEIGHT - BOTTOM));
        text(x(share), HEIGHT - BOTTOM + LINE_HEIGHT, "middle", "black", label);
    }

    /** A line of the grid from left to right. */
    void row(double share, String label) {
        svg.append(String.format(
                Locale.ROOT, "<path d=\"M%d %.1f H%d\" stroke=\"#dddddd\"/>%n", LEFT, y(share), WIDTH - RIGHT));
        text(LEFT - 6, y(share) + 4, "end", "black", label);
    }

    void line(String name, List<Place> places) {
        String color = COLORS[lines++ % COLORS.length];
        svg.append("<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"")
                .append(color)
                .append("\" points=\"");
        places.forEach(place -> svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(place.x), y(place.y))));
        svg.append("\"/>\n");
        text(LEFT + 10, TOP + LINE_HEIGHT * lines, "start", color, name);
    }

    String svg() {
        return svg + "</svg>\n";
    }

    private static double x(double share) {
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double share) {
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    private void text(double x, double y, String anchor, String color, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                color,
                text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")));
    }
}
