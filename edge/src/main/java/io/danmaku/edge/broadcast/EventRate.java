package io.danmaku.edge.broadcast;

/**
 * Events a second: the count of the running second, and of the one before it the share that the last 1,000 ms still cover.
 * One thread; time comes in.
 */
final class EventRate {
    private static final long NS_PER_S = 1_000_000_000L;

    private long startNs;
    private int running;
    private int former;

    EventRate(long nowNs) {
        startNs = nowNs;
    }

    void count(long nowNs) {
        roll(nowNs);
        running++;
    }

    int perSecond(long nowNs) {
        roll(nowNs);
        double share = 1 - (nowNs - startNs) / (double) NS_PER_S;
        return running + (int) (former * share);
    }

    private void roll(long nowNs) {
        long elapsed = nowNs - startNs;
        if (elapsed >= 2 * NS_PER_S) {
            former = 0;
            running = 0;
            startNs = nowNs;
        } else if (elapsed >= NS_PER_S) {
            former = running;
            running = 0;
            startNs += NS_PER_S;
        }
    }
}
