package io.danmaku.bench.load;

/**
 * When each message is meant to be sent: so many a second, evenly or in bursts, and as many in all as the rate says. Each time is
 * reckoned from the first one; a rounded interval would add up.
 *
 * @param fromNs of the first, in {@code System.nanoTime()}
 * @param rate messages a second
 * @param seconds for how long
 * @param burst so many at the same time, at the time of the first of them
 */
public record Schedule(long fromNs, int rate, int seconds, int burst) {
    private static final long NS_PER_S = 1_000_000_000L;

    public Schedule(long fromNs, int rate, int seconds) {
        this(fromNs, rate, seconds, 1);
    }

    public long count() {
        return (long) rate * seconds;
    }

    /** @param i from 0 to below {@link #count()} */
    public long atNs(long i) {
        long first = i - i % burst;
        return fromNs + first / rate * NS_PER_S + first % rate * NS_PER_S / rate;
    }

    /** The first moment after it. */
    public long endNs() {
        return fromNs + seconds * NS_PER_S;
    }
}
