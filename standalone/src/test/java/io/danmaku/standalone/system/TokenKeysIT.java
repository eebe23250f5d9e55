package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tokens of a provider whose keys change, on an edge and a room-service that are told where it publishes them. */
final class TokenKeysIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OLD = "2026-01";
    private static final String NEW = "2026-02";
    private static final String EDWARDS = KeyProvider.EDWARDS;

    private static TestHub hub;
    private static KeyProvider provider;
    private static OwnService rooms;
    private static OwnService edge;

    @BeforeAll
    static void start() throws IOException {
        hub = TestHub.get();
        provider = new KeyProvider();
        Map<String, String> environment = new HashMap<>(Map.of(
                "DANMAKU_TOKEN_KEYS_URL",
                provider.address(),
                // so only tokens make them look again
                "DANMAKU_TOKEN_KEYS_INTERVAL",
                "12h",
                "DANMAKU_TOKEN_KEYS_AGAIN_AFTER",
                "1s",
                "DANMAKU_TOKEN_ISSUER",
                KeyProvider.ISSUER));
        rooms = OwnService.begin(hub, OwnService.Kind.ROOM_SERVICE, environment);
        environment.put("DANMAKU_ROOM_SERVICE_URL", rooms.address().toString());
        edge = OwnService.begin(hub, OwnService.Kind.EDGE, environment);
    }

    @AfterAll
    static void stop() throws Exception {
        try (KeyProvider stoppedLast = provider;
                OwnService stoppedRooms = rooms;
                OwnService stoppedEdge = edge) {
            stoppedEdge.stop();
            stoppedRooms.stop();
            stoppedLast.fail();
        }
    }

    @Test
    void tokensFollowTheKeysOfTheirProviderWithoutARestart() throws Exception {
        String room = new HubApi(hub).createRoom("keys", Map.of());
        for (OwnService service : List.of(edge, rooms)) {
            Eventually.await(
                    SOON,
                    "it waits for keys and nothing else",
                    () -> waiting(service).equals("[\"tokenKeys\"]"));
        }
        assertEquals("unavailable", refusal(annOf(OLD)));
        assertEquals("", refusal(hub.token("ann")), "tokens by the secret are as good as ever");
        provider.publish(OLD);
        edge.awaitReady();
        rooms.awaitReady();

        try (Clients clients = new Clients(1);
                Witness bob = Witness.connect(clients, List.of(edge.webSocket()), "bob", hub.token("bob"));
                RawSocket ann = new RawSocket(edge.address())) {
            bob.join(room);
            assertTrue(authenticate(ann, annOf(OLD)).has("ok"));
            assertEquals(200, apiStatus(annOf(OLD)));
            Eventually.await(SOON, "she joins", () -> join(ann, room));
            assertEquals(
                    "{\"id\":\"ann\",\"name\":\"Ann\",\"avatar\":\"https://cdn.example/ann.png\",\"level\":3,\"badges\":[\"vip\"]}",
                    sender(bob, say(ann, room, "c1")));

            provider.publish(NEW);
            Eventually.await(
                    SOON,
                    "the edge takes the new key",
                    () -> refusal(annOf(NEW)).isEmpty());
            Eventually.await(SOON, "and room-service does", () -> apiStatus(annOf(NEW)) == 200);
            Eventually.await(
                    SOON,
                    "the edge takes the old key no more",
                    () -> refusal(annOf(OLD)).equals("bad_token"));
            Eventually.await(SOON, "nor does room-service", () -> apiStatus(annOf(OLD)) == 401);

            // an open connection lasts as long as its token; a renewed one is shown by what it says itself
            say(ann, room, "c2");
            String renewed = provider.sign(NEW, KeyProvider.claims("ann").withClaim("level", 4));
            assertTrue(authenticate(ann, renewed).has("ok"));
            assertEquals("{\"id\":\"ann\",\"name\":\"ann\",\"level\":4}", sender(bob, say(ann, room, "c3")));
        }
        provider.publish(EDWARDS);
        Eventually.await(
                SOON,
                "a key of another kind is taken",
                () -> refusal(annOf(EDWARDS)).isEmpty());
        Eventually.await(SOON, "by room-service too", () -> apiStatus(annOf(EDWARDS)) == 200);
        provider.publish(NEW);
        Eventually.await(SOON, "and back", () -> refusal(annOf(NEW)).isEmpty());

        String foreign = provider.sign(NEW, KeyProvider.claims("ann").withIssuer("https://other.example"));
        assertEquals("bad_token", refusal(foreign));
        double failedBefore = edge.metric("danmaku_token_keys_failed_total");
        provider.fail();
        Eventually.await(SOON, "the edge asks in vain", () -> {
            assertNotEquals("", refusal(annOf("2026-03")));
            return edge.metric("danmaku_token_keys_failed_total") > failedBefore;
        });
        assertEquals("", refusal(annOf(NEW)), "what was fetched last holds");
        assertEquals("", refusal(hub.token("ann")));
    }

    private static String annOf(String kid) {
        return provider.sign(
                kid,
                KeyProvider.claims("ann")
                        .withClaim("name", "Ann")
                        .withClaim("avatar", "https://cdn.example/ann.png")
                        .withClaim("level", 3)
                        .withClaim("badges", List.of("vip")));
    }

    /** What {@code /readyz} says is waited for. */
    private static String waiting(OwnService service) throws IOException, InterruptedException {
        HttpRequest readiness =
                HttpRequest.newBuilder(service.address().resolve("/readyz")).build();
        String answer =
                HTTP.send(readiness, HttpResponse.BodyHandlers.ofString()).body();
        return JSON.readTree(answer).path("waiting").toString();
    }

    private static JsonNode authenticate(RawSocket socket, String token) throws IOException {
        socket.text("{\"op\":\"auth\",\"id\":1,\"token\":\"" + token + "\"}");
        return socket.reply();
    }

    /** The code that a new connection's token is refused with, empty when it is taken. */
    private static String refusal(String token) throws IOException {
        try (RawSocket socket = new RawSocket(edge.address())) {
            return authenticate(socket, token).path("error").path("code").asText();
        }
    }

    /** The status of the room admin API, by way of the edge. */
    private static int apiStatus(String token) throws IOException, InterruptedException {
        return edge.get("/api/rooms?limit=1", Map.of("Authorization", "Bearer " + token));
    }

    private static boolean join(RawSocket socket, String room) throws IOException {
        socket.text("{\"op\":\"join\",\"id\":2,\"room\":\"" + room + "\"}");
        return socket.reply().has("ok");
    }

    /** Sends a chat; its offset. */
    private static long say(RawSocket socket, String room, String cid) throws IOException {
        socket.text("{\"op\":\"send\",\"id\":3,\"room\":\"" + room + "\",\"t\":\"chat\",\"cid\":\"" + cid
                + "\",\"d\":{\"text\":\"hi\"}}");
        JsonNode reply = socket.reply();
        assertTrue(reply.has("ok"), reply::toString);
        return reply.get("ok").get("o").asLong();
    }

    /** Who is shown to have sent it. */
    private static String sender(Witness viewer, long offset) {
        viewer.awaitCovered(offset, SOON);
        return viewer.events("chat").get(offset).get("u").toString();
    }
}
