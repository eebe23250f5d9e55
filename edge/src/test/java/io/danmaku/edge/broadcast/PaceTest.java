package io.danmaku.edge.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final int QUIET = 50;
    private static final int BUSY = 65;

    /** An event loop that runs its tasks when the test says so. */
    private final Queue<Runnable> loop = new ArrayDeque<>();

    private final Pace pace = new Pace(50, 100, 64, () -> new Executor[] {loop::add});
    private long nowNs = System.nanoTime();

    private void turns(int turns, boolean loopRuns) {
        for (int i = 0; i < turns; i++) {
            pace.turn(nowNs);
            if (loopRuns) {
                loop.forEach(Runnable::run);
                loop.clear();
            }
            nowNs += TimeUnit.MILLISECONDS.toNanos(100);
        }
    }

    private static long ms(long ns) {
        return TimeUnit.NANOSECONDS.toMillis(ns);
    }

    @Test
    void aQuietRoomIsNotHeldAndABusyOneForAnInterval() {
        assertEquals(0, pace.holdNs(QUIET));
        assertEquals(50, ms(pace.holdNs(BUSY)));
    }

    @Test
    void theIntervalStretchesWhileALoopIsStuckAndHoldsForQuietRoomsToo() {
        turns(30, false);
        assertEquals(100, ms(pace.intervalNs()));
        assertEquals(100, ms(pace.holdNs(QUIET)));
        assertTrue(ms(pace.lagNs()) >= 2_000, () -> pace.lagNs() + " ns");
        assertEquals(1, loop.size(), "one probe is out, however long it waits");
    }

    @Test
    void itComesBackByItselfWhenTheLoopIsWell() {
        turns(30, false);
        loop.forEach(Runnable::run);
        loop.clear();
        // probes wait as long as this thread takes between two lines; the clock of the turns runs ahead of it
        nowNs = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
        turns(1, true);
        turns(60, true);
        assertEquals(0, pace.holdNs(QUIET));
        assertEquals(50, ms(pace.holdNs(BUSY)));
    }

    @Test
    void itStretchesWhenItIsToldToThoughTheLoopIsWell() {
        pace.stretch(true);
        turns(30, true);
        assertEquals(100, ms(pace.holdNs(QUIET)));
        assertEquals(100, ms(pace.intervalNs()));
        pace.stretch(false);
        turns(60, true);
        assertEquals(0, pace.holdNs(QUIET));
    }
}
