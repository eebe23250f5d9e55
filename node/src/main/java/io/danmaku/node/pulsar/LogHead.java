package io.danmaku.node.pulsar;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;

/** Where a log ends. */
public final class LogHead {
    private static final long TIMEOUT_S = 5;
    /** More than a batch of records can hold: behind that, what is read has come since. */
    private static final int READS_MAX = 1_000;

    private LogHead() {}

    /** The newest record that a persistent topic keeps when it is asked, or null when it keeps none; fails when there is no answer in 5 s. */
    public static CompletableFuture<Message<byte[]>> newest(PulsarClient client, String topic) {
        return client.newReader()
                .topic(topic)
                .readerName("head")
                .startMessageId(MessageId.latest)
                .startMessageIdInclusive()
                .receiverQueueSize(16)
                .createAsync()
                .thenCompose(last -> newest(last, null, READS_MAX)
                        .orTimeout(TIMEOUT_S, TimeUnit.SECONDS)
                        .whenComplete((head, failure) -> last.closeAsync()));
    }

    private static CompletableFuture<Message<byte[]>> newest(Reader<byte[]> reader, Message<byte[]> known, int left) {
        return reader.hasMessageAvailableAsync()
                .thenCompose(more -> more && left > 0
                        ? reader.readNextAsync().thenCompose(message -> newest(reader, message, left - 1))
                        : CompletableFuture.completedFuture(known));
    }
}
