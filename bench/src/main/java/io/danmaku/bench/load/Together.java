package io.danmaku.bench.load;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Steps that each wait for an answer, several at a time: one after another, those of thousands of rooms would take minutes. */
public final class Together {
    private static final int AT_A_TIME = 16;

    private Together() {}

    /** One of the steps. */
    public interface Step {
        void run(int index) throws IOException, InterruptedException;
    }

    /**
     * Runs the step for each index from 0; returns when all have been run.
     *
     * @throws IOException why the first one failed that did; those that had not begun then are not run
     */
    public static void run(int count, Step step) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, Math.min(count, AT_A_TIME)), work -> {
            Thread thread = new Thread(work, "together");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<Void>> steps = IntStream.range(0, count)
                    .mapToObj(index -> threads.<Void>submit(() -> {
                        step.run(index);
                        return null;
                    }))
                    .toList();
            for (Future<Void> one : steps) {
                one.get();
            }
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause().getMessage(), failed.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
