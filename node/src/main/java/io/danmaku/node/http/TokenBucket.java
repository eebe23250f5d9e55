package io.danmaku.node.http;

/** So many a second, with a burst; time comes in as an argument. One thread. */
public final class TokenBucket {
    private static final double NS_PER_S = 1e9;
    private static final double MS_PER_S = 1e3;

    private double perSecond;
    private double burst;
    private double tokens;
    private long atNs;

    public TokenBucket(int perSecond, int burst, long nowNs) {
        this.perSecond = perSecond;
        this.burst = burst;
        tokens = burst;
        atNs = nowNs;
    }

    /** Another allowance from now on; what is left of the burst grows or shrinks with it. */
    public void allow(int newPerSecond) {
        double factor = newPerSecond / perSecond;
        perSecond = newPerSecond;
        burst *= factor;
        tokens *= factor;
    }

    /** Takes one; 0 when there was one, else milliseconds until there is. */
    public long take(long nowNs) {
        tokens = Math.min(burst, tokens + (nowNs - atNs) / NS_PER_S * perSecond);
        atNs = nowNs;
        if (tokens >= 1) {
            tokens -= 1;
            return 0;
        }
        return Math.max(1, (long) Math.ceil((1 - tokens) / perSecond * MS_PER_S));
    }
}
