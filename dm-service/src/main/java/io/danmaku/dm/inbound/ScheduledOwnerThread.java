package io.danmaku.dm.inbound;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An owner thread of its own. Its queue is bounded by the records in work of its partitions. */
final class ScheduledOwnerThread implements OwnerThread, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScheduledOwnerThread.class);
    private static final long NS_PER_MS = 1_000_000;

    private final ScheduledThreadPoolExecutor executor;

    ScheduledOwnerThread(String name) {
        executor = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, name));
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException closed) {
            LOG.debug("dropped after close");
        }
    }

    @Override
    public void after(long delayMs, Runnable task) {
        try {
            // the future is not needed: nothing here is ever cancelled alone
            var unused = executor.schedule(guarded(task), delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("dropped after close");
        }
    }

    /** A scheduled task that throws would vanish with its exception. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException bug) {
                LOG.error("a task of a partition failed", bug);
            }
        };
    }

    @Override
    public long nowMs() {
        return System.nanoTime() / NS_PER_MS;
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
