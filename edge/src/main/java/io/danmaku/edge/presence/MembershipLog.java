package io.danmaku.edge.presence;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.MembershipRequest;
import io.danmaku.protocol.log.Topics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.CompressionType;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The membership topic and the topic of requests for it. Both are opened in the background and opened again when Pulsar
 * refuses or ends them; a lost connection is the Pulsar client's to mend.
 */
final class MembershipLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipLog.class);
    private static final long OPEN_AGAIN_MS = 1_000;
    private static final long BATCH_DELAY_MS = 2;
    private static final int PENDING_MAX = 1_024;
    private static final int REQUESTS_QUEUED_MAX = 256;
    private static final long CLOSE_MS_MAX = 2_000;

    private final PulsarClient client;
    private final String edge;
    private final Consumer<MembershipRequest> requests;
    private CompletableFuture<Producer<byte[]>> producer;
    private CompletableFuture<Reader<byte[]>> reader;
    private long openedMs;

    /** @param requests told of each request that can be read, on a thread of Pulsar's */
    MembershipLog(PulsarClient client, String edge, Consumer<MembershipRequest> requests) {
        this.client = client;
        this.edge = edge;
        this.requests = requests;
    }

    /** Opens what is not open, at most once in {@link #OPEN_AGAIN_MS}. */
    void keepOpen(long nowMs) {
        boolean openProducer = producer == null || producer.isCompletedExceptionally();
        boolean openReader = reader == null || reader.isCompletedExceptionally();
        if (!(openProducer || openReader) || (openedMs != 0 && nowMs - openedMs < OPEN_AGAIN_MS)) {
            return;
        }
        openedMs = nowMs;
        if (openProducer) {
            producer = logged(
                    "membership",
                    client.newProducer()
                            .topic(Topics.membership())
                            // a record waits for Pulsar as long as it takes: a time-out would cost a snapshot
                            .sendTimeout(0, TimeUnit.MILLISECONDS)
                            .maxPendingMessages(PENDING_MAX)
                            .blockIfQueueFull(false)
                            .batchingMaxPublishDelay(BATCH_DELAY_MS, TimeUnit.MILLISECONDS)
                            .compressionType(CompressionType.LZ4)
                            .createAsync());
        }
        if (openReader) {
            reader = logged(
                    "requests for membership",
                    client.newReader()
                            .topic(Topics.membershipRequests())
                            .startMessageId(MessageId.latest)
                            .receiverQueueSize(REQUESTS_QUEUED_MAX)
                            .readerListener((from, message) -> take(message.getData()))
                            .createAsync());
        }
    }

    private static <T> CompletableFuture<T> logged(String what, CompletableFuture<T> opening) {
        opening.exceptionally(failure -> {
            LOG.warn("{} cannot be opened, tried again: {}", what, failure.getMessage());
            return null;
        });
        return opening;
    }

    private void take(byte[] json) {
        try {
            requests.accept(Json.read(json, MembershipRequest.class));
        } catch (RuntimeException unreadable) {
            LOG.warn("a request for membership cannot be read: {}", unreadable.getMessage());
        }
    }

    /** Whether a record would go out now. */
    boolean isConnected() {
        Producer<byte[]> open = opened();
        return open != null && open.isConnected();
    }

    /** Whether a record can be sent, if only to wait for Pulsar. */
    boolean isOpen() {
        return opened() != null;
    }

    /** Sends, or lets wait for Pulsar; the future tells whether it is in the log. */
    CompletableFuture<MessageId> send(Membership record) {
        Producer<byte[]> open = opened();
        if (open == null) {
            return CompletableFuture.failedFuture(new PulsarClientException.NotConnectedException());
        }
        CompletableFuture<MessageId> sent =
                open.newMessage().key(edge).value(Json.bytes(record)).sendAsync();
        return sent;
    }

    /** Gives a producer up that Pulsar has ended for good; another one is opened. */
    void abandonProducer() {
        Producer<byte[]> open = opened();
        if (open != null) {
            open.closeAsync();
        }
        producer = null;
    }

    private Producer<byte[]> opened() {
        return producer == null || producer.isCompletedExceptionally() ? null : producer.getNow(null);
    }

    /** Says goodbye if Pulsar is there, and closes; waits for a bounded time. */
    @Override
    public void close() {
        if (isConnected()) {
            try {
                send(Membership.bye(edge)).get(CLOSE_MS_MAX, TimeUnit.MILLISECONDS);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException away) {
                LOG.warn("room-service was not told that this edge stops: its lease will end");
            }
        }
        if (producer != null) {
            producer.thenAccept(Producer::closeAsync);
        }
        if (reader != null) {
            reader.thenAccept(Reader::closeAsync);
        }
    }
}
