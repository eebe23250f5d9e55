package io.danmaku.edge.broadcast;

import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * How long a room is held between two frames. A quiet room is not held. A busy one is told every frame interval: one write
 * carries all that came. While event loops lag, or it is told to, the interval stretches and holds for quiet rooms too; it comes back by
 * itself.
 *
 * <p>Lag is how long a task waits for its event loop: a probe is handed to each, one at a time. On the broadcaster's thread,
 * but for what probes and gauges read.
 */
public final class Pace {
    private static final long CHECK_NS = 100_000_000L;
    /** Shares of the shortest interval: a longer wait than the first stretches, a shorter one than the second lets go. */
    private static final int LAG_SHARE = 2;

    private static final int WELL_SHARE = 4;

    private final long minNs;
    private final long maxNs;
    private final int busyPerSecond;
    private final Supplier<? extends Executor[]> loops;
    private Probe[] probes = {};
    private long checkedNs;
    private volatile long intervalNs;
    private volatile long lagNs;
    private volatile boolean stretching;

    /** A task that an event loop runs when it comes to it. */
    private static final class Probe implements Runnable {
        private volatile long postedNs;
        private volatile long waitedNs;
        private volatile boolean out;

        @Override
        public void run() {
            waitedNs = System.nanoTime() - postedNs;
            out = false;
        }

        private long lagNs(long nowNs) {
            return out ? nowNs - postedNs : waitedNs;
        }

        private void post(Executor loop, long nowNs) {
            postedNs = nowNs;
            out = true;
            loop.execute(this);
        }
    }

    /**
     * @param minMs frame interval of a busy room
     * @param maxMs what it may stretch to
     * @param busyPerSecond events a second above which a room is busy
     * @param loops the event loops that write to viewers; their number may grow
     */
    public Pace(long minMs, long maxMs, int busyPerSecond, Supplier<? extends Executor[]> loops) {
        minNs = minMs * 1_000_000;
        maxNs = maxMs * 1_000_000;
        this.busyPerSecond = busyPerSecond;
        this.loops = loops;
        intervalNs = minNs;
        checkedNs = System.nanoTime() - CHECK_NS;
    }

    /** How long a room with so many events a second waits after a frame. */
    long holdNs(int perSecond) {
        return perSecond > busyPerSecond || intervalNs > minNs ? intervalNs : 0;
    }

    /** Whether the interval stretches however little the event loops lag; from any thread. */
    public void stretch(boolean on) {
        stretching = on;
    }

    /** Looks how far the event loops are behind, every {@link #CHECK_NS}. */
    void turn(long nowNs) {
        if (nowNs - checkedNs < CHECK_NS) {
            return;
        }
        checkedNs = nowNs;
        Executor[] now = loops.get();
        grow(now.length);
        long worst = 0;
        for (int i = 0; i < now.length; i++) {
            worst = Math.max(worst, probes[i].lagNs(nowNs));
            if (!probes[i].out) {
                probes[i].post(now[i], nowNs);
            }
        }
        adjust(worst);
    }

    private void grow(int size) {
        if (size > probes.length) {
            Probe[] more = java.util.Arrays.copyOf(probes, size);
            for (int i = probes.length; i < size; i++) {
                more[i] = new Probe();
            }
            probes = more;
        }
    }

    private void adjust(long worstNs) {
        lagNs = worstNs;
        if (stretching || worstNs > minNs / LAG_SHARE) {
            intervalNs = Math.min(maxNs, intervalNs + intervalNs / 4);
        } else if (worstNs < minNs / WELL_SHARE) {
            intervalNs = Math.max(minNs, intervalNs - intervalNs / 16);
        }
    }

    /** The frame interval of busy rooms now. */
    public long intervalNs() {
        return intervalNs;
    }

    /** How long the slowest event loop's tasks wait, as last looked at. */
    public long lagNs() {
        return lagNs;
    }
}
