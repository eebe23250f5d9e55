package io.danmaku.edge.front;

import io.danmaku.edge.service.Instances;
import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.http.Problems;
import io.danmaku.node.http.RequestMeter;
import io.danmaku.node.ops.Ops;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyOptions;
import io.vertx.httpproxy.ProxyResponse;
import java.net.URI;
import java.util.Set;

/** Routes of the edge's port: {@code /ws} and {@code /sub}, {@code /api/…} to the services but for rooms' history, health and metrics, and the pages. */
public final class Front {
    private static final int CONNECTIONS_MAX = 32;
    private static final int WAITING_MAX = 256;
    private static final int CONNECT_TIMEOUT_MS = 2_000;
    private static final int CONNECTION_TIMEOUT_MS = 5_000;
    /** Longer than the services themselves wait for anything: then they hang. */
    private static final int ANSWER_TIMEOUT_S = 20;

    /** In which a service hears for whom this edge asks. */
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    /** The name of the instance that a request went to, in the proxy's context; none while no connection came to be. */
    private static final String INSTANCE = "instance";

    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final long RETRY_MS = 1_000;
    /** Pictures come from where the product has them: avatars of its tokens, covers of its rooms. */
    private static final String POLICY =
            "default-src 'self'; connect-src 'self' ws: wss:; style-src 'self' 'unsafe-inline'; "
                    + "img-src 'self' data: http: https:; frame-ancestors 'none'; base-uri 'none'";

    private Front() {}

    /** Routes while the edge starts: what it waits for is told, everything else is asked to come back. */
    public static Router starting(Vertx vertx, Ops ops) {
        Router router = Router.router(vertx);
        ops.mount(router);
        router.route()
                .handler(context ->
                        Problems.send(context, Refusal.retry(ErrorCode.BUSY, "this edge is starting", RETRY_MS)));
        return router;
    }

    /**
     * Routes of an edge that is ready.
     *
     * @param sockets takes {@code /ws}
     * @param packetSockets takes {@code /sub}
     * @param proxies that say for whom they ask
     * @param history takes what the edge answers of {@code /api} itself
     */
    public static Router router(
            Vertx vertx,
            Ops ops,
            Tracer tracer,
            Handler<RoutingContext> sockets,
            Handler<RoutingContext> packetSockets,
            RoomHistory history,
            TrustedProxies proxies,
            Instances roomService,
            Instances dmService) {
        Router router = Router.router(vertx);
        ops.mount(router);
        router.get("/ws").handler(sockets);
        router.get("/sub").handler(packetSockets);
        router.route("/api/*").handler(new RequestMeter(ops.registry(), tracer));
        history.mount(router);
        Handler<RoutingContext> rooms = proxy(vertx, roomService, "room-service", proxies);
        Handler<RoutingContext> direct = proxy(vertx, dmService, "dm-service", proxies);
        router.route("/api/rooms").handler(rooms);
        router.route("/api/rooms/*").handler(rooms);
        router.route("/api/owners/*").handler(rooms);
        router.route("/api/words").handler(rooms);
        router.route("/api/words/*").handler(rooms);
        router.route("/api/keys").handler(rooms);
        router.route("/api/keys/*").handler(rooms);
        router.route("/api/check").handler(rooms);
        router.route("/api/audit").handler(rooms);
        router.route("/api/webhooks").handler(rooms);
        router.route("/api/webhooks/*").handler(rooms);
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

    private static Handler<RoutingContext> proxy(
            Vertx vertx, Instances instances, String service, TrustedProxies proxies) {
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MS).setIdleTimeout(ANSWER_TIMEOUT_S),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX).setMaxWaitQueueSize(WAITING_MAX));
        HttpProxy proxy = HttpProxy.reverseProxy(new ProxyOptions().setSupportWebSocket(false), client)
                .origin(context -> instances.ask(
                        instance -> client.request(new RequestOptions()
                                        // also for one of the connections that there are
                                        .setConnectTimeout(CONNECTION_TIMEOUT_MS)
                                        .setServer(SocketAddress.inetSocketAddress(
                                                instance.getPort(), instance.getHost())))
                                .onSuccess(sends -> context.set(INSTANCE, instance)),
                        notSent -> true));
        proxy.addInterceptor(new ProxyInterceptor() {
            @Override
            public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
                // whatever a client says of itself: the service believes what this edge says
                context.request()
                        .headers()
                        .set(
                                FORWARDED_FOR,
                                String.valueOf(proxies.client(context.request().proxiedRequest())));
                boolean reads = READING.contains(context.request().getMethod());
                Future<ProxyResponse> answered = context.sendRequest().onSuccess(response -> {
                    if (response.getStatusCode() == HttpResponseStatus.SERVICE_UNAVAILABLE.code()) {
                        // it starts, or what it needs is away: whoever comes again may be answered by another one
                        instances.leave(context.get(INSTANCE, URI.class), "503");
                    }
                });
                return answered.recover(lost -> {
                    URI instance = context.get(INSTANCE, URI.class);
                    HttpServerRequest asked = context.request().proxiedRequest();
                    if (instance != null && !asked.response().closed()) {
                        // it hangs, or died, and no client went away under it
                        instances.leave(instance, lost.toString());
                    }
                    answer(asked.response(), reads || instance == null ? away(service) : unknown(service));
                    // the rest of the body is read and thrown away, so that the connection is of use again
                    asked.resume();
                    // answered here: the proxy, which would send nothing once the request's body has begun, has no more
                    // to do
                    return Promise.<ProxyResponse>promise().future();
                });
            }
        });
        return context -> proxy.handle(context.request());
    }

    private static Refusal away(String service) {
        return Refusal.retry(ErrorCode.UNAVAILABLE, service + " is away", RETRY_MS);
    }

    private static Refusal unknown(String service) {
        return Refusal.retry(ErrorCode.PENDING, service + " did not answer: it may have been carried out", RETRY_MS);
    }

    /** Instead of the proxy's bare 502. */
    private static void answer(HttpServerResponse response, Refusal refusal) {
        if (response.headWritten() || response.closed()) {
            return;
        }
        response.setStatusCode(refusal.code().httpStatus())
                .putHeader("Content-Type", Problems.CONTENT_TYPE)
                .putHeader("Retry-After", "1")
                .end(Buffer.buffer(
                        Json.bytes(Problems.problem(refusal, refusal.code().httpStatus()))));
    }
}
