package io.danmaku.dm;

import io.danmaku.dm.api.Abuse;
import io.danmaku.dm.api.Routes;
import io.danmaku.dm.delivery.Deliveries;
import io.danmaku.dm.delivery.InboundTopic;
import io.danmaku.dm.delivery.OwnTopic;
import io.danmaku.dm.delivery.Requests;
import io.danmaku.dm.inbound.Inbound;
import io.danmaku.dm.job.JobRunner;
import io.danmaku.dm.store.Accounts;
import io.danmaku.dm.store.BlockLists;
import io.danmaku.dm.store.Contacts;
import io.danmaku.dm.store.CqlNode;
import io.danmaku.dm.store.Evidence;
import io.danmaku.dm.store.Histories;
import io.danmaku.dm.store.Jobs;
import io.danmaku.dm.store.MessageTables;
import io.danmaku.dm.store.Migrations;
import io.danmaku.dm.store.Reach;
import io.danmaku.dm.store.Relations;
import io.danmaku.dm.store.Relay;
import io.danmaku.dm.store.Reports;
import io.danmaku.dm.store.SyncLog;
import io.danmaku.node.config.Settings;
import io.danmaku.node.direct.DirectWords;
import io.danmaku.node.direct.NewPeers;
import io.danmaku.node.http.UnreadableRequests;
import io.danmaku.node.life.Service;
import io.danmaku.node.life.Shutdown;
import io.danmaku.node.ops.Ops;
import io.danmaku.node.ops.Tracing;
import io.danmaku.node.pulsar.Backlog;
import io.danmaku.node.pulsar.HookOutbox;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.node.pulsar.StateTables;
import io.danmaku.node.redis.Directory;
import io.danmaku.node.redis.HourlySets;
import io.danmaku.node.token.TokenKeys;
import io.danmaku.node.words.WordFilters;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.Gauge;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The process: builds, wires, starts and stops everything of dm-service. */
public final class DmServiceNode {
    private static final String NAME = "dm-service";
    private static final int EVENT_LOOPS = 2;
    private static final long STEP_MS = 3_000;
    private static final double PERCENT = 100.0;

    private volatile BooleanSupplier pulsarReady = () -> false;
    private volatile BooleanSupplier cqlReady = () -> false;

    private DmServiceNode() {}

    /** @param args nothing, or the path of a configuration file that goes before the shipped one */
    public static void main(String[] args) {
        Service.run(NAME, args, (settings, shutdown) -> new DmServiceNode().start(settings, shutdown));
    }

    private void start(Settings settings, Shutdown shutdown) throws Exception {
        DmServiceConfig config = DmServiceConfig.read(settings);
        Incarnation node = Incarnation.create();

        Ops ops = new Ops(NAME);
        shutdown.add("ops", STEP_MS, ops::close);
        Tracing tracing = new Tracing(NAME, config.traceEndpoint(), config.tracePercent() / PERCENT);
        shutdown.add("tracing", STEP_MS, tracing::close);
        TokenKeys keys = TokenKeys.start(config.token(), ops);
        shutdown.add("token keys", STEP_MS, keys::close);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(EVENT_LOOPS));
        shutdown.add("vertx", STEP_MS, () -> await(vertx.close()));
        Directory directory = new Directory(vertx, config.redisUrl());
        shutdown.add("redis", STEP_MS, directory::close);
        ops.need("redis", directory::ready);
        ops.need("pulsar", () -> pulsarReady.getAsBoolean());
        ops.need("cql", () -> cqlReady.getAsBoolean());

        // the port answers first, so that /readyz can say what the start waits for
        Routes routes = new Routes(vertx, ops, keys.tokens(), config.bodyBytesMax(), config.api(), tracing.tracer());
        HttpServer server = await(vertx.createHttpServer(new HttpServerOptions()
                        .setHost(config.host())
                        .setPort(config.port())
                        .setMaxInitialLineLength(UnreadableRequests.LINE_BYTES_MAX)
                        .setMaxHeaderSize(UnreadableRequests.FORWARDED_HEADERS_BYTES_MAX)
                        .setIdleTimeout(config.idleTimeoutMs())
                        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS))
                .requestHandler(routes.router())
                .invalidRequestHandler(new UnreadableRequests(vertx, UnreadableRequests.FORWARDED_HEADERS_BYTES_MAX))
                .listen());

        CqlNode cql = CqlNode.open(config.cql(), config.startWithinMs());
        shutdown.add("cql", STEP_MS, cql::close);
        new Migrations(cql, config.cql(), node.toString()).apply();
        MessageTables tables = new MessageTables(cql);
        cqlReady = cql::ready;

        PulsarNode pulsar = new PulsarNode(config.pulsar());
        shutdown.add("pulsar", STEP_MS, pulsar::close);
        pulsar.awaitNamespaces(config.startWithinMs());
        pulsar.admin().createTopic(Topics.delivery(node.toString())).get(config.startWithinMs(), TimeUnit.MILLISECONDS);
        InboundTopic log = new InboundTopic(pulsar.client());
        Backlog backlog = new Backlog(
                pulsar.admin(),
                Topics.directInbound(),
                Topics.DIRECT_PARTITIONS,
                Topics.DIRECT_SUBSCRIPTION,
                config.delivery().backlogMax(),
                ops.registry(),
                "danmaku.dm.backlog");
        shutdown.add("backlog", STEP_MS, backlog::close);
        Requests requests = new Requests(node, log, backlog, config.delivery(), ops.registry());
        OwnTopic own = new OwnTopic(pulsar.client(), node, requests);
        shutdown.add("own topic", STEP_MS, own::close);
        Deliveries deliveries = new Deliveries(pulsar.client(), directory, requests, config.delivery(), ops.registry());
        shutdown.add("deliveries", STEP_MS, deliveries::close);
        Inbound inbound = new Inbound(pulsar.client(), node, tables, deliveries, config.inbound(), ops.registry());
        shutdown.add("inbound", config.drainWithinMs() + 2 * STEP_MS, () -> inbound.stop(config.drainWithinMs()));
        shutdown.add("log", STEP_MS, log::close);
        inbound.start();
        Jobs jobs = new Jobs(cql, config.jobs().keepMs());
        JobRunner runner = new JobRunner(requests, jobs, config.jobs(), ops.registry());
        shutdown.add("jobs", STEP_MS, runner::stop);
        runner.start();

        WordFilters words = new WordFilters();
        shutdown.add("words", STEP_MS, words::close);
        Gauge.builder("danmaku.words.terms", words, WordFilters::terms).register(ops.registry());
        StateTables state = new StateTables(pulsar.client());
        shutdown.add("state", STEP_MS, state::close);
        Histories histories = new Histories(cql);
        Abuse abuse = abuse(config, vertx, ops, shutdown, cql, histories, pulsar, words);
        // nothing is sent before the lists of all tenants are in force
        state.start((key, value) -> takeTenantsWords(words, key, value))
                .get(config.startWithinMs(), TimeUnit.MILLISECONDS);
        words.settle(config.startWithinMs());
        Accounts accounts = new Accounts(cql);
        SyncLog sync = new SyncLog(cql);
        long relayMs = config.inbound().relayMs();
        routes.open(
                requests,
                histories,
                new Contacts(cql, accounts, config.contactsRowsMax(), ops.registry()),
                sync,
                relayMs == 0 ? null : new Relay(cql, sync, relayMs, ops.registry()),
                new BlockLists(cql),
                accounts,
                new Relations(cql),
                config.inbound().strangerMessages(),
                directory,
                deliveries,
                new Reach(cql, accounts),
                jobs,
                runner,
                abuse);
        // only now: who is told that it is ready must not hear that it starts
        pulsarReady = () -> log.connected() && own.connected() && inbound.connected();
        shutdown.add(
                "http",
                config.drainWithinMs() + STEP_MS,
                () -> await(server.shutdown(config.drainWithinMs(), TimeUnit.MILLISECONDS)));
        shutdown.add("readiness", STEP_MS, ops::drain);
    }

    private static Abuse abuse(
            DmServiceConfig config,
            Vertx vertx,
            Ops ops,
            Shutdown shutdown,
            CqlNode cql,
            Histories histories,
            PulsarNode pulsar,
            WordFilters words) {
        HourlySets peers = new HourlySets(vertx, config.redisUrl(), "peers");
        shutdown.add("new peers", STEP_MS, peers::close);
        HourlySets reports = new HourlySets(vertx, config.redisUrl(), "reports");
        shutdown.add("report counts", STEP_MS, reports::close);
        HookOutbox outbox = new HookOutbox(pulsar.client(), ops.registry().counter("danmaku.dm.reports.untold"));
        shutdown.add("hook outbox", STEP_MS, outbox::close);
        return new Abuse(
                config.abuse(),
                new DirectWords(words, ops.registry()),
                new NewPeers(config.abuse().newPeersPerHour(), peers, ops.registry()),
                new Reports(cql, config.abuse().reportsKeptMs()),
                new Evidence(cql, histories),
                reports,
                outbox);
    }

    /** Of all that is decided, the lists for all rooms of a tenant alone are asked about direct messages. */
    private static void takeTenantsWords(WordFilters words, String key, byte[] value) {
        if (StateKeys.isWords(key) && StateKeys.WordsKey.of(key).room().isEmpty()) {
            words.take(key, value);
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get();
    }
}
