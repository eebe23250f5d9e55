package io.danmaku.edge.direct;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.edge.service.Instances;
import io.danmaku.node.http.UserRates;
import io.danmaku.node.pulsar.Backlog;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.node.redis.Directory;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.context.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Direct messages on this edge: what devices ask goes into the log of conversations and is answered when its result comes
 * back; what is delivered is pushed to the devices. Starts without Pulsar, Redis and dm-service; commands are then
 * {@code unavailable}. All methods from any thread; none waits, except {@link #close}.
 */
public final class DirectGateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectGateway.class);
    private static final long TURN_MS = 50;
    /** Of what somebody types to one peer, so much goes on. */
    private static final Duration TYPING_INTERVAL = Duration.ofSeconds(1);

    private static final int TYPING_MAX = 10_000;
    private static final Refusal FULL =
            Refusal.retry(ErrorCode.UNAVAILABLE, "too much waits to be stored; nothing was sent", /* retryMs= */ 2_000);

    private final String node;
    private final Devices devices;
    private final Results results;
    private final Leases leases;
    private final Pushes pushes;
    private final InboundLog inbound;
    private final Backlog backlog;
    private final DeliveryReader reader;
    private final PageClient pages;
    private final PageClient signals;
    private final Looks looks;
    private final WriteRecords records;
    private final UserRates rates;
    private final Cache<Typing, Boolean> typing = Caffeine.newBuilder()
            .maximumSize(TYPING_MAX)
            .expireAfterWrite(TYPING_INTERVAL)
            .executor(Runnable::run)
            .build();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "direct"));
    private final Counter unpushed;
    private final Counter busy;
    private final Counter full;
    private final Counter pending;
    private final Counter lateResults;

    private record Typing(String tenant, String from, String to) {}

    /**
     * @param sendsPerSecond of a user, over all connections
     */
    public DirectGateway(
            PulsarNode pulsar,
            Incarnation incarnation,
            Directory directory,
            Vertx vertx,
            Instances dmService,
            DirectBounds bounds,
            int sendsPerSecond,
            MeterRegistry registry) {
        node = incarnation.toString();
        devices = new Devices(bounds.devicesPerUserMax());
        results = new Results(bounds.waitingMax(), bounds.resultWithinMs());
        leases = new Leases(
                devices,
                this::onThread,
                directory::ready,
                sessions -> directory.renew(node, sessions),
                session -> directory.remove(node, session));
        pushes = new Pushes(devices);
        inbound = new InboundLog(pulsar.client(), bounds.inboundPendingMax());
        backlog = new Backlog(
                pulsar.admin(),
                Topics.directInbound(),
                Topics.DIRECT_PARTITIONS,
                Topics.DIRECT_SUBSCRIPTION,
                bounds.backlogMax(),
                registry,
                "direct.backlog");
        pages = new PageClient(vertx, dmService, bounds);
        signals = new PageClient(vertx, dmService, bounds.ofSignals());
        rates = new UserRates(sendsPerSecond);
        records = new WriteRecords(node);
        looks = new Looks(devices, this::onThread, this::askOnline, directory::online);
        unpushed = registry.counter("direct.devices.unpushed");
        busy = registry.counter("direct.requests.busy");
        full = registry.counter("direct.requests.full");
        pending = registry.counter("direct.requests.pending");
        lateResults = registry.counter("direct.results.late");
        Gauge.builder("direct.requests.waiting", results, Results::waiting).register(registry);
        Gauge.builder("direct.users", devices, Devices::users).register(registry);
        FunctionCounter.builder("direct.leases.failed", leases, Leases::failures)
                .register(registry);
        Gauge.builder("direct.looked.at", looks, Looks::lookedAt).register(registry);
        FunctionCounter.builder("direct.looks.failed", looks, Looks::failures).register(registry);
        FunctionCounter.builder("direct.pushes", pushes, Pushes::pushes).register(registry);
        FunctionCounter.builder("direct.repeats", pushes, Pushes::repeats).register(registry);
        reader = new DeliveryReader(pulsar.client(), node, this::delivered);
        thread.scheduleWithFixedDelay(this::turn, 0, TURN_MS, TimeUnit.MILLISECONDS);
    }

    private void onThread(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("came after the end");
        }
    }

    private void turn() {
        try {
            long nowMs = nowMs();
            inbound.keepOpen(nowMs);
            int late = results.expire(nowMs);
            if (late > 0) {
                pending.increment(late);
                backlog.late();
            }
            leases.turn(nowMs);
            looks.turn(nowMs);
        } catch (RuntimeException bug) {
            LOG.error("direct messages stumble", bug);
        }
    }

    /** A device is there from now on: it gets pushes, and other nodes learn that it is here. */
    public void connected(Device device) {
        if (devices.add(device)) {
            leases.changed(device);
        } else {
            unpushed.increment();
        }
    }

    /** A device is gone; well when it never was there. */
    public void disconnected(Device device) {
        if (devices.remove(device)) {
            leases.changed(device);
            looks.gone(device);
        }
    }

    /**
     * Changes a conversation. {@code ok} says {@code mid}, {@code seq}, {@code ts} of the message that it is about, up to which {@code seq} is
     * read, or what else was changed.
     *
     * @param rated whether its user is held to {@link #sendWaitMs}, here and on other edges
     */
    public CompletionStage<Outcome> write(Device device, Command.DmWrite command, boolean rated) {
        return append(sendId -> {
            DirectRecord record = records.of(device, command, sendId);
            return rated ? record.asRated() : record;
        });
    }

    /** What became of a message that is not taken any more: the first result where it was sent before, else that its text is refused. */
    public CompletionStage<Outcome> firstResult(Device device, Command.DmSend command) {
        return append(sendId -> records.of(device, command, sendId).asking());
    }

    /** Takes one of what a device's user may send, over all connections: 0, or milliseconds until there is one. */
    public long sendWaitMs(Device device, long nowNs) {
        return rates.take(sender(device.tenant(), device.user()), nowNs);
    }

    private static String sender(String tenant, String user) {
        return tenant + "/" + user;
    }

    /** What a device missed; {@code ok} is dm-service's answer. */
    public CompletionStage<Outcome> sync(Command.DmSync command, String bearerToken, Context trace) {
        return pages.page(PageRequest.of(command), bearerToken, trace);
    }

    /** Messages of a conversation; {@code ok} is dm-service's answer. */
    public CompletionStage<Outcome> history(Command.DmHistory command, String bearerToken, Context trace) {
        return pages.page(PageRequest.of(command), bearerToken, trace);
    }

    /** Recent conversations; {@code ok} is dm-service's answer. */
    public CompletionStage<Outcome> contacts(Command.DmContacts command, String bearerToken, Context trace) {
        return pages.page(PageRequest.of(command), bearerToken, trace);
    }

    /** Reads or changes the user's settings; {@code ok} is dm-service's answer. */
    public CompletionStage<Outcome> settings(Command.DmSettings command, String bearerToken, Context trace) {
        return pages.page(PageRequest.of(command), bearerToken, trace);
    }

    /** Tells a peer that the device's user types; told again within a second it goes no further. */
    public CompletionStage<Outcome> typing(Device device, String peer, Context trace) {
        Typing now = new Typing(device.tenant(), device.user(), peer);
        return typing.asMap().putIfAbsent(now, true) == null
                ? signals.call(
                        HttpMethod.POST, "/api/dm/" + PageRequest.encoded(peer) + "/typing", device.token(), trace)
                : CompletableFuture.completedFuture(new Outcome.Done(Json.object()));
    }

    /** The device looks at these from now on: {@code ok} says who of them is online, of those that it may see; what changes is pushed. */
    public CompletionStage<Outcome> look(Device device, List<String> peers) {
        return looks.look(device, peers);
    }

    private CompletionStage<Outcome> askOnline(Device device, List<String> peers) {
        String uri = "/api/dm/online?ids=" + PageRequest.encoded(String.join(",", peers));
        return signals.call(HttpMethod.GET, uri, device.token(), Context.root());
    }

    /** Reports messages; {@code ok} is dm-service's answer. */
    public CompletionStage<Outcome> report(Command.DmReport command, String bearerToken, Context trace) {
        return pages.page(PageRequest.of(command), bearerToken, trace);
    }

    /** Whether the bearer has a conversation with somebody; fails when dm-service does not say. */
    public CompletionStage<Boolean> met(String peer, String bearerToken) {
        return pages.page(PageRequest.ofConversation(peer), bearerToken, Context.root())
                .thenApply(outcome -> {
                    if (outcome instanceof Outcome.Done done) {
                        return done.ok().path("seq").asLong() > 0;
                    }
                    throw new IllegalStateException("dm-service does not say who has met");
                });
    }

    /** Makes the record of a request. */
    private interface Request {
        DirectRecord record(long sendId);
    }

    private CompletionStage<Outcome> append(Request request) {
        if (!reader.isOpen()) {
            return CompletableFuture.completedFuture(
                    Outcome.refused(ErrorCode.UNAVAILABLE, "direct messages are away"));
        }
        Results.Awaited awaited = results.await(nowMs());
        if (awaited == null) {
            busy.increment();
            return CompletableFuture.completedFuture(
                    Outcome.refused(ErrorCode.BUSY, "too many requests wait for their results"));
        }
        Refusal refusal = appendOrRefuse(request.record(awaited.sendId()));
        if (refusal != null) {
            results.settle(awaited.sendId(), new Outcome.Refused(refusal));
        }
        return awaited.outcome();
    }

    private Refusal appendOrRefuse(DirectRecord record) {
        if (backlog.isFull(Topics.directPartition(record.conversation()))) {
            full.increment();
            return FULL;
        }
        return inbound.append(record);
    }

    private void delivered(List<Delivery> deliveries) {
        for (Delivery delivery : deliveries) {
            try {
                take(delivery);
            } catch (RuntimeException bad) {
                // the others of the batch are good all the same
                LOG.error("a delivery cannot be handled", bad);
            }
        }
        pushes.flush();
    }

    private void take(Delivery delivery) {
        if (delivery.kind() == Delivery.Kind.SIGHT) {
            looks.mayHaveChanged(delivery.tenant(), delivery.users(), delivery.reader());
        } else if (delivery.kind() != Delivery.Kind.RESULT) {
            // before who sent it can know
            count(delivery);
            pushes.add(delivery);
        } else if (!results.settle(delivery.sendId(), Outcome.of(delivery))) {
            lateResults.increment();
        }
    }

    /** What another node took of a user who is here counts here as well. */
    private void count(Delivery delivery) {
        String by = delivery.reader();
        if (delivery.node() != null
                && !delivery.node().equals(node)
                && delivery.users().contains(by)) {
            rates.count(sender(delivery.tenant(), by), System.nanoTime());
        }
    }

    /** Requests that wait for their results. */
    public int waiting() {
        return results.waiting();
    }

    /** Whether messages can be sent and deliveries are read. */
    public boolean isConnected() {
        return inbound.isConnected() && reader.isOpen();
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Ends all; who waits is told {@code pending}. Waits a bounded time for what is on its way. */
    @Override
    public void close() {
        backlog.close();
        inbound.close();
        reader.close();
        results.abandon();
        thread.shutdownNow();
        pages.close();
        signals.close();
    }
}
