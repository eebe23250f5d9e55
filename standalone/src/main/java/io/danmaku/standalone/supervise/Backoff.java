package io.danmaku.standalone.supervise;

import java.time.Duration;

/** How long to wait before a child that died is started again. Not thread-safe: it belongs to the child's thread. */
final class Backoff {
    static final Duration FIRST = Duration.ofMillis(500);
    static final Duration LONGEST = Duration.ofSeconds(15);
    /** A child that ran this long is taken for healthy, and its next death starts from {@link #FIRST}. */
    static final Duration HEALTHY_AFTER = Duration.ofSeconds(30);

    private Duration next = FIRST;

    Duration afterRun(Duration ran) {
        if (ran.compareTo(HEALTHY_AFTER) >= 0) {
            next = FIRST;
        }
        Duration now = next;
        Duration doubled = now.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return now;
    }
}
