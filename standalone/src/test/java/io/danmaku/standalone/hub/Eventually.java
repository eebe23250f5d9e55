package io.danmaku.standalone.hub;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other processes do. */
public final class Eventually {
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private Eventually() {}

    /**
     * Returns when the condition holds. An exception or a failed assertion in it counts as not yet, and the last one is the cause
     * when time runs out.
     */
    public static void await(Duration atMost, String what, Callable<Boolean> condition) {
        long until = System.nanoTime() + atMost.toNanos();
        Throwable last;
        do {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception | AssertionError notYet) {
                last = notYet;
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        } while (System.nanoTime() < until);
        throw new AssertionError("not within " + atMost.toMillis() + " ms: " + what, last);
    }
}
