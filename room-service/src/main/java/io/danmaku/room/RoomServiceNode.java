package io.danmaku.room;

import io.danmaku.node.config.Settings;
import io.danmaku.node.http.RequestMeter;
import io.danmaku.node.http.RequestRates;
import io.danmaku.node.http.UnreadableRequests;
import io.danmaku.node.life.Service;
import io.danmaku.node.life.Shutdown;
import io.danmaku.node.ops.Ops;
import io.danmaku.node.ops.Tracing;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.node.redis.UniqueViewers;
import io.danmaku.node.token.TokenKeys;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.room.admin.Forwarding;
import io.danmaku.room.admin.RoomApi;
import io.danmaku.room.audit.Audit;
import io.danmaku.room.key.Keys;
import io.danmaku.room.membership.MembershipCount;
import io.danmaku.room.membership.RaidSignsReader;
import io.danmaku.room.membership.StatsTable;
import io.danmaku.room.moderation.ExternalChecks;
import io.danmaku.room.moderation.HeldChats;
import io.danmaku.room.moderation.Pins;
import io.danmaku.room.moderation.Raids;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.moderation.Sanctions;
import io.danmaku.room.moderation.Takedowns;
import io.danmaku.room.moderation.Words;
import io.danmaku.room.posting.Posts;
import io.danmaku.room.room.Instances;
import io.danmaku.room.room.Owner;
import io.danmaku.room.room.Reports;
import io.danmaku.room.room.Retentions;
import io.danmaku.room.room.RoomLog;
import io.danmaku.room.room.RoomTopics;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.Standstill;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.webhook.Webhooks;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** The process: builds, wires, starts and stops everything of room-service. */
public final class RoomServiceNode {
    private static final String NAME = "room-service";
    /** The state's, the membership's, and that of the connections to webhooks. */
    private static final int EVENT_LOOPS = 3;

    private static final int FORWARD_CONNECTIONS_MAX = 16;
    private static final int FORWARD_WAITING_MAX = 1_000;
    private static final long DRAIN_MS = 5_000;
    private static final long STEP_MS = 3_000;

    private RoomServiceNode() {}

    /** @param args nothing, or the path of a configuration file that goes before the shipped one */
    public static void main(String[] args) {
        Service.run(NAME, args, RoomServiceNode::start);
    }

    static void start(Settings settings, Shutdown shutdown) throws Exception {
        RoomServiceConfig config = RoomServiceConfig.read(settings);
        Owner self = new Owner(Incarnation.create().toString(), config.advertisedUrl());
        Clock clock = Clock.systemUTC();

        Ops ops = new Ops(NAME);
        shutdown.add("ops", STEP_MS, ops::close);
        Tracing tracing = new Tracing(NAME, config.traceEndpoint(), config.tracePercent() / 100.0);
        shutdown.add("tracing", STEP_MS, tracing::close);
        TokenKeys keys = TokenKeys.start(config.token(), ops);
        shutdown.add("token keys", STEP_MS, keys::close);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(EVENT_LOOPS));
        shutdown.add("vertx", STEP_MS, () -> await(vertx.close()));
        Context state = newContext(vertx);
        Context membership = newContext(vertx);
        Context hooks = newContext(vertx);
        PulsarNode pulsar = new PulsarNode(config.pulsar());
        shutdown.add("pulsar", STEP_MS, pulsar::close);
        HttpClient http = vertx.createHttpClient(
                new HttpClientOptions(),
                new PoolOptions().setHttp1MaxSize(FORWARD_CONNECTIONS_MAX).setMaxWaitQueueSize(FORWARD_WAITING_MAX));

        Standstill standstill = Standstill.watch(vertx, state);
        Instances instances = new Instances(
                state,
                pulsar.admin(),
                self,
                Stream.of(MembershipCount.readings(), Webhooks.readings())
                        .flatMap(List::stream)
                        .toList(),
                ops.registry());
        StateGroups groups = new StateGroups(
                vertx,
                state,
                pulsar.client(),
                vertx.createHttpClient(),
                self,
                instances,
                config.state(),
                ops.registry(),
                clock);
        RoomLog log = new RoomLog(pulsar.client(), state, config.events(), ops.registry());
        Retentions retentions = new Retentions(vertx, state, pulsar.admin(), groups, ops.registry());
        StatsTable stats = new StatsTable();
        Reports reports = new Reports(groups, stats::of);
        RoomTopics topics = new RoomTopics(pulsar.admin(), state, ops.registry());
        Rooms rooms = new Rooms(groups, topics, retentions, log, reports, config.rooms());
        Sanctions sanctions = new Sanctions(groups, log, config.rooms());
        Roles roles = new Roles(groups, config.rooms());
        Takedowns takedowns = new Takedowns(groups, log, config.rooms());
        Posts posts = new Posts(groups, log, config.rooms());
        Pins pins = new Pins(groups, log);
        Raids raids = new Raids(groups, log, ops.registry(), clock);
        RaidSignsReader signs = new RaidSignsReader(vertx, state, pulsar.client(), ops.registry(), raids::take);
        Words words = new Words(groups, config.rooms().quotas());
        Keys apiKeys = new Keys(groups);
        HeldChats held = new HeldChats(groups, log, posts);
        ExternalChecks checks = new ExternalChecks(groups);
        Audit audit = new Audit(pulsar, state, config.auditReads(), ops.registry());
        Webhooks webhooks =
                new Webhooks(vertx, state, hooks, pulsar, groups, standstill, config.webhooks(), ops.registry(), clock);
        UniqueViewers uniques = new UniqueViewers(vertx, config.redisUrl());
        shutdown.add("redis", STEP_MS, uniques::close);
        MembershipCount count = new MembershipCount(
                vertx,
                membership,
                pulsar.client(),
                self,
                config.membership(),
                stats,
                groups::live,
                uniques,
                ops.registry());

        AtomicBoolean namespaces = new AtomicBoolean();
        ops.need("pulsar", namespaces::get);
        ops.need("state", groups::areServed);
        ops.need("membership", count::isReady);
        ops.need("webhooks", webhooks::isReady);
        RoomApi api = new RoomApi(
                vertx,
                keys.tokens(),
                config.trustedProxies(),
                new RequestRates(
                        config.requests(),
                        "too many requests a second",
                        System::nanoTime,
                        ops.registry().counter("danmaku.http.limited")),
                config.bodyBytesMax(),
                rooms,
                roles,
                sanctions,
                takedowns,
                posts,
                pins,
                raids,
                words,
                apiKeys,
                held,
                checks,
                audit,
                webhooks,
                reports,
                groups,
                stats,
                count,
                new Forwarding(http, groups, config.forwardTimeoutMs(), config.forwardReadTimeoutMs(), ops.registry()),
                new RequestMeter(ops.registry(), tracing.tracer()),
                clock);
        // the port answers first, so that /readyz can say what the start waits for
        HttpServer server = await(listen(vertx, state, api.router(ops), config));

        pulsar.awaitNamespaces(config.pulsarStartWithinMs());
        namespaces.set(true);
        count.start();
        shutdown.add("membership", STEP_MS, () -> await(count.close()));
        // before anything is acknowledged here that webhooks have to hear of
        await(webhooks.start());
        shutdown.add("webhooks", STEP_MS, () -> await(webhooks.close()));
        groups.start();
        shutdown.add("state", DRAIN_MS, () -> await(groups.close()));
        signs.start();
        shutdown.add("raid signs", STEP_MS, signs::close);
        state.runOnContext(v -> vertx.setPeriodic(Raids.LOOK_MS, t -> raids.lookAfter()));
        state.runOnContext(v -> vertx.setPeriodic(config.sweepIntervalMs(), t -> {
            sanctions.sweep();
            roles.sweep();
            takedowns.sweep();
            posts.sweep();
            words.sweep();
            apiKeys.sweep();
            held.sweep();
            checks.sweep();
            webhooks.sweep();
            reports.sweep();
            rooms.sweep();
        }));
        shutdown.add("http", DRAIN_MS + STEP_MS, () -> await(server.shutdown(DRAIN_MS, TimeUnit.MILLISECONDS)));
        shutdown.add("readiness", STEP_MS, ops::drain);
    }

    private static Future<HttpServer> listen(Vertx vertx, Context context, Router router, RoomServiceConfig config) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setMaxInitialLineLength(UnreadableRequests.LINE_BYTES_MAX)
                .setMaxHeaderSize(UnreadableRequests.FORWARDED_HEADERS_BYTES_MAX)
                .setIdleTimeout(config.idleTimeoutMs())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        Promise<HttpServer> listening = Promise.promise();
        // a server belongs to the context that starts it
        context.runOnContext(v -> vertx.createHttpServer(options)
                .requestHandler(router)
                .invalidRequestHandler(new UnreadableRequests(vertx, UnreadableRequests.FORWARDED_HEADERS_BYTES_MAX))
                .listen()
                .onComplete(listening));
        return listening.future();
    }

    /** A new event loop of its own. */
    private static Context newContext(Vertx vertx) throws Exception {
        Context[] made = new Context[1];
        await(vertx.deployVerticle((Deployable) context -> {
            made[0] = context;
            return Future.succeededFuture();
        }));
        return made[0];
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get();
    }
}
