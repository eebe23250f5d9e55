package io.danmaku.dm.delivery;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Topics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageRouter;
import org.apache.pulsar.client.api.MessageRoutingMode;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.TopicMetadata;

/** The inbound log, to append to. */
public final class InboundTopic {
    private static final int PENDING_MAX = 2_000;
    private static final long SEND_TIMEOUT_S = 5;
    private static final long BATCH_DELAY_MS = 1;

    /** What has become of an append that did not succeed. */
    public static final class NotAppended extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotAppended(Throwable cause) {
            super("not appended", cause, false, false);
        }
    }

    /** The rule that the owners check, whatever the client library's default may become. */
    private static final class ByConversation implements MessageRouter {
        private static final long serialVersionUID = 1L;

        @Override
        public int choosePartition(Message<?> message, TopicMetadata metadata) {
            return Topics.directPartition(message.getKey());
        }
    }

    private final Producer<byte[]> producer;

    /** Opens the topic, which exists; blocks. */
    public InboundTopic(PulsarClient client) throws PulsarClientException {
        producer = client.newProducer()
                .topic(Topics.directInbound())
                .messageRoutingMode(MessageRoutingMode.CustomPartition)
                .messageRouter(new ByConversation())
                .maxPendingMessages(PENDING_MAX)
                .blockIfQueueFull(false)
                .batchingMaxPublishDelay(BATCH_DELAY_MS, TimeUnit.MILLISECONDS)
                .sendTimeout((int) SEND_TIMEOUT_S, TimeUnit.SECONDS)
                .create();
    }

    /** Whether an append can be tried: every partition has its broker. */
    public boolean connected() {
        return producer.isConnected();
    }

    /** Fails with {@link NotAppended} when the record is certainly not in the log, with anything else when nobody knows. */
    public CompletableFuture<MessageId> append(DirectRecord record) {
        return producer.newMessage()
                .key(record.conversation())
                .value(Json.bytes(record))
                .sendAsync()
                .exceptionallyCompose(failure -> {
                    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                    return CompletableFuture.failedFuture(refusedByClient(cause) ? new NotAppended(cause) : cause);
                });
    }

    /** Failures before the record left this process, or by which the broker says that it did not take it. */
    private static boolean refusedByClient(Throwable cause) {
        return cause instanceof PulsarClientException.ProducerQueueIsFullError
                || cause instanceof PulsarClientException.MemoryBufferIsFullError
                || cause instanceof PulsarClientException.AlreadyClosedException
                || cause instanceof PulsarClientException.InvalidMessageException
                || cause instanceof PulsarClientException.TopicTerminatedException
                || cause instanceof PulsarClientException.ProducerBlockedQuotaExceededError
                || cause instanceof PulsarClientException.ProducerBlockedQuotaExceededException;
    }

    /** Sends what is on its way and closes; blocks. */
    public void close() throws PulsarClientException {
        producer.close();
    }
}
