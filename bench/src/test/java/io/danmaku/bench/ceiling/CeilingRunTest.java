package io.danmaku.bench.ceiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real two processes. */
final class CeilingRunTest {
    @Test
    @Timeout(120)
    void theBareLoopWritesWhatItIsToldAndTheSwarmReadsIt() throws Exception {
        CeilingRun run = CeilingRun.of(20, 10, 1, 1_000, 50, 1);
        assertEquals(20 * 50, run.writes());
        assertEquals(0, run.partial());
        assertEquals(20 * 50 * 1_000, run.bytes());
        assertTrue(run.cpuS() > 0 && run.writesPerCpuS() > 0, run::toString);
        assertTrue(run.seconds() >= 0.9, run::toString); // at its times, not as fast as it can
        // some may be on its way when the count is asked for
        assertTrue(run.received() > run.bytes(), run::toString);
    }
}
