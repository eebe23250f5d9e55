package io.danmaku.node.pulsar;

import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;

/** Where a log ends. */
public final class LogHead {
    private LogHead() {}

    /** The newest record that a persistent topic keeps, or null when it keeps none. */
    public static CompletableFuture<Message<byte[]>> newest(PulsarClient client, String topic) {
        return client.newReader()
                .topic(topic)
                .readerName("head")
                .startMessageId(MessageId.latest)
                .startMessageIdInclusive()
                .receiverQueueSize(16)
                .createAsync()
                .thenCompose(last -> newest(last, null).whenComplete((head, failure) -> last.closeAsync()));
    }

    private static CompletableFuture<Message<byte[]>> newest(Reader<byte[]> reader, Message<byte[]> known) {
        return reader.hasMessageAvailableAsync()
                .thenCompose(more -> more
                        ? reader.readNextAsync().thenCompose(message -> newest(reader, message))
                        : CompletableFuture.completedFuture(known));
    }
}
