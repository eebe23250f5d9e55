package io.danmaku.edge.quota;

import java.util.Arrays;

/**
 * How many viewers more than before are here, of those whom the told numbers may not have yet. An edge tells within 0.3 s and the numbers are
 * told every 2 s, so that after 3 s they have everybody. Counts a viewer twice for a while rather than not at all. Thread-safe: a few
 * instructions under a lock.
 */
final class RecentViewers {
    private static final long SLOT_MS = 500;
    private static final int SLOTS = 6;

    private final int[] net = new int[SLOTS];
    private long slot;

    /** Counts one more, unless with those that were told there are so many already. */
    synchronized boolean enter(int told, int max, long nowMs) {
        int index = turn(nowMs);
        int sum = 0;
        for (int n : net) {
            sum += n;
        }
        if (told + Math.max(0, sum) >= max) {
            return false;
        }
        net[index]++;
        return true;
    }

    synchronized void leave(long nowMs) {
        net[turn(nowMs)]--;
    }

    private int turn(long nowMs) {
        // another thread may have looked at the clock a moment later and come first
        long asked = nowMs / SLOT_MS;
        long now = asked < slot && slot - asked < SLOTS ? slot : asked;
        if (now < slot || now >= slot + SLOTS) {
            Arrays.fill(net, 0);
            slot = now;
        }
        for (; slot < now; slot++) {
            net[(int) ((slot + 1) % SLOTS)] = 0;
        }
        return (int) (now % SLOTS);
    }
}
