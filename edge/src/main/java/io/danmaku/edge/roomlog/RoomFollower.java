package io.danmaku.edge.roomlog;

import io.danmaku.edge.broadcast.Broadcaster;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.edge.broadcast.RepeatWindow;
import io.danmaku.node.pulsar.LogHead;
import io.danmaku.node.pulsar.PulsarAdmin;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.node.pulsar.ReaderEnd;
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
    /** A room is not looked back into when nothing was said for a window and so long; by far more than clocks differ. */
    private static final long QUIET_MS = RepeatWindow.WINDOW_MS + TimeUnit.MINUTES.toMillis(5);

    private final PulsarClient client;
    private final PulsarAdmin admin;
    private final Broadcaster broadcaster;
    private final String topic;
    private final OffsetIndex index;
    private volatile Reader<byte[]> reader;
    private volatile boolean stopped;
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

    RoomFollower(PulsarNode pulsar, Broadcaster broadcaster, String topic, OffsetIndex index) {
        client = pulsar.client();
        admin = pulsar.admin();
        this.broadcaster = broadcaster;
        this.topic = topic;
        this.index = index;
    }

    /**
     * Where a room's log ends.
     *
     * @param offset of the newest record, also when it is not kept any more; 0 when there never was one
     * @param id of that record, or where a reader begins when nothing is kept
     * @param tsMs broker's time of that record, 0 when nothing is kept
     */
    record Head(long offset, MessageId id, long tsMs) {}

    CompletableFuture<Head> head(Durability durability) {
        if (durability == Durability.EPHEMERAL) {
            return CompletableFuture.completedFuture(new Head(0, MessageId.latest, 0));
        }
        return LogHead.newest(client, topic, OpenRooms.OPENING_MS_MAX)
                .thenCompose(newest -> newest != null
                        ? CompletableFuture.completedFuture(
                                new Head(LogRecords.offset(newest), newest.getMessageId(), LogRecords.tsMs(newest)))
                        : admin.lastIndex(topic).thenApply(last -> new Head(last + 1, MessageId.earliest, 0)));
    }

    /**
     * Feeds the room what lies a repeat window before its head, so that repeats are told rightly from the head on. Blocks; before
     * {@link #follow}.
     */
    void feedWindow(LiveRoom room, Head head) throws IOException {
        if (head.tsMs == 0 || System.currentTimeMillis() - head.tsMs > QUIET_MS) {
            return;
        }
        Reader<byte[]> window = client.newReader()
                .topic(topic)
                .readerName("window")
                .startMessageId(head.id)
                .startMessageIdInclusive()
                .receiverQueueSize(RECEIVER_QUEUE)
                .create();
        try {
            window.seek(head.tsMs - RepeatWindow.WINDOW_MS);
            long read = 0;
            while (read < head.offset) {
                Message<byte[]> message = window.readNext(READ_TIMEOUT_S, TimeUnit.SECONDS);
                if (message == null) {
                    throw new IOException("the log did not answer within " + READ_TIMEOUT_S + " s");
                }
                read = LogRecords.offset(message);
                if (read <= head.offset) {
                    takeLogged(room, message);
                }
            }
        } finally {
            ReaderEnd.close(window);
        }
    }

    /** Starts following behind the head: by its id, so that a reader that has to connect anew misses nothing. */
    CompletableFuture<Void> follow(LiveRoom room, Head head) {
        last = head.id;
        return followFrom(room, head.id);
    }

    /** Whether another reader is due: the client ends one for good on some errors of the broker and does not say so. */
    boolean lost(long nowNs) {
        if (connected()) {
            lostSinceNs = 0;
            return false;
        }
        lostSinceNs = lostSinceNs == 0 ? nowNs : lostSinceNs;
        return nowNs - lostSinceNs > LOST_NS && !reopening && !stopped;
    }

    /**
     * Goes on behind the last record with another reader. Until it is there the old one may come back by itself: a logged room
     * drops what both bring, an ephemeral one cannot tell and lets the old one go first.
     */
    void reopen(LiveRoom room) {
        reopening = true;
        Reader<byte[]> old = reader;
        CompletableFuture<Void> replaced;
        if (room.durability() == Durability.EPHEMERAL) {
            replaced = close(old).thenCompose(closed -> followFrom(room, last));
        } else {
            replaced = followFrom(room, last).thenCompose(followed -> close(old));
        }
        replaced.whenComplete((done, failure) -> reopening = false);
    }

    private static CompletableFuture<Void> close(Reader<byte[]> old) {
        return old == null
                ? CompletableFuture.completedFuture(null)
                : ReaderEnd.close(old).exceptionally(failure -> null);
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
        return builder.createAsync().thenCompose(opened -> {
            reader = opened;
            return stopped ? ReaderEnd.close(opened) : CompletableFuture.completedFuture(null);
        });
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

    /** Ends it, also a reader that is only being made. */
    CompletableFuture<Void> stop() {
        stopped = true;
        Reader<byte[]> opened = reader;
        return opened == null ? CompletableFuture.completedFuture(null) : ReaderEnd.close(opened);
    }
}
