package io.danmaku.standalone.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void everyDeathDoublesTheWaitUpToItsBound() {
        Backoff backoff = new Backoff();
        List<Long> waits = Stream.generate(() -> backoff.afterRun(Duration.ofSeconds(1)))
                .limit(8)
                .map(Duration::toMillis)
                .toList();
        assertEquals(List.of(500L, 1_000L, 2_000L, 4_000L, 8_000L, 15_000L, 15_000L, 15_000L), waits);
    }

    @Test
    void whoRanForALongTimeStartsFromTheShortestWait() {
        Backoff backoff = new Backoff();
        backoff.afterRun(Duration.ZERO);
        backoff.afterRun(Duration.ZERO);
        assertEquals(Backoff.FIRST, backoff.afterRun(Backoff.HEALTHY_AFTER));
    }
}
