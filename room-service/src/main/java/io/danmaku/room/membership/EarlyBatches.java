package io.danmaku.room.membership;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.Messages;

/** What came before the word that this instance counts, around a take-over: it comes once. The first few of late. On the membership context. */
final class EarlyBatches {
    private static final int BATCHES_MAX = 16;
    private static final long KEPT_NS = TimeUnit.SECONDS.toNanos(5);

    private final List<Messages<byte[]>> batches = new ArrayList<>();
    private long lastNs = System.nanoTime();

    void add(Messages<byte[]> batch) {
        long nowNs = System.nanoTime();
        if (nowNs - lastNs > KEPT_NS) {
            batches.clear();
        }
        if (batches.size() < BATCHES_MAX) {
            batches.add(batch);
            lastNs = nowNs;
        }
    }

    /** Hands them over, if they are not too old, and forgets them. */
    void take(Consumer<Messages<byte[]>> taker) {
        if (System.nanoTime() - lastNs <= KEPT_NS) {
            batches.forEach(taker);
        }
        batches.clear();
    }

    void clear() {
        batches.clear();
    }
}
