package io.danmaku.room.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.http.Problems;
import io.danmaku.node.pulsar.PulsarConfig;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.room.membership.MembershipCount;
import io.danmaku.room.room.Instances;
import io.danmaku.room.room.Owner;
import io.danmaku.room.room.StateBounds;
import io.danmaku.room.room.StateGroups;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ForwardingTest {
    private static final long READ_MS = 300;
    private static final long FORWARD_MS = 60_000;

    private static boolean isDoubtful(ErrorCode code) {
        int status = code.httpStatus();
        return Forwarding.isDoubtful(
                status, Buffer.buffer(Json.bytes(Problems.problem(Refusal.of(code, "why"), status))));
    }

    @Test
    void anOwnerThatCannotDecideIsDoubtedAndOneThatOnlyRefusesIsNot() {
        assertTrue(isDoubtful(ErrorCode.UNAVAILABLE));
        assertTrue(isDoubtful(ErrorCode.PENDING));
        assertTrue(Forwarding.isDoubtful(503, Buffer.buffer("of somebody else")));
        assertFalse(isDoubtful(ErrorCode.BUSY));
        assertFalse(isDoubtful(ErrorCode.EXISTS));
        assertFalse(isDoubtful(ErrorCode.INTERNAL));
        assertFalse(Forwarding.isDoubtful(200, Buffer.buffer("{}")));
    }

    /** Nobody else answers it: which viewers there are only one instance knows. */
    @Test
    void aReadThatTheOtherOneDoesNotAnswerIsGivenUpLongBeforeAChange() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (PulsarNode pulsar =
                new PulsarNode(new PulsarConfig("pulsar://127.0.0.1:1", "http://127.0.0.1:1", "", "standalone"))) {
            CompletableFuture<String> forwarded = new CompletableFuture<>();
            int hung = listen(vertx, request -> forwarded.complete(request.uri()));
            Forwarding forwarding = new Forwarding(
                    vertx.createHttpClient(), groups(vertx, pulsar), FORWARD_MS, READ_MS, new SimpleMeterRegistry());
            Router router = Router.router(vertx);
            router.route().handler(Requests.from(TrustedProxies.NONE));
            Owner other = new Owner("other", "http://127.0.0.1:" + hung);
            router.route().handler(context -> forwarding.to(context, other));
            URI here = URI.create("http://127.0.0.1:" + listen(vertx, router));

            HttpRequest read = HttpRequest.newBuilder(here.resolve("/viewers?limit=1"))
                    .timeout(Duration.ofMillis(FORWARD_MS / 2))
                    .build();
            HttpResponse<String> answer = HttpClient.newHttpClient().send(read, HttpResponse.BodyHandlers.ofString());
            assertEquals("/viewers?limit=1", forwarded.join());
            assertEquals(503, answer.statusCode());
            JsonNode problem = Json.MAPPER.readTree(answer.body());
            assertEquals("unavailable", problem.path("code").asText());
            assertTrue(problem.path("retryMs").asLong() > 0);
        } finally {
            vertx.close().await();
        }
    }

    private static int listen(Vertx vertx, Handler<HttpServerRequest> handler) {
        return vertx.createHttpServer()
                .requestHandler(handler)
                .listen(0, "127.0.0.1")
                .await()
                .actualPort();
    }

    private static StateGroups groups(Vertx vertx, PulsarNode pulsar) {
        Context context = vertx.getOrCreateContext();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Owner self = new Owner("me", "http://127.0.0.1:1");
        return new StateGroups(
                vertx,
                context,
                pulsar.client(),
                vertx.createHttpClient(),
                self,
                new Instances(context, pulsar.admin(), self, MembershipCount.readings(), registry),
                new StateBounds(1, 1_000, 1_000, 1_000, 1_000),
                registry,
                Clock.systemUTC());
    }
}
