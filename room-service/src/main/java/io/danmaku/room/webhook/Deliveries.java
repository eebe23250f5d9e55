package io.danmaku.room.webhook;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.Webhook;
import io.danmaku.room.room.Instances;
import io.danmaku.room.room.RoomTable;
import io.danmaku.room.room.Standstill;
import io.danmaku.room.room.StateGroups;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.DeadLetterPolicy;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.RedeliveryBackoff;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.client.impl.MultiplierRedeliveryBackoff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts what is in the outbox, as one of the instances that share it. What is not taken goes to Pulsar's retry topic with the time when it is due
 * again, and after the last try to the topic of dead letters; the client library counts, and a record is acknowledged only when it is in the
 * next place. Each webhook has a lane of its own with a bounded number under way, one while it fails, and a bounded number that waits: what does
 * not fit is put off, so that nobody waits for another one's endpoint. On the state context.
 */
final class Deliveries {
    /** Property of a record that was not taken: why. */
    static final String FAILURE = "failure";
    /** Property in which the client library counts. */
    static final String TRIES = "RECONSUMETIMES";

    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    private static final int QUEUE = 100;
    /** Deliveries that wait for one webhook. */
    private static final int LANE_MAX = 100;
    /** And for all of them: some 20 KiB each at most. */
    private static final int WAITING_MAX = 1_000;
    /** Webhooks of which it is remembered that they fail although nothing is on its way. */
    private static final int LANES_MAX = 1_000;
    /** Events without a webhook that are being looked at: then nothing is received, because their state is away, and so all others' too. */
    private static final int TELLING_MAX = 20;

    private static final double TWICE = 2;
    private static final long AGAIN_MS = 1_000;
    private static final long TABLE_WITHIN_MS = 10_000;

    private final Vertx vertx;
    private final Context context;
    private final PulsarClient client;
    private final StateGroups groups;
    private final Standstill standstill;
    private final Outbox outbox;
    private final Endpoints endpoints;
    private final HookBounds bounds;
    private final HookMeters meters;
    private final RedeliveryBackoff backoff;
    /** By tenant and name of the webhook: those with something on its way, and those that fail. */
    private final Map<String, Lane> lanes = new HashMap<>();

    private Consumer<byte[]> consumer;
    private long openedNs;
    private int underWay;
    private int waiting;
    private int telling;
    private boolean paused;
    private boolean closed;

    /** A record on its way to one webhook, by the consumer that has it. */
    private record Delivery(Consumer<byte[]> from, Message<byte[]> message, HookRecord event) {}

    private static final class Lane {
        private final Deque<Delivery> waiting = new ArrayDeque<>();
        private int underWay;
        /** Its last try failed: it gets one at a time, and takes no places from others. */
        private boolean failing;
    }

    Deliveries(
            Vertx vertx,
            Context context,
            PulsarClient client,
            StateGroups groups,
            Standstill standstill,
            Outbox outbox,
            Endpoints endpoints,
            HookBounds bounds,
            HookMeters meters) {
        this.vertx = vertx;
        this.context = context;
        this.client = client;
        this.groups = groups;
        this.standstill = standstill;
        this.outbox = outbox;
        this.endpoints = endpoints;
        this.bounds = bounds;
        this.meters = meters;
        backoff = MultiplierRedeliveryBackoff.builder()
                .minDelayMs(bounds.backoffMinMs())
                .maxDelayMs(bounds.backoffMaxMs())
                .multiplier(TWICE)
                .build();
    }

    /** Goes on trying. */
    void open() {
        Future.fromCompletionStage(
                        client.newConsumer(Schema.BYTES)
                                .topic(Topics.hookOutbox())
                                .subscriptionName(Webhooks.SUBSCRIPTION)
                                .consumerName(groups.self().instance())
                                .properties(Instances.properties(groups.self()))
                                .subscriptionType(SubscriptionType.Shared)
                                .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                                .receiverQueueSize(QUEUE)
                                .enableRetry(true)
                                .deadLetterPolicy(DeadLetterPolicy.builder()
                                        .maxRedeliverCount(bounds.triesMax() - 1)
                                        .retryLetterTopic(Topics.hookRetries())
                                        .deadLetterTopic(Topics.hookDead())
                                        .build())
                                .subscribeAsync(),
                        context)
                .onSuccess(opened -> {
                    consumer = opened;
                    openedNs = System.nanoTime();
                    paused = false;
                    if (closed) {
                        closeConsumer();
                    } else {
                        receive();
                    }
                })
                .onFailure(failure -> {
                    LOG.warn("the outbox of webhooks cannot be read: {}", failure.getMessage());
                    later(this::open);
                });
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
                .onSuccess(message -> {
                    if (from == consumer) {
                        take(from, message);
                        if (from == consumer) {
                            goOn();
                        }
                    }
                })
                .onFailure(failure -> openAgain(from, failure));
    }

    private void goOn() {
        paused = telling >= TELLING_MAX;
        if (!paused) {
            receive();
        }
    }

    /** The client library mends lost connections; a consumer that fails it has given up. What it had comes again. */
    private void openAgain(Consumer<byte[]> failed, Object why) {
        if (!closed && failed == consumer) {
            LOG.warn("reading the outbox of webhooks is begun anew: {}", why.toString());
            meters.reopened.increment();
            closeConsumer();
            lanes.values().forEach(lane -> lane.waiting.clear());
            waiting = 0;
            later(this::open);
        }
    }

    private void take(Consumer<byte[]> from, Message<byte[]> message) {
        HookRecord event = event(message);
        if (event == null) {
            drop(from, message);
            return;
        }
        Delivery delivery = new Delivery(from, message, event);
        if (event.hook().isEmpty()) {
            telling++;
            tell(delivery);
            return;
        }
        Lane lane = lanes.computeIfAbsent(place(event), none -> new Lane());
        if (lane.waiting.size() >= LANE_MAX || waiting >= WAITING_MAX) {
            meters.putOff.increment();
            again(delivery, "too many waited");
            forget(lane, delivery);
        } else {
            lane.waiting.add(delivery);
            waiting++;
            next(lane);
        }
    }

    /** Null when it is not of its form. */
    private static HookRecord event(Message<byte[]> message) {
        try {
            HookRecord event = Json.read(message.getData(), HookRecord.class);
            if (Ids.isTenant(event.tenant()) && event.id() != null && event.type() != null) {
                return event;
            }
            LOG.error("{} of the outbox is of no tenant", message.getMessageId());
        } catch (UncheckedIOException bad) {
            LOG.error("{} of the outbox is not of its form", message.getMessageId(), bad);
        }
        return null;
    }

    private static String place(HookRecord event) {
        return event.tenant() + '/' + event.hook();
    }

    /** An event that somebody put there for whoever wants it. */
    private void tell(Delivery delivery) {
        outbox.tell(delivery.event)
                .onSuccess(told -> {
                    acknowledge(delivery.from, delivery.message);
                    telling--;
                    if (paused && consumer != null && !closed) {
                        goOn();
                    }
                })
                .onFailure(failure -> {
                    LOG.warn("{} is not in the outbox yet: {}", delivery.event.type(), failure.toString());
                    later(() -> tell(delivery));
                });
    }

    private void next(Lane lane) {
        while (!lane.waiting.isEmpty()
                && underWay < bounds.atOnceMax()
                && lane.underWay < (lane.failing ? 1 : bounds.perWebhookMax())) {
            Delivery delivery = lane.waiting.poll();
            waiting--;
            lane.underWay++;
            underWay++;
            start(lane, delivery);
        }
        meters.held = underWay + waiting;
    }

    private void start(Lane lane, Delivery delivery) {
        if (standstill.since(openedNs)) {
            openAgain(delivery.from, Standstill.NOTICED);
            ended(lane, delivery, lane.failing);
            return;
        }
        hook(delivery.event)
                .onSuccess(hook -> {
                    if (hook == null) {
                        drop(delivery.from, delivery.message);
                        ended(lane, delivery, false);
                    } else {
                        post(lane, delivery, hook);
                    }
                })
                // that is the hub's own fault, and costs no try
                .onFailure(away -> later(() -> start(lane, delivery)));
    }

    /** The webhook as it is now, null when it is no more: one that this instance has not read yet is asked for. */
    private Future<Webhook> hook(HookRecord event) {
        RoomKey place = RoomKey.ofTenant(event.tenant());
        Webhook known = hook(groups.table(place), event);
        return known != null
                ? Future.succeededFuture(known)
                : groups.upToDate(place)
                        .timeout(TABLE_WITHIN_MS, TimeUnit.MILLISECONDS)
                        .map(table -> hook(table, event));
    }

    private static Webhook hook(RoomTable table, HookRecord event) {
        return table.hooks().webhooks(event.tenant()).stream()
                .filter(hook -> !hook.removed() && hook.name().equals(event.hook()))
                .findFirst()
                .orElse(null);
    }

    private void post(Lane lane, Delivery delivery, Webhook hook) {
        endpoints
                .post(hook, delivery.event)
                .onSuccess(failure -> context.runOnContext(v -> {
                    if (failure == null) {
                        meters.delivered.increment();
                        acknowledge(delivery.from, delivery.message);
                    } else if (standstill.since(openedNs)) {
                        // perhaps another instance has it, and no time was left here for the answer
                        openAgain(delivery.from, Standstill.NOTICED);
                    } else {
                        meters.failed.increment();
                        again(delivery, failure);
                    }
                    ended(lane, delivery, failure != null);
                }));
    }

    private void ended(Lane lane, Delivery delivery, boolean failing) {
        lane.failing = failing;
        lane.underWay--;
        underWay--;
        if (!closed) {
            next(lane);
            // a place is free for all of them
            new ArrayList<>(lanes.values()).forEach(this::next);
        }
        forget(lane, delivery);
    }

    private void forget(Lane lane, Delivery delivery) {
        if (lane.underWay == 0 && lane.waiting.isEmpty() && (!lane.failing || lanes.size() > LANES_MAX)) {
            lanes.remove(place(delivery.event), lane);
        }
    }

    /** Comes again when its time has come, or is a dead letter. */
    private void again(Delivery delivery, String failure) {
        String counted = delivery.message.getProperty(TRIES);
        int before = counted == null ? 0 : Integer.parseInt(counted);
        if (before + 1 >= bounds.triesMax()) {
            meters.dead.increment();
            LOG.warn(
                    "webhook {} did not take {} {} in {} tries: {}",
                    place(delivery.event),
                    delivery.event.type(),
                    delivery.event.id(),
                    before + 1,
                    failure);
        }
        Future.fromCompletionStage(
                        delivery.from.reconsumeLaterAsync(
                                delivery.message,
                                Map.of(FAILURE, failure),
                                backoff.next(before),
                                TimeUnit.MILLISECONDS),
                        context)
                // it comes again at once, as one that was never tried
                .onFailure(lost -> LOG.warn("{} could not be put off: {}", delivery.event.id(), lost.toString()));
    }

    private void drop(Consumer<byte[]> from, Message<byte[]> message) {
        meters.dropped.increment();
        acknowledge(from, message);
    }

    private void acknowledge(Consumer<byte[]> from, Message<byte[]> message) {
        Future.fromCompletionStage(from.acknowledgeAsync(message), context)
                // it comes again, with the id that it had
                .onFailure(lost -> LOG.debug("{} not acknowledged", message.getMessageId(), lost));
    }

    void close() {
        closed = true;
        closeConsumer();
    }

    private void closeConsumer() {
        if (consumer != null) {
            Future.fromCompletionStage(consumer.closeAsync())
                    .onFailure(failure -> LOG.debug("outbox: consumer not closed", failure));
            consumer = null;
        }
    }
}
