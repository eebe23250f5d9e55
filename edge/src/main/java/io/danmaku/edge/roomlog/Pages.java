package io.danmaku.edge.roomlog;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.danmaku.edge.tail.Batch;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Pages of rooms' logs, read once and shared by all who need them: at most so many reads at a time, so many waiting, so
 * many bytes kept. Beyond that a read fails at once, and who asked is told to come back.
 */
public final class Pages implements AutoCloseable {
    /** Offsets a page covers: aligned, so that viewers with different cursors share pages. */
    public static final int PAGE_OFFSETS = 256;

    private static final long KEPT_S = 30;
    private static final int READS_MAX = 3;

    /** @param deletions how many the room knew: a page that was read before one of them is not served after it */
    private record Key(String topic, long from, long to, int deletions, boolean held) {}

    /** One page; the cache holds a reference to each of its batches. */
    private record Page(List<Batch> batches) {
        boolean tryRetain() {
            for (int i = 0; i < batches.size(); i++) {
                if (!batches.get(i).tryRetain()) {
                    batches.subList(0, i).forEach(Batch::release);
                    return false;
                }
            }
            return true;
        }

        int bytes() {
            return 64 + batches.stream().mapToInt(Batch::bytes).sum();
        }
    }

    private final ThreadPoolExecutor readers;
    private final AsyncCache<Key, Page> cache;
    private final PageReader reader;

    Pages(PageReader reader, int threads, int waitingMax, long bytesMax) {
        this.reader = reader;
        AtomicInteger number = new AtomicInteger();
        readers = new ThreadPoolExecutor(
                threads,
                threads,
                KEPT_S,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(waitingMax),
                task -> new Thread(task, "log-reader-" + number.incrementAndGet()));
        readers.allowCoreThreadTimeOut(true);
        cache = Caffeine.newBuilder()
                .maximumWeight(bytesMax)
                .weigher((Key key, Page page) -> page.bytes())
                .expireAfterAccess(KEPT_S, TimeUnit.SECONDS)
                .executor(Runnable::run)
                .removalListener((Key key, Page page, RemovalCause cause) -> {
                    if (page != null) {
                        page.batches.forEach(Batch::release);
                    }
                })
                .buildAsync();
    }

    /** Whether a read would be refused now. */
    public boolean busy() {
        return readers.getQueue().remainingCapacity() == 0;
    }

    /** Reads {@code from..to}, both in one aligned page; the batches are retained for the caller. */
    CompletableFuture<List<Batch>> read(PageReader.Request request) {
        return read(request, READS_MAX);
    }

    /** @param readsLeft when something is deleted while the page is read, it is read again */
    private CompletableFuture<List<Batch>> read(PageReader.Request request, int readsLeft) {
        Key key = new Key(
                request.topic(),
                request.from(),
                request.to(),
                request.deletions().version(),
                request.held());
        return cache.get(
                        key,
                        (k, unused) -> CompletableFuture.supplyAsync(
                                () -> {
                                    try {
                                        return new Page(reader.read(request));
                                    } catch (IOException e) {
                                        throw new CompletionException(e);
                                    }
                                },
                                readers))
                .thenCompose(page -> {
                    if (!page.tryRetain()) {
                        throw new CompletionException(new IllegalStateException("the page was evicted: read it again"));
                    }
                    if (request.deletions().version() != key.deletions() && readsLeft > 1) {
                        page.batches.forEach(Batch::release);
                        return read(request, readsLeft - 1);
                    }
                    return CompletableFuture.completedFuture(page.batches);
                });
    }

    /** The offsets of a stretch of time, see {@link PageReader#within}; read under the same bounds. */
    CompletableFuture<PageReader.Range> within(String topic, long fromMs, long toMs, long head) {
        return run(() -> reader.within(topic, fromMs, toMs, head));
    }

    /** A read that is no page. */
    @FunctionalInterface
    interface Read<T> {
        T run() throws IOException;
    }

    /** Runs another read of a log among those of pages, under the same bounds. */
    <T> CompletableFuture<T> run(Read<T> read) {
        try {
            return CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return read.run();
                        } catch (IOException e) {
                            throw new CompletionException(e);
                        }
                    },
                    readers);
        } catch (RejectedExecutionException tooMany) {
            return CompletableFuture.failedFuture(tooMany);
        }
    }

    @Override
    public void close() {
        readers.shutdownNow();
        cache.synchronous().invalidateAll();
    }
}
