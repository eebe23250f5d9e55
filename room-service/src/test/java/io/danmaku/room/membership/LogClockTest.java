package io.danmaku.room.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LogClockTest {
    private static final long START_MS = 1_795_000_000_000L;
    private final LogClock clock = new LogClock();

    @Test
    void timeIsTheBrokersFromTheFirstRecordOn() {
        assertFalse(clock.advance(START_MS));
        assertEquals(0, clock.nowMs());
        assertFalse(clock.advance(START_MS + 1_200));
        assertEquals(1_200, clock.nowMs());
    }

    @Test
    void itNeverGoesBack() {
        clock.advance(START_MS + 500);
        clock.advance(START_MS + 600);
        assertFalse(clock.advance(START_MS));
        assertEquals(100, clock.nowMs());
    }

    @Test
    void aLogThatStoodStillAgesNobody() {
        clock.advance(START_MS);
        clock.advance(START_MS + 1_000);
        assertTrue(clock.advance(START_MS + 60_000));
        assertEquals(1_000, clock.nowMs());
        assertFalse(clock.advance(START_MS + 60_500));
        assertEquals(1_500, clock.nowMs());
    }
}
