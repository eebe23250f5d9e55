package io.danmaku.standalone.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventuallyTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void whatFailsAtFirstIsAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        Eventually.await(LONG, "the third time is right", () -> {
            int times = asked.incrementAndGet();
            if (times == 1) {
                throw new IllegalStateException("not yet");
            }
            assertEquals(3, times);
            return true;
        });
        assertEquals(3, asked.get());
    }

    @Test
    void whatNeverHoldsFailsWithTheLastReason() {
        AssertionError reason = new AssertionError("still wrong");
        AssertionError failed = assertThrows(
                AssertionError.class,
                () -> Eventually.await(Duration.ofMillis(1), "never", () -> {
                    throw reason;
                }));
        assertSame(reason, failed.getCause());
    }
}
