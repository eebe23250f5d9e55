package io.danmaku.edge.broadcast;

/** BEST_EFFORT events that a room may be told: so many a second, saved up for a second at most. One thread; time comes in. */
final class Budget {
    private static final double NS_PER_S = 1e9;

    private double saved = Integer.MAX_VALUE;
    private long atNs;

    Budget(long nowNs) {
        atNs = nowNs;
    }

    /**
     * Events that may be told now.
     *
     * @param perSecond 0 = no limit
     */
    int now(int perSecond, long nowNs) {
        if (perSecond == 0) {
            saved = Integer.MAX_VALUE;
        } else {
            saved = Math.min(perSecond, saved + (nowNs - atNs) / NS_PER_S * perSecond);
        }
        atNs = nowNs;
        return (int) saved;
    }

    void spend(int events) {
        saved -= events;
    }
}
