package io.danmaku.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.ops.Ops;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.token.ApiKey;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.KeyScope;
import io.danmaku.protocol.token.Tokens;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Problems, Bearer and Ops over a real server on loopback. */
final class HttpTest {
    private static final Tokens TOKENS = new Tokens("a secret of at least thirty-two bytes");
    private static final AtomicBoolean ENGINE_READY = new AtomicBoolean();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Vertx VERTX = Vertx.vertx();
    private static final String SECRET = "s".repeat(43);
    private static final Map<String, ApiKey> KNOWN = new ConcurrentHashMap<>();
    private static final AtomicBoolean KNOWS_ALL = new AtomicBoolean(true);
    private static final Bearer.Keys KEYS = new Bearer.Keys() {
        @Override
        public ApiKey key(String id) {
            return KNOWN.get(id);
        }

        @Override
        public boolean knowsAllKeys() {
            return KNOWS_ALL.get();
        }
    };
    private static Ops ops;
    private static HttpServer server;

    @BeforeAll
    static void start() throws Exception {
        ops = new Ops("probe");
        ops.need("engine", ENGINE_READY::get);
        ops.need("always", () -> true);
        ops.registry().counter("danmaku.probe").increment();
        Router router = Router.router(VERTX);
        ops.mount(router);
        router.get("/refused")
                .handler(c -> Problems.send(c, Refusal.retry(ErrorCode.RATE_LIMITED, "too \"fast\"", 1_200)));
        router.get("/pending")
                .handler(c -> Problems.send(
                        c, Refusal.retry(ErrorCode.PENDING, "nobody knows", 1_000), Map.of("room", "a \"42\"")));
        router.get("/fails").handler(c -> {
            throw new IllegalStateException("a detail that must stay inside");
        });
        router.get("/half").handler(c -> {
            c.response().setChunked(true).write("begun");
            c.fail(new IllegalStateException("half way"));
        });
        router.post("/body")
                .handler(BodyHandler.create(false).setBodyLimit(16))
                .handler(c ->
                        Problems.json(c, 200, Json.object().put("n", c.body().length())));
        router.get("/mine").handler(new Bearer(TOKENS)).handler(c -> {
            ObjectNode who = Json.object().put("user", Bearer.claims(c).user());
            Problems.json(c, 200, who);
        });
        router.route("/keyed/*").handler(new Bearer(TOKENS, KEYS));
        router.get("/keyed/words").handler(Bearer.within(KeyScope.WORDS)).handler(HttpTest::who);
        router.get("/keyed/roles").handler(Bearer.within(KeyScope.ROLES)).handler(HttpTest::who);
        router.get("/keyed/none").handler(Bearer.within(null)).handler(HttpTest::who);
        router.get("/keyed/forgotten").handler(HttpTest::who);
        Problems.handleFailures(router);
        server = VERTX.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static void who(RoutingContext c) {
        Claims claims = Bearer.claims(c);
        Problems.json(
                c,
                200,
                Json.object()
                        .put("user", claims.user())
                        .put("tenant", claims.tenant())
                        .put("admin", claims.admin()));
    }

    @AfterAll
    static void stop() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        ops.close();
    }

    @Test
    void aRefusalIsAProblemWithItsCodeAndWhenToComeBack() throws Exception {
        HttpResponse<String> answer = get("/refused", null);
        assertProblem(answer, 429, "rate_limited");
        assertEquals("too \"fast\"", json(answer).get("detail").textValue());
        assertEquals(1_200, json(answer).get("retryMs").asInt());
        assertEquals("2", answer.headers().firstValue("Retry-After").orElseThrow());
    }

    @Test
    void whatDoesNotExistIsAProblemToo() throws Exception {
        assertProblem(get("/nowhere", null), 404, "not_found");
    }

    @Test
    void aMethodThatIsNotThereIsAProblemToo() throws Exception {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(uri("/refused")).DELETE().build(), HttpResponse.BodyHandlers.ofString());
        assertTrue(answer.statusCode() == 404 || answer.statusCode() == 405);
        assertProblem(answer, answer.statusCode(), json(answer).get("code").textValue());
    }

    @Test
    void aFailureOfOursTellsNothingOfItsInside() throws Exception {
        HttpResponse<String> answer = get("/fails", null);
        assertProblem(answer, 500, "internal");
        assertFalse(answer.body().contains("inside"));
    }

    @Test
    void aBodyThatIsTooLargeIsAProblemToo() throws Exception {
        assertEquals(200, post("/body", "small").statusCode());
        assertProblem(post("/body", "x".repeat(1_000)), 413, "too_long");
    }

    @Test
    void withoutAGoodTokenNothingIsServed() throws Exception {
        Claims claims = new Claims("7", "Ann", "default", Map.of(), false, System.currentTimeMillis() + 60_000);
        Claims expired = new Claims("7", "Ann", "default", Map.of(), false, System.currentTimeMillis() - 60_000);
        HttpResponse<String> without = get("/mine", null);
        assertProblem(without, 401, "unauthenticated");
        assertEquals("Bearer", without.headers().firstValue("WWW-Authenticate").orElseThrow());
        assertProblem(get("/mine", "Basic eDp5"), 401, "unauthenticated");
        assertProblem(get("/mine", "Bearer"), 401, "unauthenticated");
        assertProblem(get("/mine", "Bearer nonsense"), 401, "bad_token");
        assertProblem(get("/mine", "Bearer " + TOKENS.sign(expired)), 401, "token_expired");
        HttpResponse<String> mine = get("/mine", "bearer  " + TOKENS.sign(claims));
        assertEquals(200, mine.statusCode());
        assertEquals("7", json(mine).get("user").textValue());
    }

    private static String key(String id, List<KeyScope> scopes, long expiresAtMs, long revokedAtMs) {
        KNOWN.put(id, new ApiKey("acme", id, "shop", scopes, ApiKey.sha256(SECRET), "1", 0, expiresAtMs, revokedAtMs));
        return "Bearer dmk_" + id + "_" + SECRET;
    }

    @Test
    void aKeyIsLetOnWithinItsScopesOnly() throws Exception {
        String key = key("0000000000000001", List.of(KeyScope.WORDS), ApiKey.NEVER_MS, 0);
        HttpResponse<String> mine = get("/keyed/words", key);
        assertEquals("{\"user\":\"key:0000000000000001\",\"tenant\":\"acme\",\"admin\":true}", mine.body());
        assertProblem(get("/keyed/roles", key), 403, "forbidden");
        assertTrue(get("/keyed/roles", key).body().contains("roles"), "it names the scope");
        assertProblem(get("/keyed/none", key), 403, "forbidden");
        assertEquals(500, get("/keyed/forgotten", key).statusCode(), "a route that forgot to say is for no key");
        Claims claims = new Claims("7", "Ann", "default", Map.of(), false, System.currentTimeMillis() + 60_000);
        for (String path : List.of("words", "roles", "none", "forgotten")) {
            assertEquals(
                    200, get("/keyed/" + path, "Bearer " + TOKENS.sign(claims)).statusCode(), path);
        }
        assertProblem(get("/mine", key), 401, "bad_token");
    }

    @Test
    void aKeyThatDoesNotHoldIsRefusedAndSaysWhyOnlyToWhoKnowsIt() throws Exception {
        List<KeyScope> scopes = List.of(KeyScope.WORDS);
        String revoked = key("0000000000000002", scopes, ApiKey.NEVER_MS, 5);
        String expired = key("0000000000000003", scopes, 5, 0);
        assertTrue(get("/keyed/words", revoked).body().contains("revoked"));
        assertProblem(get("/keyed/words", revoked), 401, "bad_token");
        assertProblem(get("/keyed/words", expired), 401, "token_expired");
        HttpResponse<String> guessed = get("/keyed/words", revoked.replace("ss", "st"));
        assertProblem(guessed, 401, "bad_token");
        assertFalse(guessed.body().contains("revoked"));
        assertProblem(get("/keyed/words", "Bearer dmk_x"), 401, "bad_token");
        String unknown = revoked.replace("2_", "4_");
        assertProblem(get("/keyed/words", unknown), 401, "bad_token");
        KNOWS_ALL.set(false);
        assertProblem(get("/keyed/words", unknown), 503, "unavailable");
        assertProblem(get("/keyed/words", "Bearer dmk_x"), 401, "bad_token");
        KNOWS_ALL.set(true);
    }

    @Test
    void readinessNamesWhatItWaitsFor() throws Exception {
        ENGINE_READY.set(false);
        HttpResponse<String> waiting = get("/readyz", null);
        assertEquals(503, waiting.statusCode());
        assertEquals("{\"ready\":false,\"waiting\":[\"engine\"]}", waiting.body());
        ENGINE_READY.set(true);
        HttpResponse<String> ready = get("/readyz", null);
        assertEquals(200, ready.statusCode());
        assertEquals("{\"ready\":true,\"waiting\":[]}", ready.body());
        assertEquals(200, get("/healthz", null).statusCode());
    }

    @Test
    void metricsAreInThePrometheusFormat() throws Exception {
        HttpResponse<String> metrics = get("/metrics", null);
        assertEquals(200, metrics.statusCode());
        assertTrue(metrics.headers().firstValue("Content-Type").orElseThrow().startsWith("text/plain"));
        assertTrue(metrics.body().contains("danmaku_probe_total{service=\"probe\"} 1.0"), metrics.body());
        assertTrue(metrics.body().contains("jvm_memory_used_bytes"));
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.actualPort() + path);
    }

    private static HttpResponse<String> get(String path, String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(uri(path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return Json.MAPPER.readTree(answer.body());
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) throws IOException {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElseThrow());
        JsonNode problem = json(answer);
        assertEquals("about:blank", problem.get("type").textValue());
        assertEquals(status, problem.get("status").asInt());
        assertFalse(problem.get("title").textValue().isBlank());
        assertFalse(problem.get("detail").textValue().isBlank());
        assertEquals(code, problem.get("code").textValue());
    }

    @Test
    void aProblemCarriesMembersOfItsOwn() throws Exception {
        HttpResponse<String> answer = get("/pending", null);
        assertProblem(answer, 504, "pending");
        assertEquals("a \"42\"", json(answer).get("room").textValue());
    }

    @Test
    void aProcessThatDrainsIsNotReadyAndSaysWhy() throws Exception {
        try (Ops stopping = new Ops("stopping")) {
            Router router = Router.router(VERTX);
            stopping.need("engine", () -> true);
            stopping.mount(router);
            HttpServer its = VERTX.createHttpServer()
                    .requestHandler(router)
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            HttpRequest readiness = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + its.actualPort() + "/readyz"))
                    .build();
            assertEquals(
                    200,
                    HTTP.send(readiness, HttpResponse.BodyHandlers.ofString()).statusCode());
            stopping.drain();
            HttpResponse<String> now = HTTP.send(readiness, HttpResponse.BodyHandlers.ofString());
            assertEquals(503, now.statusCode());
            assertEquals("[\"draining\"]", json(now).get("waiting").toString());
        }
    }
}
