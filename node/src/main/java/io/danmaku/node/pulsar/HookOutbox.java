package io.danmaku.node.pulsar;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.Counter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts events into the outbox of tenants' webhooks, for those who have them elsewhere too: what cannot be put now is dropped and counted. Opened in the
 * background, and again when Pulsar ends it. Any thread; never blocks, but for {@link #close}.
 */
public final class HookOutbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HookOutbox.class);
    private static final int PENDING_MAX = 1_000;
    private static final int SEND_TIMEOUT_S = 10;
    private static final long OPEN_AGAIN_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_S_MAX = 2;

    private final PulsarClient client;
    private final Counter untold;
    private CompletableFuture<Producer<byte[]>> producer;
    private long openedNs;

    /** @param untold counts what is dropped */
    public HookOutbox(PulsarClient client, Counter untold) {
        this.client = client;
        this.untold = untold;
        open(System.nanoTime());
    }

    private synchronized CompletableFuture<Producer<byte[]>> open(long nowNs) {
        boolean failed = producer != null && producer.isCompletedExceptionally();
        if (producer == null || (failed && nowNs - openedNs >= OPEN_AGAIN_NS)) {
            openedNs = nowNs;
            producer = client.newProducer()
                    .topic(Topics.hookOutbox())
                    .maxPendingMessages(PENDING_MAX)
                    .blockIfQueueFull(false)
                    .sendTimeout(SEND_TIMEOUT_S, TimeUnit.SECONDS)
                    .enableBatching(false)
                    .createAsync();
        }
        return producer;
    }

    /** Puts an event of no webhook in particular. */
    public void put(HookRecord told) {
        CompletableFuture<Producer<byte[]>> opened = open(System.nanoTime());
        if (!opened.isDone() || opened.isCompletedExceptionally()) {
            untold.increment();
            return;
        }
        opened.join().sendAsync(Json.bytes(told)).exceptionally(failure -> {
            drop(opened, failure);
            return null;
        });
    }

    private synchronized void drop(CompletableFuture<Producer<byte[]>> by, Throwable failure) {
        LOG.debug("a webhook is not told", failure);
        untold.increment();
        if (producer == by && PulsarNode.isGivenUp(failure)) {
            producer = null;
        }
    }

    /** Waits a bounded time for what is on its way. */
    @Override
    public void close() {
        open(System.nanoTime())
                .thenCompose(Producer::closeAsync)
                .completeOnTimeout(null, CLOSE_S_MAX, TimeUnit.SECONDS)
                .exceptionally(failure -> null)
                .join();
    }
}
