package io.danmaku.edge.front;

import io.danmaku.node.http.Problems;
import io.danmaku.node.ops.Ops;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyOptions;
import io.vertx.httpproxy.ProxyResponse;
import java.net.URI;

/** Routes of the edge's port: {@code /ws}, {@code /api/…} to the services, health and metrics, and the pages. */
public final class Front {
    private static final int CONNECTIONS_MAX = 32;
    private static final int WAITING_MAX = 256;
    private static final int CONNECT_TIMEOUT_MS = 2_000;
    private static final long RETRY_MS = 1_000;
    private static final String POLICY =
            "default-src 'self'; connect-src 'self' ws: wss:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                    + "frame-ancestors 'none'; base-uri 'none'";

    private Front() {}

    /** @param sockets takes {@code /ws} */
    public static Router router(
            Vertx vertx, Ops ops, Handler<RoutingContext> sockets, String roomServiceUrl, String dmServiceUrl) {
        Router router = Router.router(vertx);
        ops.mount(router);
        router.get("/ws").handler(sockets);
        Handler<RoutingContext> rooms = proxy(vertx, roomServiceUrl, "room-service");
        Handler<RoutingContext> direct = proxy(vertx, dmServiceUrl, "dm-service");
        router.route("/api/rooms").handler(rooms);
        router.route("/api/rooms/*").handler(rooms);
        router.route("/openapi/room-service.yaml").handler(rooms);
        router.route("/api/dm/*").handler(direct);
        router.route("/openapi/dm-service.yaml").handler(direct);
        router.route().handler(context -> {
            context.response()
                    .putHeader("Content-Security-Policy", POLICY)
                    .putHeader("X-Content-Type-Options", "nosniff")
                    // the page's address has a token in it
                    .putHeader("Referrer-Policy", "no-referrer");
            context.next();
        });
        router.get().handler(StaticHandler.create("web").setCacheEntryTimeout(RETRY_MS));
        Problems.handleFailures(router);
        return router;
    }

    private static Handler<RoutingContext> proxy(Vertx vertx, String url, String service) {
        URI origin = URI.create(url);
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MS),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX).setMaxWaitQueueSize(WAITING_MAX));
        HttpProxy proxy = HttpProxy.reverseProxy(new ProxyOptions().setSupportWebSocket(false), client)
                .origin(origin.getPort(), origin.getHost());
        proxy.addInterceptor(new ProxyInterceptor() {
            @Override
            public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
                return context.sendRequest()
                        .recover(lost -> Future.succeededFuture(
                                awayAsProblem(context.request().release().response(), service)));
            }
        });
        return context -> proxy.handle(context.request());
    }

    /** Instead of the proxy's bare 502: a service that cannot be reached is refused like anything else. */
    private static ProxyResponse awayAsProblem(ProxyResponse response, String service) {
        Refusal away = Refusal.retry(ErrorCode.UNAVAILABLE, service + " is away", RETRY_MS);
        return response.setStatusCode(away.code().httpStatus())
                .putHeader("Content-Type", Problems.CONTENT_TYPE)
                .putHeader("Retry-After", "1")
                .setBody(Body.body(Buffer.buffer(
                        Json.bytes(Problems.problem(away, away.code().httpStatus())))));
    }
}
