package io.danmaku.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.audience.Deliveries;
import io.danmaku.edge.broadcast.Broadcaster;
import io.danmaku.edge.broadcast.Pace;
import io.danmaku.edge.broadcast.Restraint;
import io.danmaku.edge.check.Checks;
import io.danmaku.edge.connection.Commands;
import io.danmaku.edge.connection.ConnectionLoops;
import io.danmaku.edge.connection.DirectCommands;
import io.danmaku.edge.connection.Handshake;
import io.danmaku.edge.connection.SocketTransport;
import io.danmaku.edge.direct.DirectBounds;
import io.danmaku.edge.direct.DirectGateway;
import io.danmaku.edge.front.Front;
import io.danmaku.edge.front.RoomHistory;
import io.danmaku.edge.gate.SendGate;
import io.danmaku.edge.overload.Admission;
import io.danmaku.edge.overload.MemoryShare;
import io.danmaku.edge.overload.Overload;
import io.danmaku.edge.overload.OverloadLimits;
import io.danmaku.edge.overload.OverloadStep;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.edge.presence.PresenceReporter;
import io.danmaku.edge.presence.RaidReporter;
import io.danmaku.edge.presence.StatsTable;
import io.danmaku.edge.quota.Tenants;
import io.danmaku.edge.roomlog.HeldOutbox;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.edge.roomlog.OpenRooms;
import io.danmaku.edge.service.Instances;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.node.config.Settings;
import io.danmaku.node.direct.DirectWords;
import io.danmaku.node.direct.NewPeers;
import io.danmaku.node.http.UnreadableRequests;
import io.danmaku.node.life.Service;
import io.danmaku.node.life.Shutdown;
import io.danmaku.node.ops.Ops;
import io.danmaku.node.ops.Tracing;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.node.redis.Directory;
import io.danmaku.node.redis.HourlySets;
import io.danmaku.node.redis.Sayings;
import io.danmaku.node.redis.SharedCounts;
import io.danmaku.node.token.TokenKeys;
import io.danmaku.node.words.WordFilters;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.RoomStats;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An edge: builds, wires, starts and stops all of it. */
public final class EdgeNode {
    private static final Logger LOG = LoggerFactory.getLogger(EdgeNode.class);

    private EdgeNode() {}

    public static void main(String[] args) {
        Service.run("edge", args, EdgeNode::start);
    }

    private static void start(Settings settings, Shutdown shutdown) throws Exception {
        EdgeConfig config = EdgeConfig.read(settings);
        Incarnation incarnation = Incarnation.create();
        Ops ops = new Ops("edge");
        shutdown.add("ops", 1_000, ops::close);
        Tracing tracing = new Tracing("edge", config.otlpEndpoint(), config.traceRatio());
        shutdown.add("tracing", 5_000, tracing::close);
        TokenKeys keys = TokenKeys.start(config.token(), ops);
        shutdown.add("token keys", 1_000, keys::close);
        SocketTransport transport = SocketTransport.choose(config.transport(), config.ringEntries());
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions().setEventLoopPoolSize(config.eventLoops()))
                .withTransport(transport.vertx())
                .build();
        shutdown.add("vertx", 5_000, () -> vertx.close().await(5, TimeUnit.SECONDS));
        ops.need("pulsar", () -> false);
        ops.need("rooms", () -> false);
        AtomicReference<Router> front = new AtomicReference<>(Front.starting(vertx, ops));
        listen(vertx, config, request -> front.get().handle(request));
        PulsarNode pulsar = new PulsarNode(config.pulsar());
        shutdown.add("pulsar", 5_000, pulsar::close);
        pulsar.awaitNamespaces(config.startMs());

        ConnectionLoops loops = new ConnectionLoops(config.eventLoops(), config.connection());
        Pace pace = new Pace(
                config.frameIntervalMs(), config.frameIntervalMsMax(), config.busyPerSecond(), loops::eventLoops);
        HeldOutbox held = new HeldOutbox(pulsar.client(), ops.registry());
        shutdown.add("held outbox", 3_000, held::close);
        Broadcaster broadcaster =
                new Broadcaster(incarnation.number(), config.ringSlots(), pace, config.batchBytesMax(), loops);
        shutdown.add("broadcaster", 5_000, broadcaster::close);
        MemoryShare memory = new MemoryShare(Math.min(
                config.admission().memoryPercentMax(), config.overload().memoryPercentMin()));
        Overload overload = new Overload(
                config.overload(),
                pace::lagNs,
                () -> (int) (broadcaster.waiting() * 100 / config.ringSlots()),
                memory,
                ops.registry(),
                step -> degrade(config.overload(), pace, broadcaster, step));
        shutdown.add("overload", 1_000, overload::close);
        Admission admission =
                new Admission(config.admission(), overload::step, memory::percent, ops.registry(), System.nanoTime());
        Deliveries deliveries = new Deliveries(EdgeMeters.told(ops.registry()));
        OpenRooms rooms = new OpenRooms(pulsar, broadcaster, deliveries, config.rooms(), loops::endRoom);
        shutdown.add("rooms", 6_000, rooms::stop);
        WordFilters filters = new WordFilters();
        shutdown.add("words", 1_000, filters::close);
        DecisionsCarriedOut decisions = new DecisionsCarriedOut(rooms, loops, broadcaster, filters);
        RoomTable table = new RoomTable(pulsar.client(), decisions);
        shutdown.add("tables", 2_000, table::close);
        loops.tellHeldTo((room, offset, tsMs, record) -> {
            if (table.tellsHeld(room.key().tenant())) {
                held.put(room, offset, tsMs, record);
            }
        });
        table.start().get(config.startMs(), TimeUnit.MILLISECONDS);
        filters.settle(config.startMs());
        vertx.setPeriodic(1_000, timer -> {
            rooms.lookAfter();
            table.endOverdue(System.currentTimeMillis());
            decisions.tellProfiles(table);
        });

        PresenceReporter presence = new PresenceReporter(pulsar, incarnation, ops.registry());
        shutdown.add("presence", 3_000, presence::close);
        RaidReporter raids = new RaidReporter(pulsar, () -> rooms.raidSigns(incarnation.toString()), ops.registry());
        shutdown.add("raid signs", 1_000, raids::close);
        StatsTable stats = new StatsTable(pulsar, ops.registry(), told -> tellStats(rooms, loops, told));
        shutdown.add("stats", 2_000, stats::close);
        Directory directory = new Directory(vertx, config.redisUrl());
        shutdown.add("directory", 2_000, directory::close);
        SharedCounts counts = config.quotas().limitMessages() ? new SharedCounts(vertx, config.redisUrl()) : null;
        if (counts != null) {
            shutdown.add("quotas", 2_000, counts::close);
        }
        Tenants tenants = new Tenants(config.quotas(), stats::online, counts, ops.registry());
        Instances dmService = new Instances("dm-service", config.dmService(), ops.registry());
        DirectGateway direct = new DirectGateway(
                pulsar,
                incarnation,
                directory,
                vertx,
                dmService,
                DirectBounds.with(config.directBacklogMax()),
                config.connection().sendsPerSecond(),
                ops.registry());
        shutdown.add("direct", 5_000, direct::close);
        HourlySets peers = new HourlySets(vertx, config.redisUrl(), "peers");
        shutdown.add("new peers", 2_000, peers::close);
        NewPeers newPeers = new NewPeers(config.newPeersPerHour(), peers, ops.registry());
        DirectCommands directCommands =
                new DirectCommands(direct, new DirectWords(filters, ops.registry()), newPeers, tracing.tracer());
        SendGate gate = new SendGate(table, filters);
        Checks checks = new Checks(vertx, ops.registry());
        shutdown.add("checks", 1_000, checks::close);
        Sayings sayings = new Sayings(vertx, config.redisUrl(), ops.registry());
        shutdown.add("sayings", 1_000, sayings::close);
        Commands commands = new Commands(
                keys.tokens(),
                tenants,
                table,
                rooms,
                gate,
                checks,
                sayings,
                admission,
                config.connection(),
                incarnation,
                presence,
                stats,
                directCommands,
                loops,
                tracing.tracer());
        Handshake handshake = new Handshake(
                loops,
                commands,
                admission,
                config.connection(),
                config.trustedProxies(),
                config.compression(),
                incarnation.toString());
        overload.start();
        new EdgeMeters(ops.registry(), transport, loops, rooms, broadcaster, pace, deliveries, filters).bind();
        RoomHistory history = new RoomHistory(
                keys.tokens(), table, rooms, gate, admission, config.trustedProxies(), config.historyReads());
        front.set(Front.router(
                vertx,
                ops,
                tracing.tracer(),
                handshake,
                handshake.packets(),
                history,
                config.trustedProxies(),
                new Instances("room-service", config.roomService(), ops.registry()),
                dmService));
        // only now: who is told that it is ready must not find the routes of the start
        ops.need("rooms", table::ready);
        ops.need("pulsar", presence::isConnected);
        shutdown.add("connections", config.drainMs() + 1_000, () -> {
            ops.drain();
            handshake.drain();
            history.drain();
            loops.drain(config.drainMs(), () -> direct.waiting() + newPeers.waiting());
        });
        LOG.info(
                "edge {} listens on {}:{} by {}, {} event loops",
                incarnation,
                config.host(),
                config.port(),
                transport,
                config.eventLoops());
    }

    /** One server an event loop: Vert.x hands each connection to one of them. */
    private static void listen(Vertx vertx, EdgeConfig config, Handler<HttpServerRequest> front)
            throws TimeoutException {
        for (int i = 0; i < config.eventLoops(); i++) {
            vertx.deployVerticle(context -> vertx.createHttpServer(new HttpServerOptions()
                                    .setHost(config.host())
                                    .setPort(config.port())
                                    .setSendBufferSize(config.sendBufferBytes())
                                    .setMaxInitialLineLength(UnreadableRequests.LINE_BYTES_MAX)
                                    .setMaxHeaderSize(UnreadableRequests.HEADERS_BYTES_MAX))
                            .requestHandler(front)
                            .invalidRequestHandler(new UnreadableRequests(vertx, UnreadableRequests.HEADERS_BYTES_MAX))
                            .listen())
                    .await(30, TimeUnit.SECONDS);
        }
    }

    /** Another step: what carries events is told the plain values that it means. */
    private static void degrade(OverloadLimits limits, Pace pace, Broadcaster broadcaster, OverloadStep step) {
        pace.stretch(step.atLeast(OverloadStep.STRETCH));
        broadcaster.restrain(
                step.atLeast(OverloadStep.SAMPLE)
                        ? new Restraint(
                                limits.budgetPercent(), limits.unlimitedPerSecond(), step.atLeast(OverloadStep.SHED))
                        : Restraint.NONE);
    }

    /** A room's numbers changed: its viewers are told beside the order of its events. */
    private static void tellStats(OpenRooms rooms, ConnectionLoops loops, RoomStats told) {
        OpenRoom open = rooms.find(told.room());
        if (open != null) {
            ObjectNode frame = Json.object().put("room", told.room().room());
            ObjectNode stats = frame.putObject("stats")
                    .put("online", told.online())
                    .put("users", told.users())
                    .put("peak", told.peak())
                    .put("perMinute", told.perMinute());
            if (told.usersEstimated()) {
                stats.put("usersEstimated", true);
            }
            if (told.devices() != null) {
                told.devices().forEach(stats.putObject("devices")::put);
            }
            open.live().tell(loops.eventLoops(), BatchWriter.textFrame(Json.bytes(frame)));
        }
    }
}
