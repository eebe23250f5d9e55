package io.danmaku.node.life;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be stopped, latest started first, each step within its own bound. Thread-safe; runs once. */
public final class Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    /** One step; may block up to its bound. */
    @FunctionalInterface
    public interface Step {
        void run() throws Exception;
    }

    private record Named(String name, long boundMs, Step step) {}

    private final Deque<Named> steps = new ArrayDeque<>();
    private boolean ran;

    /** Adds what stops the part that was just started. */
    public synchronized void add(String name, long boundMs, Step step) {
        steps.push(new Named(name, boundMs, step));
    }

    /** Runs all steps. A step that fails or takes longer than its bound is told and left behind. */
    public void run() {
        Deque<Named> todo;
        synchronized (this) {
            if (ran) {
                return;
            }
            ran = true;
            todo = new ArrayDeque<>(steps);
        }
        for (Named named : todo) {
            FutureTask<Void> task = new FutureTask<>(() -> {
                named.step.run();
                return null;
            });
            Thread thread = new Thread(task, "stop-" + named.name);
            thread.setDaemon(true);
            thread.start();
            try {
                task.get(named.boundMs, TimeUnit.MILLISECONDS);
            } catch (TimeoutException late) {
                LOG.warn("{} did not stop within {} ms", named.name, named.boundMs);
            } catch (ExecutionException failed) {
                LOG.warn("{} failed to stop", named.name, failed.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
