package io.danmaku.dm.api;

import io.danmaku.dm.delivery.Deliveries;
import io.danmaku.dm.delivery.Requests;
import io.danmaku.dm.job.JobRunner;
import io.danmaku.dm.store.Accounts;
import io.danmaku.dm.store.BlockLists;
import io.danmaku.dm.store.Contacts;
import io.danmaku.dm.store.Histories;
import io.danmaku.dm.store.Jobs;
import io.danmaku.dm.store.Reach;
import io.danmaku.dm.store.Relations;
import io.danmaku.dm.store.Relay;
import io.danmaku.dm.store.SyncLog;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.node.http.RequestMeter;
import io.danmaku.node.http.RequestRates;
import io.danmaku.node.ops.Ops;
import io.danmaku.node.redis.Directory;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.token.Tokens;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** The routes of dm-service. They answer from the start; until the engines are there, with {@code unavailable}. */
public final class Routes {
    /** Where the OpenAPI document is served. */
    static final String DOCUMENT = "/openapi/dm-service.yaml";

    private static final long STARTING_RETRY_MS = 1_000;
    private static final int ACCOUNTS_BYTES_MAX = 1 << 20;
    private static final int BURST_SECONDS = 2;

    private final Router router;
    private final int pagesMax;
    private final MeterRegistry registry;
    private volatile DirectApi api;
    private volatile AccountApi accounts;
    private volatile PresenceApi presence;
    private volatile ServerApi servers;
    private volatile ReportApi reports;

    public Routes(Vertx vertx, Ops ops, Tokens tokens, int bodyBytesMax, ApiBounds bounds, Tracer tracer) {
        pagesMax = bounds.pagesMax();
        registry = ops.registry();
        router = Router.router(vertx);
        ops.mount(router);
        Buffer document = document();
        router.get(DOCUMENT)
                .handler(context -> context.response()
                        .putHeader("Content-Type", "application/yaml")
                        .end(document));
        router.route("/api/dm/*").handler(new RequestMeter(registry, tracer)).handler(new Bearer(tokens));
        // many accounts are more than the body of a message
        router.route(HttpMethod.PUT, "/api/dm/accounts").handler(AccountApi::forBackends);
        router.route(HttpMethod.DELETE, "/api/dm/accounts").handler(AccountApi::forBackends);
        router.route(HttpMethod.PUT, "/api/dm/accounts")
                .handler(BodyHandler.create(false).setBodyLimit(ACCOUNTS_BYTES_MAX));
        // a route of its own: on one route bodies have to come first
        RequestRates rates = new RequestRates(
                new RequestRates.Allowance(
                        bounds.sendsPerSecond(), bounds.backendPerSecond(), BURST_SECONDS, bounds.sendersMax()),
                "too many direct messages a second",
                System::nanoTime,
                registry.counter("danmaku.dm.requests.refused", "code", ErrorCode.RATE_LIMITED.wireName()));
        BodyHandler bodies = BodyHandler.create(false).setBodyLimit(bodyBytesMax);
        for (HttpMethod change : List.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)) {
            router.route(change, "/api/dm/*").handler(rates);
            router.route(change, "/api/dm/*").handler(bodies);
        }
        router.post("/api/dm/messages").handler(forServers(ServerApi::send));
        router.get("/api/dm/messages/jobs").handler(forServers(ServerApi::list));
        router.put("/api/dm/messages/jobs/:id").handler(forServers(ServerApi::make));
        router.get("/api/dm/messages/jobs/:id").handler(forServers(ServerApi::read));
        router.delete("/api/dm/messages/jobs/:id").handler(forServers(ServerApi::cancel));
        router.put("/api/dm/messages/jobs/:id/parts/:part").handler(forServers(ServerApi::add));
        router.post("/api/dm/messages/jobs/:id/start").handler(forServers(ServerApi::start));
        router.get("/api/dm/contacts").handler(with(DirectApi::contacts));
        router.get("/api/dm/sync").handler(with(DirectApi::sync));
        router.get("/api/dm/online").handler(withPresence(PresenceApi::online));
        router.get("/api/dm/blocks").handler(account(AccountApi::blocks));
        router.put("/api/dm/accounts").handler(account(AccountApi::upsert));
        router.get("/api/dm/accounts").handler(account(AccountApi::find));
        router.delete("/api/dm/accounts").handler(account(AccountApi::delete));
        router.get("/api/dm/settings").handler(account(AccountApi::settings));
        router.patch("/api/dm/settings").handler(account(AccountApi::change));
        router.get("/api/dm/relations").handler(account(AccountApi::relations));
        router.put("/api/dm/:peer/relation").handler(with(DirectApi::relate));
        router.post("/api/dm/reports").handler(reports(ReportApi::make));
        router.get("/api/dm/reports").handler(reports(ReportApi::list));
        router.get("/api/dm/:peer/conversation").handler(with(DirectApi::conversation));
        router.patch("/api/dm/:peer/messages/:mid").handler(with(DirectApi::edit));
        router.delete("/api/dm/:peer/messages/:mid").handler(with(DirectApi::recall));
        router.get("/api/dm/:peer/messages/:mid/versions").handler(with(DirectApi::versions));
        router.put("/api/dm/:peer/messages/:mid/reaction").handler(with(DirectApi::react));
        router.delete("/api/dm/:peer/messages/:mid/reaction").handler(with(DirectApi::react));
        router.put("/api/dm/:peer/messages/:mid/hidden").handler(with(DirectApi::hide));
        router.post("/api/dm/:peer/clear").handler(with(DirectApi::clear));
        router.put("/api/dm/:peer/block").handler(with(DirectApi::block));
        router.delete("/api/dm/:peer/block").handler(with(DirectApi::block));
        router.put("/api/dm/:peer/expiry").handler(with(DirectApi::expire));
        router.post("/api/dm/:peer/messages").handler(with(DirectApi::send));
        router.get("/api/dm/:peer/messages").handler(with(DirectApi::history));
        router.post("/api/dm/:peer/read").handler(with(DirectApi::read));
        router.post("/api/dm/:peer/delivered").handler(with(DirectApi::delivered));
        router.post("/api/dm/:peer/typing").handler(withPresence(PresenceApi::typing));
        // last: a user may have the id "reports"
        router.get("/api/dm/reports/:id").handler(reports(ReportApi::read));
        router.put("/api/dm/reports/:id").handler(reports(ReportApi::decide));
        Problems.handleFailures(router);
    }

    public Router router() {
        return router;
    }

    /**
     * Serves from now on.
     *
     * @param relay null where messages are stored
     */
    public void open(
            Requests requests,
            Histories histories,
            Contacts contacts,
            SyncLog sync,
            Relay relay,
            BlockLists blocks,
            Accounts told,
            Relations relations,
            int strangerMessages,
            Directory directory,
            Deliveries deliveries,
            Reach reach,
            Jobs jobs,
            JobRunner runner,
            Abuse abuse) {
        DirectGate gate = new DirectGate(requests, histories, abuse.words(), abuse.peers());
        DirectApi direct = new DirectApi(
                requests, gate, new DirectApi.Pages(histories, contacts, sync, relay), pagesMax, registry);
        accounts =
                new AccountApi(direct, told, relations, blocks, new SettingsChange(requests, told), strangerMessages);
        presence = new PresenceApi(direct, reach, gate, directory, deliveries);
        servers = new ServerApi(direct, requests, jobs, runner);
        reports = new ReportApi(
                abuse.reports(),
                abuse.evidence(),
                abuse.reportCounts(),
                abuse.config().reportsPerHour(),
                abuse.outbox(),
                registry);
        api = direct;
    }

    private Handler<RoutingContext> account(BiConsumer<AccountApi, RoutingContext> action) {
        return with(() -> accounts, action);
    }

    private Handler<RoutingContext> forServers(BiConsumer<ServerApi, RoutingContext> action) {
        return with(() -> servers, (opened, context) -> {
            if (!Bearer.claims(context).admin()) {
                throw new BadRequest(ErrorCode.FORBIDDEN, "this is for backends: a token with the scope admin");
            }
            action.accept(opened, context);
        });
    }

    private Handler<RoutingContext> with(BiConsumer<DirectApi, RoutingContext> action) {
        return with(() -> api, action);
    }

    private Handler<RoutingContext> withPresence(BiConsumer<PresenceApi, RoutingContext> action) {
        return with(() -> presence, action);
    }

    private Handler<RoutingContext> reports(BiConsumer<ReportApi, RoutingContext> action) {
        return with(() -> reports, action);
    }

    private static <T> Handler<RoutingContext> with(Supplier<T> api, BiConsumer<T, RoutingContext> action) {
        return context -> {
            T opened = api.get();
            if (opened == null) {
                Problems.send(
                        context, Refusal.retry(ErrorCode.UNAVAILABLE, "dm-service is starting", STARTING_RETRY_MS));
                return;
            }
            try {
                action.accept(opened, context);
            } catch (BadRequest bad) {
                Problems.send(context, bad.refusal());
            }
        };
    }

    private static Buffer document() {
        try (InputStream in = Routes.class.getResourceAsStream(DOCUMENT)) {
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
