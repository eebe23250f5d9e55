package io.danmaku.edge.direct;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Topics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to the log of conversations. Opened in the background and again when Pulsar ends it; a lost connection is the
 * Pulsar client's to mend.
 */
final class InboundLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InboundLog.class);
    private static final long OPEN_AGAIN_MS = 1_000;
    /** What the broker did not take in this time is given up, so that it does not arrive long after its sender gave up. */
    private static final int SEND_TIMEOUT_S = 10;

    private static final long CLOSE_MS_MAX = 2_000;
    /** A producer that is not connected for so long is made anew: the client ends one for good on some errors and does not say so. */
    private static final long LOST_MS = 20_000;

    private final PulsarClient client;
    private final int pendingMax;
    private volatile CompletableFuture<Producer<byte[]>> producer;
    private volatile boolean closed;
    private long openedMs;
    private long lostSinceMs;

    InboundLog(PulsarClient client, int pendingMax) {
        this.client = client;
        this.pendingMax = pendingMax;
    }

    /** Opens the log when it is not, at most once in {@link #OPEN_AGAIN_MS}. On one thread. */
    void keepOpen(long nowMs) {
        CompletableFuture<Producer<byte[]>> now = producer;
        boolean ended = now == null || now.isCompletedExceptionally() || isLost(now, nowMs);
        if (closed || !ended || (openedMs != 0 && nowMs - openedMs < OPEN_AGAIN_MS)) {
            return;
        }
        openedMs = nowMs;
        producer = client.getPartitionsForTopic(Topics.directInbound(), false).thenCompose(partitions -> {
            // a topic made on the fly would have no partitions: sequence numbers hang on their number
            if (partitions.size() != Topics.DIRECT_PARTITIONS) {
                throw new IllegalStateException(
                        Topics.directInbound() + " has not " + Topics.DIRECT_PARTITIONS + " partitions");
            }
            return client.newProducer()
                    .topic(Topics.directInbound())
                    .maxPendingMessages(pendingMax)
                    .blockIfQueueFull(false)
                    .sendTimeout(SEND_TIMEOUT_S, TimeUnit.SECONDS)
                    // a conversation is slow and its people wait: nothing to gather, latency to lose
                    .enableBatching(false)
                    .createAsync();
        });
        producer.exceptionally(failure -> {
            LOG.warn("the log of conversations cannot be opened, tried again: {}", failure.getMessage());
            return null;
        });
    }

    private boolean isLost(CompletableFuture<Producer<byte[]>> opened, long nowMs) {
        if (!opened.isDone() || isConnected()) {
            lostSinceMs = 0;
            return false;
        }
        lostSinceMs = lostSinceMs == 0 ? nowMs : lostSinceMs;
        if (nowMs - lostSinceMs <= LOST_MS) {
            return false;
        }
        lostSinceMs = 0;
        opened.thenAccept(Producer::closeAsync);
        return true;
    }

    /** Whether a record would go out now. */
    boolean isConnected() {
        Producer<byte[]> open = opened();
        return open != null && open.isConnected();
    }

    /**
     * Appends a record.
     *
     * @return null when it is on its way: whether it arrives, its result tells; else why it is surely not appended
     */
    Refusal append(DirectRecord record) {
        CompletableFuture<Producer<byte[]>> opening = producer;
        Producer<byte[]> open = opened();
        if (open == null || !open.isConnected()) {
            return unavailable();
        }
        CompletableFuture<MessageId> sent = open.newMessage()
                .key(record.conversation())
                .value(Json.bytes(record))
                .sendAsync();
        // failed before it was put into the producer's queue: nothing of it went out
        Refusal refusal = sent.isCompletedExceptionally()
                ? sent.handle(InboundLog::refusal).join()
                : null;
        sent.exceptionally(failure -> {
            if (cause(failure) instanceof PulsarClientException.AlreadyClosedException) {
                abandon(opening);
            }
            LOG.debug("a record was not appended, or nobody knows", failure);
            return null;
        });
        return refusal;
    }

    private static Refusal refusal(MessageId id, Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof PulsarClientException.ProducerQueueIsFullError
                || cause instanceof PulsarClientException.MemoryBufferIsFullError) {
            return Refusal.retry(ErrorCode.BUSY, "too many messages are on their way", Outcome.RETRY_MS);
        }
        return unavailable();
    }

    private static Refusal unavailable() {
        return Refusal.retry(ErrorCode.UNAVAILABLE, "direct messages are away", Outcome.RETRY_MS);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException ? failure.getCause() : failure;
    }

    private void abandon(CompletableFuture<Producer<byte[]>> ended) {
        if (producer == ended) {
            producer = null;
        }
    }

    private Producer<byte[]> opened() {
        CompletableFuture<Producer<byte[]>> now = producer;
        return now == null || now.isCompletedExceptionally() ? null : now.getNow(null);
    }

    /** Waits a bounded time for what is on its way. */
    @Override
    public void close() {
        closed = true;
        CompletableFuture<Producer<byte[]>> now = producer;
        if (now != null) {
            now.thenCompose(Producer::closeAsync)
                    .completeOnTimeout(null, CLOSE_MS_MAX, TimeUnit.MILLISECONDS)
                    .exceptionally(failure -> null)
                    .join();
        }
    }
}
