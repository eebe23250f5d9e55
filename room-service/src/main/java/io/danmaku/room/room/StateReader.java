package io.danmaku.room.room;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.impl.MessageIdImpl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one state topic from its first record on into a table of its own, and goes on reading. One record at a time
 * crosses over to the state context, so that the client's receive queue is the only one.
 */
final class StateReader {
    private static final Logger LOG = LoggerFactory.getLogger(StateReader.class);
    private static final int RECEIVE_QUEUE_MAX = 500;

    /** Told on the state context. */
    interface Watcher {
        /** A record was taken into the reader's table. */
        void read(StateReader reader);

        /** For the first time, there was nothing more to read. */
        void caughtUp(StateReader reader);

        /** The reader can no longer go on; it is closed. */
        void failed(StateReader reader, Throwable cause);

        /** A record was not of its form, and was passed over. */
        void unreadable();
    }

    private final PulsarClient client;
    private final Context context;
    private final String topic;
    private final Watcher watcher;
    private final RoomTable table = new RoomTable();
    private Reader<byte[]> reader;
    private MessageId last = MessageId.earliest;
    private volatile boolean caughtUp;
    private boolean closed;
    /** Who waits for a record to be read: some requests of the webhooks at most. */
    private final List<Awaited> awaited = new ArrayList<>();

    private static final class Awaited {
        private final Promise<RoomTable> promise = Promise.promise();
        /** Null until the topic's end is known. */
        private MessageId end;
    }

    StateReader(PulsarClient client, Context context, String topic, Watcher watcher) {
        this.client = client;
        this.context = context;
        this.topic = topic;
        this.watcher = watcher;
    }

    RoomTable table() {
        return table;
    }

    /** Whether it once came to the topic's end; from any thread. */
    boolean caughtUp() {
        return caughtUp;
    }

    boolean hasRead(MessageId id) {
        return last.compareTo(id) >= 0;
    }

    /** The table when all is in it that the topic had when this was asked; fails when the reader ends before. */
    Future<RoomTable> upToDate() {
        if (closed || reader == null) {
            return Future.failedFuture("the topic is not read here");
        }
        Awaited wait = new Awaited();
        awaited.add(wait);
        // of a reader that is closed meanwhile there is no answer: close() gives one
        Future.fromCompletionStage(reader.getLastMessageIdsAsync(), context).onComplete((ends, failure) -> {
            if (failure != null) {
                awaited.remove(wait);
                wait.promise.tryFail(failure);
                return;
            }
            MessageIdAdv place = (MessageIdAdv) ends.get(0);
            MessageId end = new MessageIdImpl(place.getLedgerId(), place.getEntryId(), -1);
            if (place.getEntryId() < 0 || hasRead(end)) {
                awaited.remove(wait);
                wait.promise.tryComplete(table);
            } else {
                wait.end = end;
            }
        });
        return wait.promise.future();
    }

    void open() {
        Future.fromCompletionStage(
                        client.newReader(Schema.BYTES)
                                .topic(topic)
                                .startMessageId(MessageId.earliest)
                                .readCompacted(true)
                                .receiverQueueSize(RECEIVE_QUEUE_MAX)
                                .createAsync(),
                        context)
                .onComplete(this::opened);
    }

    private void opened(Reader<byte[]> opened, Throwable failure) {
        if (failure != null) {
            fail(failure);
        } else if (closed) {
            reader = opened;
            closeReader();
        } else {
            reader = opened;
            step();
        }
    }

    private void step() {
        if (closed) {
            return;
        }
        if (caughtUp) {
            next();
            return;
        }
        Future.fromCompletionStage(reader.hasMessageAvailableAsync(), context).onComplete((more, failure) -> {
            if (failure != null) {
                fail(failure);
            } else {
                caughtUp = !more;
                if (caughtUp) {
                    watcher.caughtUp(this);
                }
                next();
            }
        });
    }

    private void next() {
        if (closed) {
            return;
        }
        Future.fromCompletionStage(reader.readNextAsync(), context).onComplete((message, failure) -> {
            if (failure != null) {
                fail(failure);
            } else if (!closed) {
                take(message);
                step();
            }
        });
    }

    private void take(Message<byte[]> message) {
        try {
            if (message.hasKey()) {
                table.apply(
                        message.getKey(),
                        message.getData(),
                        message.getBrokerPublishTime().orElse(message.getPublishTime()));
            }
        } catch (UncheckedIOException bad) {
            LOG.error("{} {} key {} is not of its form", topic, message.getMessageId(), message.getKey(), bad);
            watcher.unreadable();
        }
        last = message.getMessageId();
        watcher.read(this);
        if (!awaited.isEmpty()) {
            List<Awaited> there = awaited.stream()
                    .filter(wait -> wait.end != null && hasRead(wait.end))
                    .toList();
            awaited.removeAll(there);
            there.forEach(wait -> wait.promise.tryComplete(table));
        }
    }

    private void fail(Throwable cause) {
        if (!closed) {
            close();
            watcher.failed(this, cause);
        }
    }

    void close() {
        closed = true;
        awaited.forEach(wait -> wait.promise.tryFail("the topic is no longer read here"));
        awaited.clear();
        if (reader != null) {
            closeReader();
        }
    }

    private void closeReader() {
        Future.fromCompletionStage(reader.closeAsync(), context)
                .onFailure(failure -> LOG.debug("{}: reader not closed", topic, failure));
    }
}
