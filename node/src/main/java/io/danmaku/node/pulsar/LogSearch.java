package io.danmaku.node.pulsar;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;

/** Reads a persistent topic for one record. Any thread; never blocks. */
public final class LogSearch {
    private static final int QUEUE = 500;

    private final Reader<byte[]> reader;
    private final long lastIndex;
    private final long untilMs;
    private final Predicate<Message<byte[]>> wanted;
    private final CompletableFuture<Message<byte[]>> found = new CompletableFuture<>();

    private LogSearch(Reader<byte[]> reader, long untilMs, long lastIndex, Predicate<Message<byte[]>> wanted) {
        this.reader = reader;
        this.untilMs = untilMs;
        this.lastIndex = lastIndex;
        this.wanted = wanted;
    }

    /** The record of an id; fails when there is no answer in time. */
    public static CompletableFuture<Message<byte[]>> at(
            PulsarClient client, String topic, MessageId id, long withinMs) {
        CompletableFuture<Reader<byte[]>> opening = client.newReader()
                .topic(topic)
                .readerName("place")
                .startMessageId(id)
                .startMessageIdInclusive()
                .receiverQueueSize(1)
                .createAsync();
        return closing(opening, opening.thenCompose(Reader::readNextAsync), withinMs);
    }

    /**
     * The first record between two times that is wanted, or null when there is none up to {@code lastIndex}, which is the index of a record
     * of the first time or later. Fails when it is not found out in time.
     *
     * @param fromMs broker's time
     * @param untilMs broker's time
     */
    public static CompletableFuture<Message<byte[]>> first(
            PulsarClient client,
            String topic,
            long fromMs,
            long untilMs,
            long lastIndex,
            Predicate<Message<byte[]>> wanted,
            long withinMs) {
        CompletableFuture<Reader<byte[]>> opening = client.newReader()
                .topic(topic)
                .readerName("search")
                .startMessageId(MessageId.earliest)
                .receiverQueueSize(QUEUE)
                .createAsync();
        return closing(
                opening,
                opening.thenCompose(reader -> reader.seekAsync(fromMs).thenCompose(sought -> {
                    LogSearch search = new LogSearch(reader, untilMs, lastIndex, wanted);
                    search.read();
                    return search.found;
                })),
                withinMs);
    }

    private static CompletableFuture<Message<byte[]>> closing(
            CompletableFuture<Reader<byte[]>> opening, CompletableFuture<Message<byte[]>> found, long withinMs) {
        return found.orTimeout(withinMs, TimeUnit.MILLISECONDS)
                // also of one that opens only later
                .whenComplete((message, failure) -> opening.thenAccept(ReaderEnd::close));
    }

    /** A loop and no recursion: what waits in the reader's queue comes at once. */
    private void read() {
        while (!found.isDone()) {
            CompletableFuture<Message<byte[]>> next = reader.readNextAsync();
            if (!next.isDone()) {
                next.whenComplete((message, failure) -> {
                    take(message, failure);
                    read();
                });
                return;
            }
            next.whenComplete(this::take);
        }
    }

    private void take(Message<byte[]> message, Throwable failure) {
        if (failure != null) {
            found.completeExceptionally(failure);
        } else if (wanted.test(message)) {
            found.complete(message);
        } else if (message.getIndex().orElse(Long.MAX_VALUE) >= lastIndex || atMs(message) > untilMs) {
            found.complete(null);
        }
    }

    /** When the broker took a record; the producer's time where the broker tells none. */
    public static long atMs(Message<byte[]> message) {
        return message.getBrokerPublishTime().orElse(message.getPublishTime());
    }
}
