package io.danmaku.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One quantity over another as an SVG picture, some lines in one frame; both axes begin at 0. What is not finite is left out. */
public final class LinePicture {
    private static final int LINES = 5;

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
        double yMax = lines.stream()
                .flatMap(line -> line.y().stream())
                .filter(Double::isFinite)
                .reduce(1e-9, Math::max);
        Chart chart = new Chart(title, acrossName);
        for (int i = 0; i <= LINES; i++) {
            double share = (double) i / LINES;
            chart.column(share, number(xMax * share));
            chart.row(share, number(yMax * share));
        }
        for (Line line : lines) {
            List<Chart.Place> places = new ArrayList<>();
            for (int i = 0; i < line.x().size(); i++) {
                if (Double.isFinite(line.y().get(i))) {
                    places.add(new Chart.Place(line.x().get(i) / xMax, line.y().get(i) / yMax));
                }
            }
            chart.line(line.name(), places);
        }
        return chart.svg();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 10 || value == 0 ? "%,.0f" : "%.2f", value);
    }
}
