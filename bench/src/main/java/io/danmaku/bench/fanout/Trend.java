package io.danmaku.bench.fanout;

import java.util.List;

/**
 * A line through samples by least squares.
 *
 * @param perHour growth
 * @param fit 0..1: what share of the samples' variance the line explains (r squared)
 * @param mean of the samples
 */
record Trend(double perHour, double fit, double mean) {
    private static final double S_PER_HOUR = 3_600;
    private static final double GROWN_MIN = 0.1;
    private static final double FIT_MIN = 0.5;

    /** @param s when, in seconds; {@code values} has as many */
    static Trend of(List<Double> s, List<Double> values) {
        double meanS = s.stream().mapToDouble(v -> v).average().orElse(0);
        double mean = values.stream().mapToDouble(v -> v).average().orElse(0);
        double ss = 0;
        double sv = 0;
        double vv = 0;
        for (int i = 0; i < s.size(); i++) {
            double ds = s.get(i) - meanS;
            double dv = values.get(i) - mean;
            ss += ds * ds;
            sv += ds * dv;
            vv += dv * dv;
        }
        double slope = ss == 0 ? 0 : sv / ss;
        double fit = ss == 0 || vv == 0 ? 0 : sv * sv / (ss * vv);
        return new Trend(slope * S_PER_HOUR, fit, mean);
    }

    /** Whether it grew by more than a tenth over the time, and on the whole steadily. */
    boolean grows(double overS) {
        return perHour * overS / S_PER_HOUR > mean * GROWN_MIN && fit > FIT_MIN;
    }
}
