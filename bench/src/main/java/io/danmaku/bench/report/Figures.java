package io.danmaku.bench.report;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of one run by name, in the order in which they are told. A name carries its unit. */
public final class Figures {
    private final Map<String, Double> values = new LinkedHashMap<>();

    public Figures put(String name, double value) {
        values.put(name, value);
        return this;
    }

    /** A count. */
    public Figures put(String name, long count) {
        return put(name, (double) count);
    }

    /** The figure, or NaN when the run has none of that name. */
    public double get(String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    public Collection<String> names() {
        return List.copyOf(values.keySet());
    }

    /** The median of each figure by itself, over those runs that have it. Of an even number the mean of the two in the middle. */
    public static Figures median(List<Figures> runs) {
        Figures median = new Figures();
        for (Figures run : runs) {
            for (String name : run.values.keySet()) {
                double[] sorted = runs.stream()
                        .mapToDouble(other -> other.get(name))
                        .filter(value -> !Double.isNaN(value))
                        .sorted()
                        .toArray();
                int n = sorted.length;
                median.put(name, n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
            }
        }
        return median;
    }
}
