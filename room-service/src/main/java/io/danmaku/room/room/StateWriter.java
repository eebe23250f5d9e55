package io.danmaku.room.room;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.ProducerAccessMode;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exclusive producer of a state topic.
 *
 * <p>The mode is Exclusive, asked for again and again, and not WaitForExclusive: there the broker (seen in 4.2) queues a
 * former owner that reconnects while another one writes, without comparing epochs, and later grants it with its old
 * epoch. It would resend what it had pending, on a table that has missed everything since. In mode Exclusive such a
 * producer is refused as fenced, for ever. A producer whose process hangs is thrown out by one of the mode ExclusiveWithFencing, which
 * is closed at once: were it kept, a former owner that comes back with it would throw the present one out before it is refused.
 */
final class StateWriter {
    private static final Logger LOG = LoggerFactory.getLogger(StateWriter.class);
    private static final int PENDING_MAX = 1_000;

    private final Producer<byte[]> producer;

    StateWriter(Producer<byte[]> producer) {
        this.producer = producer;
    }

    static CompletableFuture<StateWriter> open(PulsarClient client, String topic, long writeTimeoutMs) {
        return client.newProducer(Schema.BYTES)
                .topic(topic)
                .accessMode(ProducerAccessMode.Exclusive)
                .enableBatching(false)
                .maxPendingMessages(PENDING_MAX)
                .blockIfQueueFull(false)
                .sendTimeout((int) writeTimeoutMs, TimeUnit.MILLISECONDS)
                .createAsync()
                .thenApply(StateWriter::new);
    }

    /** Ends whoever has the topic; who comes first has it then. */
    static CompletableFuture<Void> throwOut(PulsarClient client, String topic) {
        return client.newProducer(Schema.BYTES)
                .topic(topic)
                .accessMode(ProducerAccessMode.ExclusiveWithFencing)
                .createAsync()
                .thenCompose(Producer::closeAsync);
    }

    CompletableFuture<MessageId> put(String key, byte[] value) {
        return producer.newMessage().key(key).value(value).sendAsync();
    }

    private CompletableFuture<MessageId> put(StateChange.Write write) {
        return producer.newMessage()
                .key(write.key())
                .value(write.value())
                .properties(write.act() == null ? Map.of() : write.act().properties())
                .sendAsync();
    }

    /** Writes in order; well only when all are acknowledged. */
    CompletableFuture<MessageId> write(List<StateChange.Write> writes) {
        CompletableFuture<?>[] sent = new CompletableFuture<?>[writes.size()];
        CompletableFuture<MessageId> last = null;
        for (int i = 0; i < sent.length; i++) {
            last = put(writes.get(i));
            sent[i] = last;
        }
        CompletableFuture<MessageId> end = last;
        return CompletableFuture.allOf(sent).thenCompose(all -> end);
    }

    void close() {
        Future.fromCompletionStage(producer.closeAsync())
                .onFailure(failure -> LOG.debug("{}: producer not closed", producer.getTopic(), failure));
    }

    static boolean causedBy(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return true;
            }
        }
        return false;
    }
}
