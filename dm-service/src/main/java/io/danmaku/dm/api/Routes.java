package io.danmaku.dm.api;

import io.danmaku.dm.delivery.Requests;
import io.danmaku.dm.store.BlockLists;
import io.danmaku.dm.store.Contacts;
import io.danmaku.dm.store.Histories;
import io.danmaku.dm.store.SyncLog;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.node.http.RequestMeter;
import io.danmaku.node.ops.Ops;
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

    private final Router router;
    private final int pagesMax;
    private final MeterRegistry registry;
    private volatile DirectApi api;
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
        // a route of its own: on one route bodies have to come first
        SendRates rates = new SendRates(bounds, System::nanoTime, registry);
        BodyHandler bodies = BodyHandler.create(false).setBodyLimit(bodyBytesMax);
        for (HttpMethod change : List.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)) {
            router.route(change, "/api/dm/*").handler(rates);
            router.route(change, "/api/dm/*").handler(bodies);
        }
        router.get("/api/dm/contacts").handler(with(DirectApi::contacts));
        router.get("/api/dm/sync").handler(with(DirectApi::sync));
        router.get("/api/dm/blocks").handler(with(DirectApi::blocks));
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
        router.post("/api/dm/:peer/messages").handler(with(DirectApi::send));
        router.get("/api/dm/:peer/messages").handler(with(DirectApi::history));
        router.post("/api/dm/:peer/read").handler(with(DirectApi::read));
        // last: a user may have the id "reports"
        router.get("/api/dm/reports/:id").handler(reports(ReportApi::read));
        router.put("/api/dm/reports/:id").handler(reports(ReportApi::decide));
        Problems.handleFailures(router);
    }

    public Router router() {
        return router;
    }

    /** Serves from now on. */
    public void open(
            Requests requests, Histories histories, Contacts contacts, SyncLog sync, BlockLists blocks, Abuse abuse) {
        reports = new ReportApi(
                abuse.reports(),
                abuse.evidence(),
                abuse.reportCounts(),
                abuse.config().reportsPerHour(),
                abuse.outbox(),
                registry);
        api = new DirectApi(
                requests,
                new DirectGate(requests, histories, abuse.words(), abuse.peers()),
                new DirectApi.Pages(histories, contacts, sync, blocks),
                pagesMax,
                registry);
    }

    private Handler<RoutingContext> with(BiConsumer<DirectApi, RoutingContext> action) {
        return opened(() -> api, action);
    }

    private Handler<RoutingContext> reports(BiConsumer<ReportApi, RoutingContext> action) {
        return opened(() -> reports, action);
    }

    private static <T> Handler<RoutingContext> opened(Supplier<T> api, BiConsumer<T, RoutingContext> action) {
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
