package io.danmaku.dm.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.node.http.Problems;
import io.danmaku.protocol.json.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is read of requests, over a real server on loopback. */
final class FieldsTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Vertx VERTX = Vertx.vertx();
    private static HttpServer server;

    @BeforeAll
    static void start() throws Exception {
        Router router = Router.router(VERTX);
        router.route().handler(BodyHandler.create(false));
        route(router, "/limit", context -> Fields.query(context, "limit", 500, 50));
        route(router, "/cursor", context -> String.valueOf(Fields.query(context, "cursor")));
        route(router, "/part/:part", Fields::part);
        route(router, "/mid/:mid", Fields::mid);
        route(router, "/body", Fields::body);
        Problems.handleFailures(router);
        server = VERTX.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static void route(Router router, String path, Function<RoutingContext, Object> read) {
        router.route(path).handler(context -> {
            try {
                context.response().end(read.apply(context).toString());
            } catch (BadRequest bad) {
                Problems.send(context, bad.refusal());
            }
        });
    }

    @AfterAll
    static void stop() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** What was read, or the code of the refusal. */
    private static String read(String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() == 200
                ? answer.body()
                : Json.MAPPER.readTree(answer.body()).path("code").asText();
    }

    @Test
    void aNumberIsDigitsWithinItsBoundsAndNothingElse() throws Exception {
        assertEquals("50", read("/limit", ""), "there is none");
        assertEquals("7", read("/limit?limit=007", ""));
        assertEquals("500", read("/limit?limit=500", ""));
        for (String bad : List.of("0", "-1", "%2B5", "%EF%BC%95", "%D9%A5", "5%20", "1e2", "9".repeat(30))) {
            assertEquals("bad_field", read("/limit?limit=" + bad, ""), bad);
            assertEquals("bad_field", read("/part/" + bad, ""), bad);
        }
        assertEquals("bad_field", read("/limit?limit=", ""));
        assertEquals("bad_field", read("/limit?limit=501", ""));
        assertEquals("1000", read("/part/1000", ""));
        assertEquals("bad_field", read("/part/1001", ""));
    }

    @Test
    void anEmptyParameterIsOne() throws Exception {
        assertEquals("null", read("/cursor", ""));
        assertEquals("", read("/cursor?cursor=", ""));
    }

    @Test
    void theIdOfAMessageHasItsForm() throws Exception {
        assertEquals("A".repeat(22), read("/mid/" + "A".repeat(22), ""));
        for (String bad : List.of("A".repeat(21), "A".repeat(23), "A".repeat(21) + "%00", "A".repeat(21) + "%2B")) {
            assertEquals("bad_field", read("/mid/" + bad, ""), bad);
        }
    }

    @Test
    void aBodyIsOneJsonObjectThatCanBeWrittenAgain() throws Exception {
        assertEquals("{\"a\":1}", read("/body", "{\"a\":1}"));
        for (String bad :
                List.of("", "[]", "{", "{}{}", "1", "{\"a\":1,\"a\":1}", "{\"a\":\"\\ud800\"}", "{\"\\udc00\":1}")) {
            assertEquals("bad_json", read("/body", bad), bad);
        }
    }
}
