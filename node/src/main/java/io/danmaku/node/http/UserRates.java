package io.danmaku.node.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much each user says, over all connections and edges: so many a second, and of those of two seconds as many as one
 * likes at a time. What comes here counts when it is asked for, what another edge took when it is read, so what is on its way there may be
 * too much. One more than a connection may send is let through, so whoever has only one never meets this bound. Thread-safe; a full table
 * forgets the eldest.
 */
public final class UserRates {
    private static final int USERS_MAX = 100_000;
    private static final int BURST_SECONDS = 2;
    /** Long after the burst is there again. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    /** Up to when, by {@code System.nanoTime()}, a user has used the rate up. */
    private final Cache<String, AtomicLong> usedToNs = Caffeine.newBuilder()
            .maximumSize(USERS_MAX)
            .expireAfterAccess(KEPT)
            .executor(Runnable::run)
            .build();

    private final long oneNs;
    private final long aheadNsMax;

    /** @param perSecond of each user, as a connection's */
    public UserRates(int perSecond) {
        oneNs = TimeUnit.SECONDS.toNanos(1) / perSecond;
        aheadNsMax = TimeUnit.SECONDS.toNanos(BURST_SECONDS) + oneNs;
    }

    /** Takes one; 0 when there was one, else milliseconds until there is. */
    public long take(String user, long nowNs) {
        AtomicLong used = of(user, nowNs);
        while (true) {
            long before = used.get();
            long aheadNs = aheadNs(before, nowNs) + oneNs;
            if (aheadNs > aheadNsMax) {
                return TimeUnit.NANOSECONDS.toMillis(aheadNs - aheadNsMax) + 1;
            }
            if (used.compareAndSet(before, nowNs + aheadNs)) {
                return 0;
            }
        }
    }

    /** One that was taken elsewhere. */
    public void count(String user, long nowNs) {
        of(user, nowNs).getAndUpdate(before -> nowNs + Math.min(aheadNsMax, aheadNs(before, nowNs) + oneNs));
    }

    private AtomicLong of(String user, long nowNs) {
        AtomicLong used = usedToNs.getIfPresent(user);
        return used == null ? usedToNs.get(user, first -> new AtomicLong(nowNs)) : used;
    }

    private static long aheadNs(long usedToNs, long nowNs) {
        return Math.max(0, usedToNs - nowNs);
    }
}
