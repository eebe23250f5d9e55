package io.danmaku.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UserRatesTest {
    private static final int PER_SECOND = 5;
    /** What a connection may at once, and one more. */
    private static final int AT_ONCE = 2 * PER_SECOND + 1;

    private final UserRates rates = new UserRates(PER_SECOND);
    private long nowNs = 1;

    private int takenAtOnce(String user) {
        int taken = 0;
        while (rates.take(user, nowNs) == 0) {
            taken++;
        }
        return taken;
    }

    @Test
    void twoSecondsOfItAreTakenAtOnceAndOneMoreThenOneAtATime() {
        assertEquals(AT_ONCE, takenAtOnce("t/7"));
        long waitMs = rates.take("t/7", nowNs);
        assertTrue(waitMs > 0 && waitMs <= 1_000 / PER_SECOND + 1, () -> "told to wait " + waitMs + " ms");
        nowNs += TimeUnit.MILLISECONDS.toNanos(waitMs);
        assertEquals(1, takenAtOnce("t/7"));
        nowNs += TimeUnit.SECONDS.toNanos(60);
        assertEquals(AT_ONCE, takenAtOnce("t/7"), "what was not used is not saved up");
    }

    @Test
    void whatAnotherEdgeTookCountsAndIsNeverOwedForLongerThanTheRest() {
        for (int i = 0; i < PER_SECOND; i++) {
            rates.count("t/7", nowNs);
        }
        assertEquals(AT_ONCE - PER_SECOND, takenAtOnce("t/7"));
        assertEquals(AT_ONCE, takenAtOnce("other/7"), "another tenant's user");
        for (int i = 0; i < 100; i++) {
            rates.count("t/7", nowNs);
        }
        nowNs += TimeUnit.SECONDS.toNanos(1);
        assertEquals(PER_SECOND, takenAtOnce("t/7"));
    }
}
