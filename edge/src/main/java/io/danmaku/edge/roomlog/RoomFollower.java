package io.danmaku.edge.roomlog;

import io.danmaku.edge.broadcast.Broadcaster;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.edge.broadcast.RepeatWindow;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.Durability;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.ReaderBuilder;

/** Follows one room's log into the broadcaster's ring, for as long as the room is open here. One reader a room and edge. */
final class RoomFollower {
    private static final int RECEIVER_QUEUE = 1_000;
    private static final int PRODUCERS_MAX = 4_096;
    private static final long LOST_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int READ_TIMEOUT_S = 5;
    /** Added to the window when looking back by time: what lies between asking the broker and its seek. */
    private static final long MARGIN_S = 10;

    private final PulsarClient client;
    private final Broadcaster broadcaster;
    private final String topic;
    private final OffsetIndex index;
    private volatile Reader<byte[]> reader;
    /** Newest record that came, where another reader would go on. */
    private volatile MessageId last;
    /** Of the timer that looks after it. */
    private long lostSinceNs;

    private volatile boolean reopening;

    /** Of an ephemeral room, on the client's listener thread: offsets given so far, and each producer's last number. */
    private long ephemeralOffset;

    private final Map<String, Long> lastOfProducer = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > PRODUCERS_MAX;
        }
    };

    RoomFollower(PulsarClient client, Broadcaster broadcaster, String topic, OffsetIndex index) {
        this.client = client;
        this.broadcaster = broadcaster;
        this.topic = topic;
        this.index = index;
    }

    /**
     * Where a room's log ends.
     *
     * @param offset of the newest record, 0 when there is none
     * @param id of that record
     * @param tsMs broker's time of that record
     */
    record Head(long offset, MessageId id, long tsMs) {
        static final Head EMPTY = new Head(0, MessageId.earliest, 0);
    }

    CompletableFuture<Head> head(Durability durability) {
        if (durability == Durability.EPHEMERAL) {
            return CompletableFuture.completedFuture(new Head(0, MessageId.latest, 0));
        }
        return client.newReader()
                .topic(topic)
                .readerName("head")
                .startMessageId(MessageId.latest)
                .startMessageIdInclusive()
                .receiverQueueSize(16)
                .createAsync()
                .thenCompose(last -> newest(last, Head.EMPTY).whenComplete((head, failure) -> last.closeAsync()));
    }

    private static CompletableFuture<Head> newest(Reader<byte[]> reader, Head known) {
        return reader.hasMessageAvailableAsync()
                .thenCompose(more -> more
                        ? reader.readNextAsync()
                                .thenCompose(message -> newest(
                                        reader,
                                        new Head(
                                                LogRecords.offset(message),
                                                message.getMessageId(),
                                                LogRecords.tsMs(message))))
                        : CompletableFuture.completedFuture(known));
    }

    /**
     * Feeds the room what lies a repeat window before its head, so that repeats are told rightly from the head on. Blocks; before
     * {@link #follow}.
     */
    void feedWindow(LiveRoom room, Head head) throws IOException {
        long seconds = TimeUnit.MILLISECONDS.toSeconds(RepeatWindow.WINDOW_MS) + MARGIN_S;
        boolean quiet = System.currentTimeMillis() - head.tsMs > TimeUnit.SECONDS.toMillis(seconds);
        if (head.offset == 0 || quiet) {
            return;
        }
        try (Reader<byte[]> window = client.newReader()
                .topic(topic)
                .readerName("window")
                .startMessageFromRollbackDuration(seconds, TimeUnit.SECONDS)
                .receiverQueueSize(RECEIVER_QUEUE)
                .create()) {
            long read = 0;
            while (read < head.offset && window.hasMessageAvailable()) {
                Message<byte[]> message = window.readNext(READ_TIMEOUT_S, TimeUnit.SECONDS);
                if (message == null && read == 0) {
                    return; // a reader by time always says that there is more: all of it was older
                }
                if (message == null) {
                    throw new IOException("the log did not answer within " + READ_TIMEOUT_S + " s");
                }
                read = LogRecords.offset(message);
                if (read <= head.offset) {
                    takeLogged(room, message);
                }
            }
        }
    }

    /** Starts following behind the head: by its id, so that a reader that has to connect anew misses nothing. */
    CompletableFuture<Void> follow(LiveRoom room, Head head) {
        last = head.id;
        return followFrom(room, head.id);
    }

    /**
     * The client ends a reader for good on some errors of the broker and does not say so: one that is not connected for
     * long is replaced by another that goes on behind the last record. Called every second or so, by one thread.
     */
    void keepFollowing(LiveRoom room, long nowNs) {
        if (connected() || reopening) {
            lostSinceNs = 0;
            return;
        }
        lostSinceNs = lostSinceNs == 0 ? nowNs : lostSinceNs;
        if (nowNs - lostSinceNs > LOST_NS) {
            reopening = true;
            stop().handle((stopped, failure) -> null)
                    .thenCompose(stopped -> followFrom(room, last))
                    .whenComplete((followed, failure) -> reopening = false);
        }
    }

    private CompletableFuture<Void> followFrom(LiveRoom room, MessageId start) {
        ReaderBuilder<byte[]> builder = client.newReader()
                .topic(topic)
                .readerName("follower")
                .receiverQueueSize(RECEIVER_QUEUE)
                .startMessageId(start);
        if (room.durability() == Durability.EPHEMERAL) {
            builder.readerListener((r, message) -> takeEphemeral(room, message));
        } else {
            builder.readerListener((r, message) -> takeLogged(room, message));
        }
        return builder.createAsync().thenAccept(opened -> reader = opened);
    }

    private void takeLogged(LiveRoom room, Message<byte[]> message) {
        long offset = LogRecords.offset(message);
        index.saw(offset, message.getMessageId());
        last = message.getMessageId();
        broadcaster.record(room, offset, LogRecords.tsMs(message), RoomRecord.decode(message.getData()));
    }

    /** The broker drops what an ephemeral room's reader cannot take; a hole in a producer's numbers shows it. */
    private void takeEphemeral(LiveRoom room, Message<byte[]> message) {
        Long last = lastOfProducer.put(message.getProducerName(), message.getSequenceId());
        if (last != null && message.getSequenceId() > last + 1) {
            ephemeralOffset += message.getSequenceId() - last - 1;
            broadcaster.lost(room, ephemeralOffset);
        }
        broadcaster.record(room, ++ephemeralOffset, LogRecords.tsMs(message), RoomRecord.decode(message.getData()));
    }

    boolean connected() {
        Reader<byte[]> opened = reader;
        return opened != null && opened.isConnected();
    }

    CompletableFuture<Void> stop() {
        Reader<byte[]> opened = reader;
        return opened == null ? CompletableFuture.completedFuture(null) : opened.closeAsync();
    }
}
