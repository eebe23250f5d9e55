package io.danmaku.bench.swarm;

import org.HdrHistogram.Histogram;

/** Latencies of messages whose intended time lies in the measured stretch, by equal parts of it. One thread. */
final class Latency {
    private static final long NS_PER_US = 1_000;

    private Histogram[] us = {new Histogram(3)};
    private long fromNs = Long.MAX_VALUE;
    private long toNs = Long.MAX_VALUE;

    /** @param parts of equal length, at least 1 */
    void measure(long from, long to, int parts) {
        fromNs = from;
        toNs = to;
        us = new Histogram[parts];
        for (int i = 0; i < parts; i++) {
            us[i] = new Histogram(3);
        }
    }

    void record(long intendedNs, long nowNs) {
        if (intendedNs >= fromNs && intendedNs < toNs) {
            int part = (int) ((intendedNs - fromNs) * us.length / (toNs - fromNs));
            us[part].recordValue(Math.max(0, (nowNs - intendedNs) / NS_PER_US));
        }
    }

    int parts() {
        return us.length;
    }

    Histogram us(int part) {
        return us[part];
    }
}
