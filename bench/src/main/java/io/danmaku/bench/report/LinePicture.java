package io.danmaku.bench.report;

import java.util.List;
import java.util.Locale;

/** One quantity over another as an SVG picture, some lines in one frame; both axes begin at 0. */
public final class LinePicture {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 360;
    private static final int LEFT = 90;
    private static final int RIGHT = 20;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final int LINES = 5;
    private static final String[] COLORS = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b"};

    private LinePicture() {}

    /**
     * A line.
     *
     * @param y one for each x, in the same order
     */
    public record Line(String name, List<Double> x, List<Double> y) {
        public Line {
            x = List.copyOf(x);
            y = List.copyOf(y);
        }
    }

    /** @param acrossName what x is, with its unit */
    public static String svg(String title, String acrossName, List<Line> lines) {
        double xMax = lines.stream().flatMap(line -> line.x().stream()).reduce(1.0, Math::max);
        double yMax = lines.stream().flatMap(line -> line.y().stream()).reduce(1e-9, Math::max);
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
                        + "font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                WIDTH,
                HEIGHT));
        text(svg, LEFT, TOP - 16, "start", "black", title);
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "black", acrossName);
        for (int i = 0; i <= LINES; i++) {
            double share = (double) i / LINES;
            text(svg, x(share), HEIGHT - BOTTOM + 16, "middle", "black", number(xMax * share));
            text(svg, LEFT - 6, y(share) + 4, "end", "black", number(yMax * share));
            svg.append(String.format(
                    Locale.ROOT,
                    "<path d=\"M%.1f %d V%d M%d %.1f H%d\" stroke=\"#dddddd\"/>%n",
                    x(share),
                    TOP,
                    HEIGHT - BOTTOM,
                    LEFT,
                    y(share),
                    WIDTH - RIGHT));
        }
        for (int i = 0; i < lines.size(); i++) {
            String color = COLORS[i % COLORS.length];
            Line line = lines.get(i);
            svg.append("<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"")
                    .append(color)
                    .append("\" points=\"");
            for (int j = 0; j < line.x().size(); j++) {
                svg.append(String.format(
                        Locale.ROOT,
                        "%.1f,%.1f ",
                        x(line.x().get(j) / xMax),
                        y(line.y().get(j) / yMax)));
            }
            svg.append("\"/>\n");
            text(svg, LEFT + 10, TOP + 16 * (i + 1), "start", color, line.name());
        }
        return svg.append("</svg>\n").toString();
    }

    private static double x(double share) {
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double share) {
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 10 || value == 0 ? "%,.0f" : "%.2f", value);
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String color, String text) {
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
