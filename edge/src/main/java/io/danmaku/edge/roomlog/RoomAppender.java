package io.danmaku.edge.roomlog;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import java.util.ArrayDeque;
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
    /** How long a batch gathers at most while the one before is on its way; see {@link Gathering}. */
    private static final long BATCH_DELAY_MS = 5;

    /** A record that the broker did not take in this time is given up, so that it cannot arrive long after its window. */
    private static final int SEND_TIMEOUT_S = 10;

    private static final long FLUSH_MS_MAX = 1_000;
    private static final long RETRY_MS = 1_000;
    private static final long LOST_NS = TimeUnit.SECONDS.toNanos(20);

    private final PulsarClient client;
    private final String topic;
    private CompletableFuture<Producer<byte[]>> opening;
    /** Of the same opening: done when all that had come before is handed to the producer. */
    private CompletableFuture<Producer<byte[]>> handedOver;
    /** Set once the producer is there and all that came before has been handed to it. */
    private Producer<byte[]> producer;
    /** Of this producer; another one begins to count anew. */
    private Gathering gathering = new Gathering();

    private long lostSinceNs;
    /** What came while the producer was being made, in order. */
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    private static final class Waiting {
        private final byte[] record;
        private final Consumer<Refusal> failed;

        Waiting(byte[] record, Consumer<Refusal> failed) {
            this.record = record;
            this.failed = failed;
        }
    }

    RoomAppender(PulsarClient client, String topic) {
        this.client = client;
        this.topic = topic;
    }

    /**
     * Appends a record, behind all that this edge appended before. Success is not told here: the record is read back.
     *
     * @param failed told when it was not appended, or (code PENDING) when nobody can say
     */
    synchronized void append(byte[] record, Consumer<Refusal> failed) {
        if (producer != null) {
            hand(record, failed);
        } else if (waiting.size() >= PENDING_MAX) {
            failed.accept(busy());
        } else {
            waiting.add(new Waiting(record, failed));
            open();
        }
    }

    private void hand(byte[] record, Consumer<Refusal> failed) {
        if (!producer.isConnected()) {
            failed.accept(unavailable());
            giveUpWhenLost();
            return;
        }
        lostSinceNs = 0;
        Producer<byte[]> to = producer;
        Gathering batch = gathering;
        to.sendAsync(record).whenComplete((id, notSent) -> {
            if (batch.settled()) {
                to.flushAsync();
            }
            if (notSent != null) {
                failed.accept(refusal(notSent));
            }
        });
        if (batch.handed()) {
            to.flushAsync();
        }
    }

    /** The client ends a producer for good on some errors of the broker and does not say so: then the next send makes another. */
    private void giveUpWhenLost() {
        long nowNs = System.nanoTime();
        lostSinceNs = lostSinceNs == 0 ? nowNs : lostSinceNs;
        if (nowNs - lostSinceNs > LOST_NS) {
            producer.closeAsync();
            producer = null;
            opening = null;
            lostSinceNs = 0;
        }
    }

    private void open() {
        if (opening == null) {
            opening = client.newProducer()
                    .topic(topic)
                    .maxPendingMessages(PENDING_MAX)
                    .blockIfQueueFull(false)
                    .enableBatching(true)
                    .batchingMaxMessages(BATCH_MESSAGES_MAX)
                    .batchingMaxPublishDelay(BATCH_DELAY_MS, TimeUnit.MILLISECONDS)
                    .sendTimeout(SEND_TIMEOUT_S, TimeUnit.SECONDS)
                    .createAsync();
            handedOver = opening.whenComplete(this::opened);
        }
    }

    private synchronized void opened(Producer<byte[]> made, Throwable failure) {
        if (failure == null) {
            producer = made;
            gathering = new Gathering();
        } else {
            opening = null; // the next send tries again
        }
        for (Waiting w = waiting.poll(); w != null; w = waiting.poll()) {
            if (failure == null) {
                hand(w.record, w.failed);
            } else {
                w.failed.accept(unavailable());
            }
        }
    }

    private static Refusal unavailable() {
        return Refusal.retry(ErrorCode.UNAVAILABLE, "the room's log is away", RETRY_MS);
    }

    private static Refusal busy() {
        return Refusal.retry(ErrorCode.BUSY, "too many sends are on their way", RETRY_MS);
    }

    private static Refusal refusal(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof PulsarClientException.ProducerQueueIsFullError
                || cause instanceof PulsarClientException.MemoryBufferIsFullError) {
            return busy();
        }
        return Refusal.retry(ErrorCode.PENDING, "the outcome is unknown: ask again with the same cid", RETRY_MS);
    }

    /** Ends it, behind what was handed to the broker, as far as that takes it in a second. */
    synchronized CompletableFuture<Void> stop() {
        return opening == null
                ? CompletableFuture.completedFuture(null)
                : handedOver.thenCompose(open -> open.flushAsync()
                        .handle((taken, failure) -> open)
                        .completeOnTimeout(open, FLUSH_MS_MAX, TimeUnit.MILLISECONDS)
                        .thenCompose(Producer::closeAsync));
    }
}
