package io.danmaku.room.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.pulsar.LogSearch;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.HookType;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.room.moderation.SanctionForm;
import io.danmaku.room.room.Act;
import io.danmaku.room.room.Instances;
import io.danmaku.room.room.Owner;
import io.danmaku.room.room.RoomForm;
import io.danmaku.room.room.Standstill;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns acts into events of the outbox. The subscription is durable and each state topic has one active reader among all instances, so every act
 * is turned: a record is acknowledged when all that it gives rise to is in the outbox, and comes again to another instance otherwise. One record
 * after the other. On the state context.
 */
final class ActReader {
    private static final Logger LOG = LoggerFactory.getLogger(ActReader.class);
    private static final int QUEUE = 50;
    private static final long AGAIN_MS = 1_000;

    /** Which acts are told of, as what. */
    private static final Map<String, HookType> TYPES = Map.of(
            "room.created", HookType.ROOM_CREATED,
            "room.closed", HookType.ROOM_CLOSED,
            "room.archived", HookType.ROOM_CLOSED,
            "room.erased", HookType.ROOM_CLOSED,
            "room.live", HookType.LIVE,
            "room.offline", HookType.OFFLINE,
            "report.made", HookType.REPORT,
            "sanction.spoken", HookType.SANCTION,
            "sanction.lifted", HookType.SANCTION);

    private final Vertx vertx;
    private final Context context;
    private final PulsarClient client;
    private final Owner self;
    private final Standstill standstill;
    private final Outbox outbox;
    private final HookMeters meters;
    private final Promise<Void> subscribed = Promise.promise();
    private Consumer<byte[]> consumer;
    private long openedNs;
    private boolean closed;

    ActReader(
            Vertx vertx,
            Context context,
            PulsarClient client,
            Owner self,
            Standstill standstill,
            Outbox outbox,
            HookMeters meters) {
        this.vertx = vertx;
        this.context = context;
        this.client = client;
        this.self = self;
        this.standstill = standstill;
        this.outbox = outbox;
        this.meters = meters;
    }

    static List<String> topics() {
        return IntStream.range(0, Topics.STATE_GROUPS).mapToObj(Topics::state).toList();
    }

    /** Goes on trying. Completes when the subscription is there: no act from then on is missed. */
    Future<Void> open() {
        Future.fromCompletionStage(
                        client.newConsumer(Schema.BYTES)
                                .topics(topics())
                                .subscriptionName(Webhooks.SUBSCRIPTION)
                                .consumerName(self.instance())
                                .properties(Instances.properties(self))
                                .subscriptionType(SubscriptionType.Failover)
                                .receiverQueueSize(QUEUE)
                                .autoUpdatePartitions(false)
                                .subscribeAsync(),
                        context)
                .onSuccess(opened -> {
                    consumer = opened;
                    openedNs = System.nanoTime();
                    subscribed.tryComplete();
                    if (closed) {
                        closeConsumer();
                    } else {
                        receive();
                    }
                })
                .onFailure(failure -> {
                    LOG.warn("acts cannot be read for webhooks: {}", failure.getMessage());
                    later(this::open);
                });
        return subscribed.future();
    }

    private void later(Runnable what) {
        if (!closed) {
            vertx.setTimer(AGAIN_MS, t -> {
                if (!closed) {
                    what.run();
                }
            });
        }
    }

    private void receive() {
        Consumer<byte[]> from = consumer;
        Future.fromCompletionStage(from.receiveAsync(), context)
                .onSuccess(message -> take(from, message))
                .onFailure(failure -> openAgain(from, failure));
    }

    /** The client library mends lost connections; a consumer that fails it has given up. What it had comes again. */
    private void openAgain(Consumer<byte[]> failed, Object why) {
        if (failed == consumer) {
            LOG.warn("reading acts for webhooks is begun anew: {}", why.toString());
            meters.reopened.increment();
            closeConsumer();
            later(this::open);
        }
    }

    private void take(Consumer<byte[]> from, Message<byte[]> message) {
        if (standstill.since(openedNs)) {
            openAgain(from, Standstill.NOTICED);
            return;
        }
        HookRecord event;
        try {
            event = event(message);
        } catch (UncheckedIOException bad) {
            LOG.error("{} is not of its form", message.getMessageId(), bad);
            meters.dropped.increment();
            event = null;
        }
        if (event == null) {
            done(from, message);
        } else {
            tell(from, message, event);
        }
    }

    private void tell(Consumer<byte[]> from, Message<byte[]> message, HookRecord event) {
        if (from != consumer) {
            return;
        }
        outbox.tell(event).onSuccess(told -> done(from, message)).onFailure(failure -> {
            LOG.warn("{} of {} is not in the outbox yet: {}", event.type(), event.room(), failure.toString());
            later(() -> tell(from, message, event));
        });
    }

    private void done(Consumer<byte[]> from, Message<byte[]> message) {
        if (from == consumer) {
            Future.fromCompletionStage(from.acknowledgeAsync(message), context)
                    .onSuccess(acknowledged -> {
                        if (from == consumer) {
                            receive();
                        }
                    })
                    .onFailure(failure -> openAgain(from, failure));
        }
    }

    /**
     * What a record tells webhooks, or null.
     *
     * @throws UncheckedIOException when it is not of its form
     */
    static HookRecord event(Message<byte[]> message) {
        Act act = Act.of(message.getProperties());
        HookType type = act == null ? null : TYPES.get(act.action());
        if (type == null || message.getData() == null || message.getData().length == 0) {
            return null;
        }
        RoomKey place = act.place();
        ObjectNode data = data(type, message.getData());
        if (place.namesOwner()) {
            data.put("owner", place.owner());
        }
        return new HookRecord(
                place.tenant(),
                "",
                id(message),
                type.wireName(),
                place.namesOwner() ? "" : place.room(),
                LogSearch.atMs(message),
                data);
    }

    /** Where the act stands: another instance makes the same of it. */
    private static String id(Message<byte[]> message) {
        MessageIdAdv place = (MessageIdAdv) message.getMessageId();
        String topic = message.getTopicName();
        return String.format(
                Locale.ROOT,
                "%s-%d-%d",
                topic.substring(topic.lastIndexOf('-') + 1),
                place.getLedgerId(),
                place.getEntryId());
    }

    private static ObjectNode data(HookType type, byte[] value) {
        return switch (type) {
            case ROOM_CREATED, ROOM_CLOSED, LIVE, OFFLINE -> RoomForm.json(Json.read(value, RoomState.class));
            case SANCTION -> {
                Sanction sanction = Json.read(value, Sanction.class);
                yield SanctionForm.json(sanction).put("lifted", sanction.untilMs() == 0);
            }
            case REPORT, HELD, DM_REPORT -> plain(value);
        };
    }

    private static ObjectNode plain(byte[] value) {
        try {
            if (Json.MAPPER.readTree(value) instanceof ObjectNode object) {
                return object;
            }
            throw new IOException("no object");
        } catch (IOException bad) {
            throw new UncheckedIOException("not of its form", bad);
        }
    }

    void close() {
        closed = true;
        closeConsumer();
    }

    private void closeConsumer() {
        if (consumer != null) {
            Future.fromCompletionStage(consumer.closeAsync())
                    .onFailure(failure -> LOG.debug("acts: consumer not closed", failure));
            consumer = null;
        }
    }
}
