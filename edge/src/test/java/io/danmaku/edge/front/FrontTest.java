package io.danmaku.edge.front;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.edge.service.Instances;
import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.ops.Ops;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.token.Tokens;
import io.opentelemetry.api.OpenTelemetry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrontTest {
    private static final String NOBODY = "http://127.0.0.1:1";

    private final Vertx vertx = Vertx.vertx();
    private final Ops ops = new Ops("edge");
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        vertx.close().await();
        ops.close();
    }

    @Test
    void anEdgeThatStartsNamesWhatItWaitsForAndAsksEverybodyToComeBack() throws Exception {
        ops.need("pulsar", () -> false);
        String edge = serve(Front.starting(vertx, ops));
        HttpResponse<String> ready = ask("GET", edge + "/readyz");
        assertEquals(503, ready.statusCode());
        assertEquals(
                "pulsar", Json.MAPPER.readTree(ready.body()).at("/waiting/0").asText());
        assertEquals(200, ask("GET", edge + "/healthz").statusCode());
        HttpResponse<String> socket = ask("GET", edge + "/ws");
        assertEquals(503, socket.statusCode());
        assertEquals("1", socket.headers().firstValue("Retry-After").orElse(""));
        assertEquals("busy", code(socket));
    }

    @Test
    void aServiceThatCannotBeReachedIsUnavailableWhateverWasAsked() throws Exception {
        String edge = front(NOBODY);
        assertEquals("unavailable", code(ask("GET", edge + "/api/rooms")));
        assertEquals("unavailable", code(ask("POST", edge + "/api/rooms")));
        assertEquals("unavailable", code(ask("POST", edge + "/api/owners/7/sanctions")));
    }

    @Test
    void ofARoomsEventsTheEdgeAnswersReadingAndHandsOnTheRest() throws Exception {
        String edge = front(NOBODY);
        assertEquals("unauthenticated", code(ask("GET", edge + "/api/rooms/42/events")));
        for (String method : List.of("POST", "DELETE")) {
            assertEquals("unavailable", code(ask(method, edge + "/api/rooms/42/events")), method);
        }
        assertEquals("unavailable", code(ask("DELETE", edge + "/api/rooms/42/events/7")));
        assertEquals("unauthenticated", code(ask("GET", edge + "/api/rooms/42/held")));
        assertEquals("unavailable", code(ask("POST", edge + "/api/rooms/42/held/1-1")));
        assertEquals("unavailable", code(ask("PUT", edge + "/api/check")));
        assertEquals(200, ask("GET", edge + "/openapi/edge.yaml").statusCode());
    }

    @Test
    void aChangeIsPendingWhenTheServiceDiesUnderIt() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Thread dying = new Thread(() -> takeAndDie(service, 2), "dying service");
            dying.start();
            String edge = front("http://127.0.0.1:" + service.getLocalPort());
            HttpResponse<String> change = ask("POST", edge + "/api/rooms");
            assertEquals(504, change.statusCode());
            assertEquals("pending", code(change));
            // nothing is changed by reading: it can be asked again
            assertEquals("unavailable", code(ask("GET", edge + "/api/rooms")));
            dying.join();
        }
    }

    @Test
    void whatNoInstanceHasSeenGoesToTheNextOneWithItsBody() throws Exception {
        List<String> taken = new CopyOnWriteArrayList<>();
        String lives = serve(request -> request.bodyHandler(body -> {
            taken.add(request.method() + " " + request.uri() + " " + body);
            request.response().end("{}");
        }));
        String edge = front(NOBODY, lives);
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(edge + "/api/dm/8/messages"))
                        .POST(HttpRequest.BodyPublishers.ofString("hello"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        assertEquals(200, ask("GET", edge + "/api/dm/sync").statusCode());
        assertEquals(List.of("POST /api/dm/8/messages hello", "GET /api/dm/sync "), taken);
    }

    @Test
    void afterAnInstanceSaidThatItCannotAnswerTheNextOneIsAsked() throws Exception {
        String starts = serve(request -> request.response().setStatusCode(503).end("{\"code\":\"unavailable\"}"));
        String edge = front(starts, serve(request -> request.response().end("{}")));
        assertEquals("unavailable", code(ask("GET", edge + "/api/dm/contacts")));
        assertEquals(200, ask("GET", edge + "/api/dm/contacts").statusCode());
    }

    @Test
    void afterAnInstanceDiedUnderAChangeTheNextOneIsAsked() throws Exception {
        String lives = serve(request -> request.response().end("{}"));
        try (ServerSocket service = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Thread dying = new Thread(() -> takeAndDie(service, 1), "dying service");
            dying.start();
            String edge = front("http://127.0.0.1:" + service.getLocalPort(), lives);
            // it may have been carried out: nobody may do it twice for the client
            assertEquals("pending", code(ask("POST", edge + "/api/rooms")));
            assertEquals(200, ask("POST", edge + "/api/rooms").statusCode());
            dying.join();
        }
    }

    @Test
    void aServiceHearsFromTheEdgeWhoAsksWhateverTheClientSays() throws Exception {
        String service = serve(request ->
                request.response().end(String.join(" ", request.headers().getAll("X-Forwarded-For"))));
        HttpResponse<String> told = http.send(
                HttpRequest.newBuilder(URI.create(front(service) + "/api/audit"))
                        .header("X-Forwarded-For", "6.6.6.6")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals("127.0.0.1", told.body());
    }

    /** Reads the heads of some requests and closes their connections. */
    private static void takeAndDie(ServerSocket service, int requests) {
        for (int i = 0; i < requests; i++) {
            try (Socket taken = service.accept()) {
                taken.getInputStream().read(new byte[1_024]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private String front(String... services) {
        Instances instances =
                new Instances("service", Stream.of(services).map(URI::create).toList(), ops.registry());
        RoomHistory history = new RoomHistory(
                new Tokens("0123456789abcdef0123456789abcdef"),
                new RoomTable(null, new RoomTable.Decided() {}),
                null,
                null,
                null,
                TrustedProxies.NONE,
                1);
        return serve(Front.router(
                vertx,
                ops,
                OpenTelemetry.noop().getTracer("test"),
                context -> {},
                context -> {},
                history,
                TrustedProxies.NONE,
                instances,
                instances));
    }

    private String serve(Handler<HttpServerRequest> handler) {
        return "http://127.0.0.1:"
                + vertx.createHttpServer()
                        .requestHandler(handler)
                        .listen(0, "127.0.0.1")
                        .await()
                        .actualPort();
    }

    private HttpResponse<String> ask(String method, String address) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(address))
                        .timeout(Duration.ofSeconds(10))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String code(HttpResponse<String> answer) throws IOException {
        JsonNode problem = Json.MAPPER.readTree(answer.body());
        return problem.path("code").asText();
    }
}
