package io.danmaku.bench.machine;

import java.util.concurrent.locks.LockSupport;

/** How the harness waits for a moment. */
public final class Sleep {
    private Sleep() {}

    /** Returns at that time of {@code System.nanoTime()} or a little later, at once when it is over. */
    public static void until(long atNs) {
        for (long left = atNs - System.nanoTime(); left > 0; left = atNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
