package io.danmaku.node.pulsar;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.TopicMessageId;

/** Where a log ends, and where what it keeps begins. */
public final class LogHead {
    /** More than a batch of records can hold: behind that, what is read has come since. */
    private static final int READS_MAX = 1_000;

    private LogHead() {}

    /** The newest record that a persistent topic keeps when it is asked, or null when it keeps none; fails when there is no answer in time. */
    public static CompletableFuture<Message<byte[]>> newest(PulsarClient client, String topic, long withinMs) {
        CompletableFuture<Reader<byte[]>> opening = client.newReader()
                .topic(topic)
                .readerName("head")
                .startMessageId(MessageId.latest)
                .startMessageIdInclusive()
                .receiverQueueSize(16)
                .createAsync();
        return opening.thenCompose(reader -> reader.getLastMessageIdsAsync()
                        // finding out by reading would make the broker begin anew with the reader
                        .thenCompose(last -> isEmpty(last)
                                ? CompletableFuture.<Message<byte[]>>completedFuture(null)
                                : newest(reader, null, READS_MAX)))
                .orTimeout(withinMs, TimeUnit.MILLISECONDS)
                // also of one that opens only later
                .whenComplete((newest, failure) -> opening.thenAccept(ReaderEnd::close));
    }

    /** The oldest record that a persistent topic keeps when it is asked; as above. Asking makes the broker load the topic, and so trim it from then on. */
    public static CompletableFuture<Message<byte[]>> oldest(PulsarClient client, String topic, long withinMs) {
        CompletableFuture<Reader<byte[]>> opening = client.newReader()
                .topic(topic)
                .readerName("oldest")
                .startMessageId(MessageId.earliest)
                .receiverQueueSize(1)
                .createAsync();
        return opening.thenCompose(reader -> reader.getLastMessageIdsAsync()
                        .thenCompose(last -> isEmpty(last)
                                ? CompletableFuture.<Message<byte[]>>completedFuture(null)
                                : reader.readNextAsync()))
                .orTimeout(withinMs, TimeUnit.MILLISECONDS)
                .whenComplete((oldest, failure) -> opening.thenAccept(ReaderEnd::close));
    }

    /** Of a log that never had a record, or keeps none. */
    private static boolean isEmpty(List<TopicMessageId> last) {
        return last.stream().allMatch(id -> id instanceof MessageIdAdv place && place.getEntryId() < 0);
    }

    private static CompletableFuture<Message<byte[]>> newest(Reader<byte[]> reader, Message<byte[]> known, int left) {
        return reader.hasMessageAvailableAsync()
                .thenCompose(more -> more && left > 0
                        ? reader.readNextAsync().thenCompose(message -> newest(reader, message, left - 1))
                        : CompletableFuture.completedFuture(known));
    }
}
