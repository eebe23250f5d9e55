package io.danmaku.room.room;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.pulsar.LogHead;
import io.danmaku.node.pulsar.LogSearch;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.HeldId;
import io.danmaku.protocol.room.RoomState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to rooms' logs: what was decided, to tell a room's audience, and what a backend has to say. The former is best effort, because the
 * state topic is the truth and edges act on that, in order for each room, and nobody waits for it. On the state context.
 */
public final class RoomLog {
    private static final Logger LOG = LoggerFactory.getLogger(RoomLog.class);

    /** A search that lasts longer leaves the outcome open. */
    private static final long SEARCH_MS = 10_000;

    /**
     * How long before and behind a time of this service's clock an event that it appended then may stand: the clocks of service and brokers
     * may lie a minute apart, and an append begins within half a minute and ends by its timeout, which is at most a minute.
     */
    private static final long BEFORE_MS = 60_000;

    private static final long BEHIND_MS = 120_000;
    /** By how much the broker's time may step back from one record to the next, where a log moves to another broker. */
    private static final long STEP_BACK_MS = 2_000;

    /**
     * Where an event stands in its room's log.
     *
     * @param atMs the broker's time
     */
    public record Place(long offset, long atMs) {}

    /** A room's log, held open for a while. */
    private static final class Open {
        private final Future<Producer<byte[]>> producer;
        /** Completes when all events so far have come to their end: the next one is sent then, in order. */
        private Future<?> last = Future.succeededFuture();

        private int waiting;
        /** A backend's events on their way. */
        private int posting;
        /** Nobody appends any more; it is closed when all on their way have ended. */
        private boolean released;

        Open(Future<Producer<byte[]>> producer) {
            this.producer = producer;
        }
    }

    private final PulsarClient client;
    private final Context context;
    private final EventBounds bounds;
    private final Counter appended;
    private final Counter lost;
    private final Counter posted;
    /** By topic, the one used longest ago first. */
    private final Map<String, Open> open = new LinkedHashMap<>(16, 0.75f, true);

    public RoomLog(PulsarClient client, Context context, EventBounds bounds, MeterRegistry registry) {
        this.client = client;
        this.context = context;
        this.bounds = bounds;
        appended = registry.counter("danmaku.room.events");
        lost = registry.counter("danmaku.room.events.lost");
        posted = registry.counter("danmaku.room.events.posted");
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
                    ended(topic, log, done);
                });
        closeOldest();
    }

    /** The next event opens a log anew whose producer is of no more use. */
    private void ended(String topic, Open log, AsyncResult<?> done) {
        if (log.producer.failed()) {
            open.remove(topic, log);
        } else if (done.failed() && PulsarNode.isGivenUp(done.cause()) && open.remove(topic, log)) {
            close(log);
        }
    }

    /**
     * Appends a backend's event to a logged room, and reads it back. Never fails: {@code busy} and {@code unavailable} when it was certainly
     * not appended, {@code pending} when it may have been.
     *
     * @param deadlineNs by {@code System.nanoTime()}, when it is not sent any more
     */
    public Future<Result<Place>> post(RoomState room, byte[] record, long deadlineNs) {
        String topic = Topics.room(room.key(), room.epoch(), room.durability());
        Open log = open.computeIfAbsent(topic, this::open);
        if (log.posting >= bounds.waitingPerRoomMax()) {
            return Future.succeededFuture(Result.refused(
                    Refusal.retry(ErrorCode.BUSY, "too many events of this room are on their way", Result.RETRY_MS)));
        }
        log.posting++;
        closeOldest();
        return log.producer
                .compose(producer -> System.nanoTime() - deadlineNs > 0
                        ? Future.<MessageId>failedFuture("too late")
                        : Future.fromCompletionStage(producer.sendAsync(record), context))
                .onComplete(done -> {
                    log.posting--;
                    ended(topic, log, done);
                    if (log.released && log.posting == 0 && log.waiting == 0) {
                        close(log);
                    }
                })
                // the broker's receipt does not say at which index it stands
                .compose(id ->
                        Future.fromCompletionStage(LogSearch.at(client, topic, id, bounds.appendTimeoutMs()), context))
                .map(message -> {
                    posted.increment();
                    return Result.of(place(message));
                })
                .otherwise(failure -> {
                    LOG.warn("{} may lack an event of a backend: {}", topic, failure.getMessage());
                    return Result.refused(Refusal.retry(
                            log.producer.failed() ? ErrorCode.UNAVAILABLE : ErrorCode.PENDING,
                            "the room's log is away; ask again with the same key",
                            Result.RETRY_MS));
                });
    }

    /**
     * The first event of a user and cid in a logged room among those that may have been appended at some time of this service's clock; empty
     * when there is none. Fails when the log does not answer in time.
     */
    public Future<Optional<Place>> find(RoomState room, long timeMs, String user, String cid) {
        String topic = Topics.room(room.key(), room.epoch(), room.durability());
        long fromMs = timeMs - BEFORE_MS;
        return Future.fromCompletionStage(
                        LogHead.newest(client, topic, bounds.appendTimeoutMs())
                                .thenCompose(newest ->
                                        newest == null || place(newest).atMs() < fromMs
                                                ? CompletableFuture.<Message<byte[]>>completedFuture(null)
                                                : LogSearch.first(
                                                        client,
                                                        topic,
                                                        fromMs,
                                                        timeMs + BEHIND_MS,
                                                        newest.getIndex().orElse(-1L),
                                                        message -> isOf(message, user, cid),
                                                        SEARCH_MS)),
                        context)
                .map(message -> Optional.ofNullable(message).map(RoomLog::place));
    }

    /** The record of an offset and broker's time of a logged room, or null when it keeps none. Fails when the log does not answer in time. */
    public Future<RoomRecord> read(RoomState room, HeldId id) {
        String topic = Topics.room(room.key(), room.epoch(), room.durability());
        long index = id.offset() - 1;
        return Future.fromCompletionStage(
                        LogHead.newest(client, topic, bounds.appendTimeoutMs())
                                .thenCompose(newest -> newest == null
                                                || newest.getIndex().orElse(-1L) < index
                                        ? CompletableFuture.<Message<byte[]>>completedFuture(null)
                                        : LogSearch.first(
                                                client,
                                                topic,
                                                Math.max(1, id.atMs() - STEP_BACK_MS),
                                                id.atMs() + STEP_BACK_MS,
                                                index,
                                                message -> message.getIndex().orElse(-1L) == index,
                                                SEARCH_MS)),
                        context)
                .map(message -> message == null || LogSearch.atMs(message) != id.atMs()
                        ? null
                        : RoomRecord.decode(message.getData()));
    }

    private static boolean isOf(Message<byte[]> message, String user, String cid) {
        RoomRecord record = RoomRecord.decode(message.getData());
        return record != null && record.user().equals(user) && record.cid().equals(cid);
    }

    private static Place place(Message<byte[]> message) {
        return new Place(message.getIndex().orElse(-1L) + 1, LogSearch.atMs(message));
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

    /**
     * Offset of the oldest event that a logged room keeps, {@code Long.MAX_VALUE} when it keeps none; fails when the log does not answer in
     * time.
     */
    public Future<Long> oldest(RoomState room) {
        return Future.fromCompletionStage(
                LogHead.oldest(
                                client,
                                Topics.room(room.key(), room.epoch(), room.durability()),
                                bounds.appendTimeoutMs())
                        .thenApply(oldest -> oldest == null
                                ? Long.MAX_VALUE
                                : oldest.getIndex().orElse(-1L) + 1),
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
            if (log.waiting == 0 && log.posting == 0) {
                close(log);
                oldest.remove();
            }
        }
    }

    /** Lets a room's log go: the room is closed, or its topic is about to be removed. */
    void release(RoomState room) {
        Open log = open.remove(Topics.room(room.key(), room.epoch(), room.durability()));
        if (log != null) {
            log.released = true;
            log.last.onComplete(done -> {
                if (log.posting == 0) {
                    close(log);
                }
            });
        }
    }

    private void close(Open log) {
        log.producer
                .compose(producer -> Future.fromCompletionStage(producer.closeAsync(), context))
                .onFailure(failure -> LOG.debug("a room's log was not closed", failure));
    }
}
