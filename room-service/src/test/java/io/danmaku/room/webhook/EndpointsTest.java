package io.danmaku.room.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.http.Signature;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.room.Webhook;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SelfSignedCertificate;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private static final String SECRET = "0123456789abcdef";
    private static final long TIMEOUT_MS = 8_000;
    private static final long SHORT_MS = 200;
    private static final HookRecord EVENT = new HookRecord("default", "shop", "3-7-1", "live", "42", 99, Json.object());

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private String serve(HttpServerOptions options, Handler<HttpServerRequest> handler) {
        int port = vertx.createHttpServer(options)
                .requestHandler(handler)
                .listen(0, "127.0.0.1")
                .await()
                .actualPort();
        return (options.isSsl() ? "https" : "http") + "://localhost:" + port + "/hook?a=1";
    }

    /** Null when it was taken, else why not. */
    private String post(String url) throws Exception {
        return post(url, TIMEOUT_MS);
    }

    private String post(String url, long timeoutMs) throws Exception {
        Endpoints endpoints = new Endpoints(
                vertx,
                vertx.getOrCreateContext(),
                new HookBounds(2, 100, 100, timeoutMs, 4, 2),
                Clock.fixed(Instant.ofEpochSecond(1_764_000_000L), ZoneOffset.UTC));
        Webhook hook = new Webhook("default", "shop", url, SECRET, List.of("live"), -1, null, "1", 1);
        return endpoints
                .post(hook, EVENT)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void whatIsPostedIsSignedAndTakenWithAny2xx() throws Exception {
        CompletableFuture<String> got = new CompletableFuture<>();
        String url = serve(
                new HttpServerOptions(),
                request -> request.body().onSuccess(body -> {
                    got.complete(request.method() + " " + request.uri() + " "
                            + request.getHeader(Signature.HEADER)
                                    .equals(Signature.of(
                                            SECRET.getBytes(StandardCharsets.US_ASCII),
                                            1_764_000_000L,
                                            body.getBytes()))
                            + " " + body);
                    request.response().setStatusCode(204).end();
                }));
        assertNull(post(url));
        assertEquals("POST /hook?a=1 true " + HookForm.event(EVENT), got.get(1, TimeUnit.SECONDS));
    }

    @Test
    void anotherStatusIsNoSuccessAndNobodyIsRedirected() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        String url = serve(new HttpServerOptions(), request -> {
            asked.incrementAndGet();
            request.response()
                    .setStatusCode(307)
                    .putHeader("Location", "/elsewhere")
                    .end();
        });
        assertEquals("answered with 307", post(url));
        assertEquals(1, asked.get());
    }

    @Test
    void whoIsSilentOrAwayIsGivenUpInTime() throws Exception {
        assertEquals("no answer in time", post(serve(new HttpServerOptions(), request -> {}), SHORT_MS));
        assertNotNull(post("http://127.0.0.1:1/"));
    }

    @Test
    void whoSaysTooMuchIsCutOffAndHasTakenIt() throws Exception {
        CompletableFuture<Void> cut = new CompletableFuture<>();
        String url = serve(new HttpServerOptions(), request -> {
            request.connection().closeHandler(closed -> cut.complete(null));
            request.response().setChunked(true);
            vertx.setPeriodic(1, timer -> {
                if (request.response().closed()) {
                    vertx.cancelTimer(timer);
                } else {
                    request.response().write(Buffer.buffer(new byte[4_096]));
                }
            });
        });
        assertNull(post(url));
        cut.get(5, TimeUnit.SECONDS);
    }

    @Test
    void aCertificateThatNobodyVouchesForIsNotBelieved() throws Exception {
        SelfSignedCertificate own = SelfSignedCertificate.create("localhost");
        AtomicInteger asked = new AtomicInteger();
        String failure =
                post(serve(new HttpServerOptions().setSsl(true).setKeyCertOptions(own.keyCertOptions()), request -> {
                    asked.incrementAndGet();
                    request.response().end();
                }));
        assertNotNull(failure);
        assertTrue(failure.contains("certif") || failure.contains("PKIX") || failure.contains("SSL"), failure);
        assertEquals(0, asked.get());
    }
}
