package io.danmaku.node.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class ShutdownTest {
    private final List<String> stopped = new CopyOnWriteArrayList<>();
    private final Shutdown shutdown = new Shutdown();

    @Test
    void whatStartedLastStopsFirst() {
        shutdown.add("engine", 1_000, () -> stopped.add("engine"));
        shutdown.add("server", 1_000, () -> stopped.add("server"));
        shutdown.run();
        assertEquals(List.of("server", "engine"), stopped);
    }

    @Test
    void aStepThatFailsDoesNotHoldTheOthers() {
        shutdown.add("first", 1_000, () -> stopped.add("first"));
        shutdown.add("failing", 1_000, () -> {
            throw new IllegalStateException("on purpose");
        });
        shutdown.run();
        assertEquals(List.of("first"), stopped);
    }

    @Test
    void aStepThatHangsIsLeftBehindAtItsBound() {
        CountDownLatch never = new CountDownLatch(1);
        shutdown.add("first", 1_000, () -> stopped.add("first"));
        shutdown.add("hanging", 50, never::await);
        assertTimeoutPreemptively(Duration.ofSeconds(10), shutdown::run);
        assertEquals(List.of("first"), stopped);
        never.countDown();
    }

    @Test
    void aSecondRunDoesNothing() {
        shutdown.add("once", 1_000, () -> stopped.add("once"));
        shutdown.run();
        shutdown.run();
        assertEquals(List.of("once"), stopped);
    }

    @Test
    void stepsRunOneAfterTheOther() {
        CountDownLatch serverStopped = new CountDownLatch(1);
        shutdown.add("engine", 5_000, () -> assertTrue(serverStopped.getCount() == 0 && stopped.add("engine")));
        shutdown.add("server", 5_000, serverStopped::countDown);
        shutdown.run();
        assertEquals(List.of("engine"), stopped);
    }
}
