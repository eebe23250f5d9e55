package io.danmaku.room.membership;

import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.node.redis.UniqueViewers;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.MembershipRequest;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.Instances;
import io.danmaku.room.room.LiveStream;
import io.danmaku.room.room.Owner;
import io.danmaku.room.room.Result;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerEventListener;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Messages;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the membership topic while this instance is the active consumer of the Failover subscription, and publishes what
 * {@link Attendance} makes of it. Which consumer is active is the broker's choice and not the order of arrival: only its
 * word counts. A record is acknowledged once it was taken in; who takes over starts from nothing and asks all edges.
 */
public final class MembershipCount {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipCount.class);
    private static final int REQUESTS_AT_ONCE = 64;
    private static final int NEWS_AT_ONCE = 500;
    private static final long BEAT_MS = 500;
    private static final long REOPEN_MS = 1_000;
    /** Who counts says so again and again: the topic keeps a record for 10 minutes. */
    private static final long COUNTER_BEATS = 120;

    private static final long RETRY_MS = 1_000;

    private final Vertx vertx;
    private final Context context;
    private final PulsarClient client;
    private final Owner self;
    private final String tick;
    private final MembershipBounds bounds;
    private final MembershipMeters meters;
    private final StatsTable table;
    private final Function<RoomKey, LiveStream> streams;
    private final UniqueCount uniques;
    private final EarlyBatches early = new EarlyBatches();
    private MembershipClients clients;
    private Activity activity;
    private Attendance attendance;
    private CountLease lease;
    /** Null = not since it counts. */
    private List<String> toldEdges;

    private MessageId last;
    private long timer = -1;
    private long beats;
    private boolean opening;
    private boolean closed;
    /** For other threads. */
    private volatile Consumer<byte[]> ready;

    /**
     * @param context the membership context; nobody else runs on it
     * @param streams which stream runs in a room, null = not known; asked on the membership context
     */
    public MembershipCount(
            Vertx vertx,
            Context context,
            PulsarClient client,
            Owner self,
            MembershipBounds bounds,
            StatsTable table,
            Function<RoomKey, LiveStream> streams,
            UniqueViewers redis,
            MeterRegistry registry) {
        this.vertx = vertx;
        this.context = context;
        this.client = client;
        this.self = self;
        this.tick = Attendance.TICK_PREFIX + self.instance();
        this.bounds = bounds;
        this.table = table;
        this.streams = streams;
        meters = new MembershipMeters(registry);
        uniques = new UniqueCount(redis, context, meters);
    }

    /** What instances share of it. */
    public static List<Instances.Reading> readings() {
        return List.of(new Instances.Reading(Topics.membership(), MembershipClients.SUBSCRIPTION));
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

    /** Whether this instance counts; from any thread. Others do not know who is there. */
    public boolean isCounting() {
        return meters.active;
    }

    /**
     * Who is in a room: a page of the users by id, or a sample of too many. From any thread.
     *
     * @param after null = from the first
     * @return refused while this instance does not count, or has not heard all edges yet; never fails
     */
    public CompletableFuture<Result<ViewerPage>> viewers(RoomKey room, String after, int limit) {
        return answer(counted -> counted.viewers(room, after, limit));
    }

    /** A user, if in a room. The same otherwise. */
    public CompletableFuture<Result<Optional<Viewer>>> viewer(RoomKey room, String user) {
        return answer(counted -> Optional.ofNullable(counted.viewer(room, user)));
    }

    private <T> CompletableFuture<Result<T>> answer(Function<Attendance, T> question) {
        CompletableFuture<Result<T>> answer = new CompletableFuture<>();
        context.runOnContext(v -> answer.complete(
                attendance == null || !attendance.isSettled()
                        ? Result.refused(
                                Refusal.retry(ErrorCode.UNAVAILABLE, "who is there is being counted anew", RETRY_MS))
                        : Result.of(question.apply(attendance))));
        return answer;
    }

    private void open() {
        if (closed) {
            return;
        }
        opening = true;
        Activity told = new Activity();
        activity = told;
        MembershipClients opened = new MembershipClients(client, self);
        clients = opened;
        CompletableFuture<Void> read = table.isOpen() ? CompletableFuture.completedFuture(null) : table.open(client);
        Future.fromCompletionStage(read.thenCompose(v -> opened.open(told)), context)
                .onComplete(this::opened);
    }

    private void opened(Consumer<byte[]> subscribed, Throwable failure) {
        if (failure != null) {
            LOG.warn("the membership topic cannot be read: {}", failure.getMessage());
            clients.close(context);
            vertx.setTimer(REOPEN_MS, t -> open());
            return;
        }
        opening = false;
        if (closed) {
            clients.close(context);
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
        early.clear();
        clients.close(context).onComplete(done -> vertx.setTimer(REOPEN_MS, t -> open()));
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

    /** Also when this one counted already: its consumer was away, and another one may have had what came meanwhile. */
    private void activate() {
        if (!closed) {
            LOG.info("counting who is where");
            lease = new CountLease(System.nanoTime());
            attendance = new Attendance(tick, bounds, meters, table.all(), table.watchedEdges(), streams);
            meters.active = true;
            early.take(this::take);
            tick();
            sayWhoCounts();
            ask(new MembershipRequest(MembershipRequest.EVERY_EDGE, null));
        }
    }

    private void receive() {
        Consumer<byte[]> from = clients.consumer();
        Future.fromCompletionStage(from.batchReceiveAsync(), context).onComplete((batch, failure) -> {
            if (closed || from != clients.consumer()) {
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
            early.add(batch);
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
            lease.read(newest);
            Future.fromCompletionStage(clients.consumer().acknowledgeCumulativeAsync(newest), context)
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
        uniques.turn(attendance);
        if (lease.holds(System.nanoTime())) {
            if (beats % COUNTER_BEATS == 0
                    || (attendance.isSettled() && !attendance.watchedEdges().equals(toldEdges))) {
                sayWhoCounts();
            }
            publish();
        }
        meters.edges = attendance.edgeCount();
        meters.users = attendance.userCount();
    }

    private void publish() {
        List<RoomStats> news = attendance.news(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), NEWS_AT_ONCE);
        for (RoomStats numbers : news) {
            send(clients.stats(), numbers.room().toString(), Json.bytes(numbers))
                    .onComplete((id, failure) -> published(numbers.room(), failure));
        }
        for (RoomKey room : attendance.forget(NEWS_AT_ONCE)) {
            send(clients.stats(), room.toString(), null).onFailure(this::failed);
        }
    }

    private Future<MessageId> send(Producer<byte[]> to, String key, byte[] value) {
        return Future.fromCompletionStage(to.newMessage().key(key).value(value).sendAsync(), context)
                .onFailure(failure -> {
                    if (clients.has(to) && PulsarNode.isGivenUp(failure)) {
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
        CountLease held = lease;
        long nowNs = System.nanoTime();
        send(clients.ticks(), tick, Json.bytes(Membership.lease(tick)))
                .onSuccess(sent -> held.sent(sent, nowNs))
                .onFailure(this::failed);
    }

    /** Until all edges have answered, with those of before: this instance may be followed by another one soon. */
    private void sayWhoCounts() {
        toldEdges = attendance.isSettled() ? attendance.watchedEdges() : null;
        StatsTable.Counter counter = StatsTable.Counter.of(self, toldEdges == null ? table.watchedEdges() : toldEdges);
        send(clients.stats(), RoomStats.COUNTER_KEY, Json.bytes(counter)).onFailure(this::failed);
    }

    private void ask(MembershipRequest request) {
        meters.requests.increment();
        send(clients.requests(), request.edge(), Json.bytes(request)).onFailure(this::failed);
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
            (clients == null ? Future.<Void>succeededFuture() : clients.close(context))
                    .onComplete(x -> done.complete());
        });
        return done.future();
    }
}
