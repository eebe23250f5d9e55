package io.danmaku.bench.fanout;

import java.util.Map;
import java.util.TreeMap;

/**
 * How long an edge took from the reading of an event until its viewers were written to, holding included: the histogram
 * {@code danmaku_told_seconds} of its {@code /metrics}, in which the oldest event of each batch counts.
 *
 * @param counts by upper bound in seconds: as many took at most so long
 */
record Told(Map<Double, Double> counts) {
    private static final String BUCKET = "danmaku_told_seconds_bucket";
    private static final double MS_PER_S = 1_000;

    Told {
        counts = new TreeMap<>(counts);
    }

    static Told of(String metrics) {
        Map<Double, Double> counts = new TreeMap<>();
        metrics.lines().filter(line -> line.startsWith(BUCKET)).forEach(line -> {
            int from = line.indexOf("le=\"") + 4;
            String bound = line.substring(from, line.indexOf('"', from));
            counts.merge(
                    bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
                    Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)),
                    Double::sum);
        });
        return new Told(counts);
    }

    /**
     * A percentile of what came since an earlier look, milliseconds: within a bucket evenly; beyond the last bound infinite; NaN when
     * nothing came.
     */
    double percentileMs(Told earlier, double percentile) {
        double all = since(earlier, Double.POSITIVE_INFINITY);
        if (all <= 0) {
            return Double.NaN;
        }
        double wanted = all * percentile / 100;
        double belowS = 0;
        double below = 0;
        for (double boundS : counts.keySet()) {
            double upTo = since(earlier, boundS);
            if (upTo >= wanted) {
                return (belowS + (boundS - belowS) * (wanted - below) / (upTo - below)) * MS_PER_S;
            }
            belowS = boundS;
            below = upTo;
        }
        return Double.POSITIVE_INFINITY;
    }

    private double since(Told earlier, double boundS) {
        return counts.getOrDefault(boundS, 0.0) - earlier.counts.getOrDefault(boundS, 0.0);
    }
}
