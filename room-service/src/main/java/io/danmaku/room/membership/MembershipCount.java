package io.danmaku.room.membership;

import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.MembershipRequest;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.RoomKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pulsar.client.api.BatchReceivePolicy;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerEventListener;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Messages;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the membership topic while this instance is the active consumer of the Failover subscription, and publishes what
 * {@link Attendance} makes of it. Which consumer is active is the broker's choice and not the order of arrival: only its
 * word counts. A record is acknowledged once it was taken in; who takes over starts from nothing and asks all edges.
 */
public final class MembershipCount {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipCount.class);
    private static final String SUBSCRIPTION = "room-service";
    private static final int RECORDS_AT_ONCE = 500;
    private static final int REQUESTS_AT_ONCE = 64;
    private static final int NEWS_AT_ONCE = 500;
    private static final long BEAT_MS = 500;
    private static final long REOPEN_MS = 1_000;
    private static final long SEND_TIMEOUT_MS = 5_000;

    private final Vertx vertx;
    private final Context context;
    private final PulsarClient client;
    private final String tick;
    private final MembershipBounds bounds;
    private final MembershipMeters meters;
    private final StatsTable table;
    private Consumer<byte[]> consumer;
    private Producer<byte[]> ticks;
    private Producer<byte[]> requests;
    private Producer<byte[]> stats;
    private Activity activity;
    private Attendance attendance;
    private MessageId last;
    private long timer = -1;
    private long beats;
    private boolean opening;
    private boolean closed;
    /** For other threads. */
    private volatile Consumer<byte[]> ready;

    /** @param context the membership context; nobody else runs on it */
    public MembershipCount(
            Vertx vertx,
            Context context,
            PulsarClient client,
            String instance,
            MembershipBounds bounds,
            StatsTable table,
            MeterRegistry registry) {
        this.vertx = vertx;
        this.context = context;
        this.client = client;
        this.tick = Attendance.TICK_PREFIX + instance;
        this.bounds = bounds;
        this.table = table;
        meters = new MembershipMeters(registry);
    }

    /** From any thread; goes on trying until it has all it needs. */
    public void start() {
        context.runOnContext(v -> open());
    }

    /** Whether it counts or stands by for the one who does; from any thread. */
    public boolean isReady() {
        Consumer<byte[]> now = ready;
        return now != null && now.isConnected();
    }

    private void open() {
        if (closed) {
            return;
        }
        opening = true;
        Activity told = new Activity();
        activity = told;
        CompletableFuture<Void> opened = table.isOpen() ? CompletableFuture.completedFuture(null) : table.open(client);
        CompletableFuture<Consumer<byte[]>> subscribing = opened.thenCompose(v -> producer(Topics.membership()))
                .thenAccept(p -> ticks = p)
                .thenCompose(v -> producer(Topics.membershipRequests()))
                .thenAccept(p -> requests = p)
                .thenCompose(v -> producer(Topics.stats()))
                .thenAccept(p -> stats = p)
                .thenCompose(v -> client.newConsumer(Schema.BYTES)
                        .topic(Topics.membership())
                        .subscriptionName(SUBSCRIPTION)
                        .subscriptionType(SubscriptionType.Failover)
                        .subscriptionInitialPosition(SubscriptionInitialPosition.Latest)
                        .consumerEventListener(told)
                        .batchReceivePolicy(BatchReceivePolicy.builder()
                                .maxNumMessages(RECORDS_AT_ONCE)
                                .timeout(20, TimeUnit.MILLISECONDS)
                                .build())
                        .subscribeAsync());
        Future.fromCompletionStage(subscribing, context).onComplete(this::opened);
    }

    private CompletableFuture<Producer<byte[]>> producer(String topic) {
        return client.newProducer(Schema.BYTES)
                .topic(topic)
                .enableBatching(true)
                .batchingMaxPublishDelay(1, TimeUnit.MILLISECONDS)
                .blockIfQueueFull(false)
                .sendTimeout((int) SEND_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .createAsync();
    }

    private void opened(Consumer<byte[]> subscribed, Throwable failure) {
        if (failure != null) {
            LOG.warn("the membership topic cannot be read: {}", failure.getMessage());
            closeClients();
            vertx.setTimer(REOPEN_MS, t -> open());
            return;
        }
        opening = false;
        consumer = subscribed;
        if (closed) {
            closeClients();
            return;
        }
        ready = subscribed;
        timer = vertx.setPeriodic(BEAT_MS, t -> beat());
        receive();
    }

    /**
     * Opens all anew, when the client library has given up what {@link PulsarNode#isGivenUp} says. Counting starts again from
     * nothing, as at a take-over.
     */
    private void openAgain(Throwable why) {
        if (opening || closed) {
            return;
        }
        LOG.warn("counting is opened again: {}", why.toString());
        meters.reopened.increment();
        opening = true;
        vertx.cancelTimer(timer);
        activity = null;
        deactivate();
        ready = null;
        Future<Void> ended = closeClients();
        consumer = null;
        ended.onComplete(done -> vertx.setTimer(REOPEN_MS, t -> open()));
    }

    /** The broker's word on who counts. Never serialized, whatever its interface says. */
    @SuppressWarnings("serial")
    private final class Activity implements ConsumerEventListener {
        @Override
        public void becameActive(Consumer<?> who, int partition) {
            context.runOnContext(v -> {
                if (activity == this) {
                    activate();
                }
            });
        }

        @Override
        public void becameInactive(Consumer<?> who, int partition) {
            context.runOnContext(v -> {
                if (activity == this) {
                    deactivate();
                }
            });
        }
    }

    private void deactivate() {
        if (attendance != null) {
            LOG.info("another instance counts who is where");
            attendance = null;
            meters.active = false;
        }
    }

    private void activate() {
        if (attendance == null && !closed) {
            LOG.info("counting who is where");
            attendance = new Attendance(tick, bounds, meters, table.all());
            meters.active = true;
            tick();
            ask(new MembershipRequest(MembershipRequest.EVERY_EDGE, null));
        }
    }

    private void receive() {
        Consumer<byte[]> from = consumer;
        Future.fromCompletionStage(from.batchReceiveAsync(), context).onComplete((batch, failure) -> {
            if (closed || from != consumer) {
                return;
            }
            if (failure == null) {
                take(batch);
                receive();
            } else {
                meters.failures.increment();
                // the client library mends lost connections; a consumer that fails here it has given up
                openAgain(failure);
            }
        });
    }

    private void take(Messages<byte[]> batch) {
        if (attendance == null) {
            // around a take-over; whoever counts asks for snapshots, and an unacknowledged record comes again
            return;
        }
        MessageId newest = null;
        for (Message<byte[]> message : batch) {
            newest = message.getMessageId();
            if (last != null && newest.compareTo(last) <= 0) {
                // delivered again after a broken connection
                continue;
            }
            last = newest;
            meters.records.increment();
            try {
                attendance.on(
                        Json.read(message.getData(), Membership.class),
                        message.getBrokerPublishTime().orElse(message.getPublishTime()));
            } catch (UncheckedIOException bad) {
                LOG.error("membership record {} is not of its form", newest, bad);
                meters.dropped("form");
            }
        }
        if (newest != null) {
            Future.fromCompletionStage(consumer.acknowledgeCumulativeAsync(newest), context)
                    .onFailure(this::failed);
        }
    }

    private void beat() {
        if (attendance == null) {
            meters.edges = 0;
            meters.users = 0;
            return;
        }
        if (beats++ % (LogClock.TICK_MS / BEAT_MS) == 0) {
            tick();
        }
        attendance.sweep();
        attendance.requests(REQUESTS_AT_ONCE).forEach(this::ask);
        publish();
        meters.edges = attendance.edgeCount();
        meters.users = attendance.userCount();
    }

    private void publish() {
        List<RoomStats> news = attendance.news(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), NEWS_AT_ONCE);
        for (RoomStats numbers : news) {
            send(stats, numbers.room().toString(), Json.bytes(numbers))
                    .onComplete((id, failure) -> published(numbers.room(), failure));
        }
        for (RoomKey room : attendance.forget(NEWS_AT_ONCE)) {
            send(stats, room.toString(), null).onFailure(this::failed);
        }
    }

    private Future<MessageId> send(Producer<byte[]> to, String key, byte[] value) {
        return Future.fromCompletionStage(to.newMessage().key(key).value(value).sendAsync(), context)
                .onFailure(failure -> {
                    boolean used = to == ticks || to == requests || to == stats;
                    if (used && PulsarNode.isGivenUp(failure)) {
                        openAgain(failure);
                    }
                });
    }

    private void published(RoomKey room, Throwable failure) {
        if (failure == null) {
            meters.published.increment();
        } else {
            meters.failures.increment();
            if (attendance != null) {
                attendance.unpublished(room);
            }
        }
    }

    private void tick() {
        send(ticks, tick, Json.bytes(Membership.lease(tick))).onFailure(this::failed);
    }

    private void ask(MembershipRequest request) {
        meters.requests.increment();
        send(requests, request.edge(), Json.bytes(request)).onFailure(this::failed);
    }

    private void failed(Throwable failure) {
        meters.failures.increment();
        LOG.debug("not sent", failure);
    }

    /** Stops counting: another instance goes on. From any thread. */
    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            closed = true;
            ready = null;
            vertx.cancelTimer(timer);
            table.close();
            closeClients().onComplete(x -> done.complete());
        });
        return done.future();
    }

    private Future<Void> closeClients() {
        CompletableFuture<?>[] closing = Stream.of(consumer, ticks, requests, stats)
                .filter(Objects::nonNull)
                .map(client -> client instanceof Consumer<?> c ? c.closeAsync() : ((Producer<?>) client).closeAsync())
                .toArray(CompletableFuture<?>[]::new);
        return Future.fromCompletionStage(CompletableFuture.allOf(closing), context);
    }
}
