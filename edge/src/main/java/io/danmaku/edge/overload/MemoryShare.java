package io.danmaku.edge.overload;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How full memory is: of the heap what the last collection of the old objects left, because before it nobody knows what is garbage; of
 * direct memory what is reserved. Where the old objects now take more than the limit, the collector is asked to look, at most once
 * every {@link #COLLECT_EVERY_NS}: it would look by itself only when all is full, and after a crowd has left perhaps not for hours.
 * {@link #look} on one thread, {@link #percent} from any.
 */
public final class MemoryShare {
    static final long COLLECT_EVERY_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int ALL_PERCENT = 100;

    /**
     * Shares in percent.
     *
     * @param heapLivePercent of the heap for old objects, what its last collection left
     * @param heapUsedPercent of it, what is used now, garbage included
     * @param directPercent of direct memory, what is reserved
     */
    record Reading(int heapLivePercent, int heapUsedPercent, int directPercent) {}

    private final int limitPercent;
    private final Supplier<Reading> readings;
    private final Runnable collect;
    private boolean collected;
    private long collectedNs;
    private volatile int percent;

    /** @param limitPercent from which on it matters what is garbage, 0..100 */
    public MemoryShare(int limitPercent) {
        this(limitPercent, jvm(), ManagementFactory.getMemoryMXBean()::gc);
    }

    MemoryShare(int limitPercent, Supplier<Reading> readings, Runnable collect) {
        this.limitPercent = limitPercent;
        this.readings = readings;
        this.collect = collect;
    }

    /** Measures anew. */
    void look(long nowNs) {
        Reading reading = readings.get();
        if (reading.heapUsedPercent >= limitPercent && (!collected || nowNs - collectedNs >= COLLECT_EVERY_NS)) {
            collected = true;
            collectedNs = nowNs;
            collect.run();
            reading = readings.get();
        }
        percent = Math.max(reading.heapLivePercent, reading.directPercent);
    }

    /** How full the fuller one of the two is, 0..100, as last looked at. */
    public int percent() {
        return percent;
    }

    private static Supplier<Reading> jvm() {
        // the young part is emptied all the time: what stays is in the pools that have a threshold
        List<MemoryPoolMXBean> old = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
                .toList();
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> "direct".equals(pool.getName()))
                .findFirst()
                .orElseThrow();
        return () -> {
            int live = 0;
            int used = 0;
            for (MemoryPoolMXBean pool : old) {
                used = Math.max(used, heapPercent(pool.getUsage()));
                live = Math.max(live, heapPercent(pool.getCollectionUsage()));
            }
            // Netty reserves past the JDK's count where it can, and has the same bound
            long reserved = Math.max(direct.getMemoryUsed(), PlatformDependent.usedDirectMemory());
            return new Reading(live, used, percent(reserved, PlatformDependent.maxDirectMemory()));
        };
    }

    private static int heapPercent(MemoryUsage usage) {
        return usage == null
                ? 0
                : percent(
                        usage.getUsed(),
                        usage.getMax() > 0
                                ? usage.getMax()
                                : Runtime.getRuntime().maxMemory());
    }

    private static int percent(long part, long whole) {
        return (int) Math.min(ALL_PERCENT, part * ALL_PERCENT / whole);
    }
}
