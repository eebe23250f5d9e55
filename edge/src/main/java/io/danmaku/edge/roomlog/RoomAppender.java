package io.danmaku.edge.roomlog;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;

/** Appends to one room's log; the producer is made at the first send. Any thread; never blocks. */
final class RoomAppender {
    private static final int PENDING_MAX = 2_000;
    private static final int BATCH_MESSAGES_MAX = 200;
    private static final long BATCH_DELAY_MS = 1;
    /** A record that the broker did not take in this time is given up, so that it cannot arrive long after its window. */
    private static final int SEND_TIMEOUT_S = 10;

    private static final long RETRY_MS = 1_000;

    private final PulsarClient client;
    private final String topic;
    private CompletableFuture<Producer<byte[]>> producer;

    RoomAppender(PulsarClient client, String topic) {
        this.client = client;
        this.topic = topic;
    }

    /**
     * Appends a record. Success is not told here: the record is read back.
     *
     * @param failed told when it was not appended, or (code PENDING) when nobody can say
     */
    void append(byte[] record, Consumer<Refusal> failed) {
        producer().whenComplete((open, failure) -> {
            if (failure != null) {
                forget();
                failed.accept(unavailable());
            } else if (!open.isConnected()) {
                failed.accept(unavailable());
            } else {
                open.sendAsync(record).exceptionally(notSent -> {
                    failed.accept(refusal(notSent));
                    return null;
                });
            }
        });
    }

    private static Refusal unavailable() {
        return Refusal.retry(ErrorCode.UNAVAILABLE, "the room's log is away", RETRY_MS);
    }

    private static Refusal refusal(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof PulsarClientException.ProducerQueueIsFullError
                || cause instanceof PulsarClientException.MemoryBufferIsFullError) {
            return Refusal.retry(ErrorCode.BUSY, "too many sends are on their way", RETRY_MS);
        }
        return Refusal.retry(ErrorCode.PENDING, "the outcome is unknown: ask again with the same cid", RETRY_MS);
    }

    private synchronized CompletableFuture<Producer<byte[]>> producer() {
        if (producer == null) {
            producer = client.newProducer()
                    .topic(topic)
                    .maxPendingMessages(PENDING_MAX)
                    .blockIfQueueFull(false)
                    .enableBatching(true)
                    .batchingMaxMessages(BATCH_MESSAGES_MAX)
                    .batchingMaxPublishDelay(BATCH_DELAY_MS, TimeUnit.MILLISECONDS)
                    .sendTimeout(SEND_TIMEOUT_S, TimeUnit.SECONDS)
                    .createAsync();
        }
        return producer;
    }

    /** The next send tries to make a producer again. */
    private synchronized void forget() {
        producer = null;
    }

    synchronized CompletableFuture<Void> stop() {
        return producer == null
                ? CompletableFuture.completedFuture(null)
                : producer.thenCompose(open -> open.closeAsync());
    }
}
