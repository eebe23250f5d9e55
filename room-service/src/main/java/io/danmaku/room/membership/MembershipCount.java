package io.danmaku.room.membership;

import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.node.redis.UniqueViewers;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.MembershipRequest;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.LiveStream;
import io.danmaku.room.room.Owner;
import io.danmaku.room.room.Result;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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
    /** Batches that came before the word that this instance counts. */
    private static final int EARLY_MAX = 16;

    private static final long EARLY_NS = TimeUnit.SECONDS.toNanos(5);

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
    private final List<Messages<byte[]>> early = new ArrayList<>();
    private long earlyNs = System.nanoTime();
    private MembershipClients clients;
    private Activity activity;
    private Attendance attendance;
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
        MembershipClients opened = new MembershipClients(client);
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

    private void activate() {
        if (attendance == null && !closed) {
            LOG.info("counting who is where");
            attendance = new Attendance(tick, bounds, meters, table.all(), streams);
            meters.active = true;
            if (System.nanoTime() - earlyNs <= EARLY_NS) {
                early.forEach(this::take);
            }
            early.clear();
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
            // around a take-over: they may have come before the word that this instance counts, and come once
            long nowNs = System.nanoTime();
            if (nowNs - earlyNs > EARLY_NS) {
                early.clear();
            }
            if (early.size() < EARLY_MAX) {
                early.add(batch);
                earlyNs = nowNs;
            }
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
        if (beats % COUNTER_BEATS == 0) {
            sayWhoCounts();
        }
        attendance.sweep();
        attendance.requests(REQUESTS_AT_ONCE).forEach(this::ask);
        uniques.turn(attendance);
        publish();
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
        send(clients.ticks(), tick, Json.bytes(Membership.lease(tick))).onFailure(this::failed);
    }

    private void sayWhoCounts() {
        send(clients.stats(), RoomStats.COUNTER_KEY, Json.bytes(self)).onFailure(this::failed);
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
