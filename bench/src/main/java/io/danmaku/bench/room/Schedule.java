package io.danmaku.bench.room;

/**
 * When each message is meant to be sent: so many a second, evenly, and as many in all as the rate says. Each time is
 * reckoned from the first one; a rounded interval would add up.
 *
 * @param fromNs of the first, in {@code System.nanoTime()}
 * @param rate messages a second
 * @param seconds for how long
 */
record Schedule(long fromNs, int rate, int seconds) {
    private static final long NS_PER_S = 1_000_000_000L;

    long count() {
        return (long) rate * seconds;
    }

    /** @param i from 0 to below {@link #count()} */
    long atNs(long i) {
        return fromNs + i / rate * NS_PER_S + i % rate * NS_PER_S / rate;
    }

    /** The first moment after it. */
    long endNs() {
        return fromNs + seconds * NS_PER_S;
    }
}
