package io.danmaku.edge.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class LadderTest {
    private static final int LOOK_MS = 100;
    private static final long RISE_MS = 1_000;
    private static final long FALL_MS = 5_000;
    static final OverloadLimits LIMITS = new OverloadLimits(
            Map.of(
                    OverloadStep.STRETCH, load(25, 10, 80),
                    OverloadStep.SAMPLE, load(200, 30, 85),
                    OverloadStep.SHED, load(400, 60, 90),
                    OverloadStep.REFUSE, load(800, 90, 95)),
            RISE_MS,
            FALL_MS,
            50,
            100);
    private static final Load NOTHING = load(0, 0, 0);

    private final Ladder ladder = new Ladder(LIMITS);
    /** As {@code System.nanoTime()} may: below zero, and over it. */
    private long nowMs = -3_000;

    private OverloadStep step = OverloadStep.NORMAL;

    private static Load load(long lagMs, int ringPercent, int memoryPercent) {
        return new Load(TimeUnit.MILLISECONDS.toNanos(lagMs), ringPercent, memoryPercent);
    }

    private OverloadStep look(Load load) {
        step = ladder.look(load, TimeUnit.MILLISECONDS.toNanos(nowMs));
        nowMs += LOOK_MS;
        return step;
    }

    /** How long such a load takes to change the step. */
    private long msUntilChange(Load load) {
        OverloadStep before = step;
        long startMs = nowMs;
        while (look(load) == before) {
            assertTrue(nowMs - startMs < 60_000, () -> "it stays at " + before);
        }
        return nowMs - LOOK_MS - startMs;
    }

    private void stays(Load load, long ms) {
        OverloadStep before = step;
        for (long endMs = nowMs + ms; nowMs < endMs; ) {
            assertEquals(before, look(load));
        }
    }

    @Test
    void itRisesOneStepAfterAnotherAndEachHasToBeHeld() {
        Load stuck = load(2_000, 0, 0);
        for (OverloadStep next :
                new OverloadStep[] {OverloadStep.STRETCH, OverloadStep.SAMPLE, OverloadStep.SHED, OverloadStep.REFUSE
                }) {
            long tookMs = msUntilChange(stuck);
            assertEquals(next, step);
            assertEquals(RISE_MS, tookMs);
        }
        stays(stuck, 60_000);
    }

    @Test
    void itRisesNoHigherThanTheLoadCallsFor() {
        msUntilChange(load(250, 0, 0));
        msUntilChange(load(250, 0, 0));
        assertEquals(OverloadStep.SAMPLE, step);
        stays(load(250, 0, 0), 60_000);
    }

    @Test
    void anyOfTheThreeFiguresIsEnough() {
        for (Load one : new Load[] {load(25, 0, 0), load(0, 10, 0), load(0, 0, 80)}) {
            Ladder fresh = new Ladder(LIMITS);
            fresh.look(one, 0);
            assertEquals(OverloadStep.STRETCH, fresh.look(one, LIMITS.riseNs()));
        }
    }

    @Test
    void aLoadThatPassesNowAndAgainIsNone() {
        for (int i = 0; i < 1_000; i++) {
            assertEquals(OverloadStep.NORMAL, look(i % 10 == 9 ? NOTHING : load(5_000, 100, 100)));
        }
    }

    @Test
    void itComesBackByItselfOneStepAfterAnother() {
        while (step != OverloadStep.REFUSE) {
            look(load(2_000, 100, 100));
        }
        for (OverloadStep next :
                new OverloadStep[] {OverloadStep.SHED, OverloadStep.SAMPLE, OverloadStep.STRETCH, OverloadStep.NORMAL
                }) {
            long tookMs = msUntilChange(NOTHING);
            assertEquals(next, step);
            // the first look of each wait is the one after the last change
            assertEquals(FALL_MS, tookMs);
        }
        stays(NOTHING, 60_000);
    }

    @Test
    void aLoadThatLiesJustBelowTheThresholdHoldsTheStep() {
        msUntilChange(load(30, 0, 0));
        stays(load(24, 0, 0), 60_000);
        stays(load(0, 0, 79), 60_000);
        stays(load(0, 9, 0), 60_000);
        msUntilChange(load(22, 8, 71));
        assertEquals(OverloadStep.NORMAL, step);
    }

    @Test
    void whatComesAgainWhileItFallsBeginsTheWaitAnew() {
        msUntilChange(load(30, 0, 0));
        stays(NOTHING, FALL_MS - LOOK_MS);
        stays(load(30, 0, 0), LOOK_MS);
        assertEquals(FALL_MS, msUntilChange(NOTHING));
    }

    @Property(tries = 200)
    void whateverComesItMovesOneStepAtATimeAndNeverSoonerThanItMay(@ForAll long seed) {
        Random random = new Random(seed);
        Ladder any = new Ladder(LIMITS);
        OverloadStep before = OverloadStep.NORMAL;
        long ns = random.nextLong();
        long changedNs = ns;
        for (int i = 0; i < 500; i++) {
            ns += TimeUnit.MILLISECONDS.toNanos(random.nextInt(1_000));
            OverloadStep now = any.look(
                    load(
                            random.nextBoolean() ? 0 : random.nextInt(1_000),
                            random.nextBoolean() ? 0 : random.nextInt(101),
                            random.nextBoolean() ? 0 : random.nextInt(101)),
                    ns);
            if (now != before) {
                assertEquals(1, Math.abs(now.level() - before.level()));
                assertTrue(ns - changedNs >= (now.atLeast(before) ? LIMITS.riseNs() : LIMITS.fallNs()));
                changedNs = ns;
                before = now;
            }
        }
    }
}
