package io.danmaku.room.membership;

import java.util.Arrays;

/** How many in the last minute, by seconds; 60 whole seconds and the one that runs. */
final class MinuteCount {
    private static final int SECONDS = 61;
    private static final long SECOND_MS = 1_000;

    private final int[] counts = new int[SECONDS];
    private long second;
    private int sum;

    void add(long nowMs, long count) {
        forget(nowMs);
        int n = (int) Math.min(Integer.MAX_VALUE - (long) sum, count);
        counts[(int) (second % SECONDS)] += n;
        sum += n;
    }

    int sum(long nowMs) {
        forget(nowMs);
        return sum;
    }

    private void forget(long nowMs) {
        long now = Math.max(second, nowMs / SECOND_MS);
        if (now - second >= SECONDS) {
            Arrays.fill(counts, 0);
            sum = 0;
        } else {
            for (long s = second + 1; s <= now; s++) {
                sum -= counts[(int) (s % SECONDS)];
                counts[(int) (s % SECONDS)] = 0;
            }
        }
        second = now;
    }
}
