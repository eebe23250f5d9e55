package io.danmaku.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class ScheduleTest {
    private static final long NS_PER_S = 1_000_000_000L;

    @Example
    void sixtyASecondForAMinuteAre3600() {
        Schedule schedule = new Schedule(7, 60, 60);
        assertEquals(3_600, schedule.count());
        assertEquals(7, schedule.atNs(0));
        assertEquals(7 + 16_666_666, schedule.atNs(1));
        assertEquals(7 + 30 * NS_PER_S, schedule.atNs(1_800));
        assertEquals(7 + 60 * NS_PER_S, schedule.endNs());
    }

    @Property
    void everyMessageIsDueInsideTheMeasuredTimeAndOnItsEvenPlace(
            @ForAll @IntRange(min = 1, max = 100_000) int rate, @ForAll @IntRange(min = 1, max = 86_400) int seconds) {
        Schedule schedule = new Schedule(-5, rate, seconds);
        long last = schedule.count() - 1;
        assertTrue(schedule.atNs(last) < schedule.endNs());
        for (long i : new long[] {0, last / 3, last / 2, last}) {
            assertEquals(-5 + i * NS_PER_S / rate, schedule.atNs(i));
        }
    }

    @Example
    void aBurstIsDueAtOnceAndTheRateIsKept() {
        Schedule schedule = new Schedule(7, 100, 3, 50);
        assertEquals(300, schedule.count());
        assertEquals(7, schedule.atNs(49));
        assertEquals(7 + NS_PER_S / 2, schedule.atNs(50));
        assertEquals(7 + NS_PER_S / 2, schedule.atNs(99));
        assertEquals(7 + NS_PER_S, schedule.atNs(100));
    }
}
