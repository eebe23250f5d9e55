package io.danmaku.room.room;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.pulsar.LogHead;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.RoomState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a room's audience what was decided, by an event in the room's log. Best effort, because the state topic is the
 * truth and edges act on that; in order for each room; nobody waits for it. On the state context.
 */
public final class RoomLog {
    private static final Logger LOG = LoggerFactory.getLogger(RoomLog.class);

    /** A room's log, held open for a while. */
    private static final class Open {
        private final Future<Producer<byte[]>> producer;
        /** Completes when all events so far have come to their end: the next one is sent then, in order. */
        private Future<?> last = Future.succeededFuture();

        private int waiting;

        Open(Future<Producer<byte[]>> producer) {
            this.producer = producer;
        }
    }

    private final PulsarClient client;
    private final Context context;
    private final EventBounds bounds;
    private final Counter appended;
    private final Counter lost;
    /** By topic, the one used longest ago first. */
    private final Map<String, Open> open = new LinkedHashMap<>(16, 0.75f, true);

    public RoomLog(PulsarClient client, Context context, EventBounds bounds, MeterRegistry registry) {
        this.client = client;
        this.context = context;
        this.bounds = bounds;
        appended = registry.counter("danmaku.room.events");
        lost = registry.counter("danmaku.room.events.lost");
    }

    /** Appends an event of the hub itself; what cannot be appended in time is dropped and counted. */
    public void append(RoomState room, EventType type, ObjectNode detail) {
        String topic = Topics.room(room.key(), room.epoch(), room.durability());
        Open log = open.computeIfAbsent(topic, this::open);
        if (log.waiting >= bounds.waitingPerRoomMax()) {
            lost.increment();
            return;
        }
        log.waiting++;
        byte[] record = new RoomRecord(
                        type, true, false, 1, 0, 0, "", "", "", EventDetail.fragment(type, null, null, detail))
                .encode();
        log.last = log.last
                .transform(before -> log.producer.compose(
                        producer -> Future.fromCompletionStage(producer.sendAsync(record), context)))
                .onComplete(done -> {
                    log.waiting--;
                    if (done.succeeded()) {
                        appended.increment();
                    } else {
                        lost.increment();
                        LOG.warn("{} was not told of a {}: {}", topic, type.wireName(), String.valueOf(done.cause()));
                    }
                    // the next event opens it anew
                    if (log.producer.failed()) {
                        open.remove(topic, log);
                    } else if (done.failed() && PulsarNode.isGivenUp(done.cause()) && open.remove(topic, log)) {
                        close(log);
                    }
                });
        closeOldest();
    }

    /** Offset of the newest event that a logged room keeps, 0 when it keeps none; fails when the log does not answer in time. */
    public Future<Long> head(RoomState room) {
        return Future.fromCompletionStage(
                LogHead.newest(
                                client,
                                Topics.room(room.key(), room.epoch(), room.durability()),
                                bounds.appendTimeoutMs())
                        .thenApply(newest ->
                                newest == null ? 0L : newest.getIndex().orElse(-1L) + 1),
                context);
    }

    private Open open(String topic) {
        return new Open(Future.fromCompletionStage(
                client.newProducer(Schema.BYTES)
                        .topic(topic)
                        .enableBatching(false)
                        .blockIfQueueFull(false)
                        .sendTimeout((int) bounds.appendTimeoutMs(), TimeUnit.MILLISECONDS)
                        .createAsync(),
                context));
    }

    private void closeOldest() {
        Iterator<Map.Entry<String, Open>> oldest = open.entrySet().iterator();
        while (open.size() > bounds.openLogsMax() && oldest.hasNext()) {
            Open log = oldest.next().getValue();
            if (log.waiting == 0) {
                close(log);
                oldest.remove();
            }
        }
    }

    /** Lets a room's log go: the room is closed, or its topic is about to be removed. */
    void release(RoomState room) {
        Open log = open.remove(Topics.room(room.key(), room.epoch(), room.durability()));
        if (log != null) {
            log.last.onComplete(done -> close(log));
        }
    }

    private void close(Open log) {
        log.producer
                .compose(producer -> Future.fromCompletionStage(producer.closeAsync(), context))
                .onFailure(failure -> LOG.debug("a room's log was not closed", failure));
    }
}
