package io.danmaku.dm.delivery;

import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Topics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageRouter;
import org.apache.pulsar.client.api.MessageRoutingMode;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.TopicMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The inbound log, to append to. */
public final class InboundTopic {
    private static final Logger LOG = LoggerFactory.getLogger(InboundTopic.class);
    private static final int PENDING_MAX = 2_000;
    private static final int SEND_TIMEOUT_S = 5;
    private static final long OPEN_AGAIN_MS = 1_000;
    private static final long BATCH_DELAY_MS = 1;
    private static final String PARTITION = "p";

    /** What has become of an append that did not succeed. */
    public static final class NotAppended extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotAppended(Throwable cause) {
            super("not appended", cause, false, false);
        }
    }

    /** Takes the partition that a record says: the client library's default may become another one than the owners check. */
    private static final class AsTold implements MessageRouter {
        private static final long serialVersionUID = 1L;

        @Override
        public int choosePartition(Message<?> message, TopicMetadata metadata) {
            return Integer.parseInt(message.getProperty(PARTITION));
        }
    }

    private final PulsarClient client;
    private final Executor later = CompletableFuture.delayedExecutor(OPEN_AGAIN_MS, TimeUnit.MILLISECONDS);
    private volatile Producer<byte[]> producer;
    private volatile boolean closed;

    /** Opens the topic, which exists, in the background, and again should the client library give it up. */
    public InboundTopic(PulsarClient client) {
        this.client = client;
        open();
    }

    private void open() {
        if (closed) {
            return;
        }
        var unused = client.newProducer()
                .topic(Topics.directInbound())
                .messageRoutingMode(MessageRoutingMode.CustomPartition)
                .messageRouter(new AsTold())
                .maxPendingMessages(PENDING_MAX)
                .blockIfQueueFull(false)
                .batchingMaxPublishDelay(BATCH_DELAY_MS, TimeUnit.MILLISECONDS)
                .sendTimeout(SEND_TIMEOUT_S, TimeUnit.SECONDS)
                .createAsync()
                .whenComplete((opened, failure) -> {
                    if (failure == null) {
                        producer = opened;
                    } else {
                        LOG.warn("the inbound log cannot be opened, tried again: {}", failure.toString());
                        later.execute(this::open);
                    }
                });
    }

    /** Whether an append can be tried: every partition has its broker. */
    public boolean connected() {
        Producer<byte[]> open = producer;
        return open != null && open.isConnected();
    }

    /** Fails with {@link NotAppended} when the record is certainly not in the log, with anything else when nobody knows. */
    public CompletableFuture<MessageId> append(DirectRecord record, int partition) {
        Producer<byte[]> open = producer;
        if (open == null) {
            return CompletableFuture.failedFuture(new NotAppended(null));
        }
        CompletableFuture<MessageId> sent = open.newMessage()
                .key(record.conversation())
                .property(PARTITION, Integer.toString(partition))
                .value(Json.bytes(record))
                .sendAsync();
        boolean neverLeft = sent.isCompletedExceptionally();
        return sent.exceptionallyCompose(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (PulsarNode.isGivenUp(cause)) {
                openAgain(open);
            }
            return CompletableFuture.failedFuture(neverLeft || refused(cause) ? new NotAppended(cause) : cause);
        });
    }

    private synchronized void openAgain(Producer<byte[]> ended) {
        if (producer == ended) {
            producer = null;
            later.execute(this::open);
        }
    }

    /** Failures by which client library or broker say that they did not take the record. */
    private static boolean refused(Throwable cause) {
        return cause instanceof PulsarClientException.ProducerQueueIsFullError
                || cause instanceof PulsarClientException.MemoryBufferIsFullError
                || cause instanceof PulsarClientException.InvalidMessageException
                || cause instanceof PulsarClientException.TopicTerminatedException
                || cause instanceof PulsarClientException.ProducerBlockedQuotaExceededError
                || cause instanceof PulsarClientException.ProducerBlockedQuotaExceededException;
    }

    /** Sends what is on its way and closes; blocks. */
    public void close() throws PulsarClientException {
        closed = true;
        Producer<byte[]> open = producer;
        if (open != null) {
            open.close();
        }
    }
}
