package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StandstillTest {
    private static final long START_NS = Long.MAX_VALUE - 1_000_000_000L;

    private final Standstill standstill = new Standstill(START_NS);

    private static long at(long ms) {
        return START_NS + TimeUnit.MILLISECONDS.toNanos(ms);
    }

    @Test
    void aProcessThatGetsOnNeverStoodStill() {
        for (long ms = 0; ms < 10_000; ms += Standstill.LONGEST_MS) {
            standstill.beat(at(ms));
            assertFalse(standstill.since(at(0), at(ms)));
        }
    }

    @Test
    void itIsKnownBeforeTheFirstBeatAndToWhoAsksLater() {
        standstill.beat(at(100));
        assertTrue(standstill.since(at(50), at(101 + Standstill.LONGEST_MS)));
        standstill.beat(at(2_000));
        assertTrue(standstill.since(at(50), at(2_001)));
        assertFalse(standstill.since(at(2_000), at(2_001)), "what began after it");
    }

    @Test
    void aBeatThatIsLateTellsIt() {
        standstill.beat(at(2_000));
        assertTrue(standstill.since(at(0), at(2_001)));
    }
}
