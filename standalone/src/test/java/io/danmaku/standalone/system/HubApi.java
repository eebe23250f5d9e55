package io.danmaku.standalone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.danmaku.standalone.hub.ApiDocuments;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The HTTP APIs of the hub as a product's backend uses them, through an edge. What their documents do not say of an answer fails. */
public final class HubApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final AtomicInteger ROOMS = new AtomicInteger();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final TestHub hub;

    public HubApi(TestHub hub) {
        this.hub = hub;
    }

    /** A status and a JSON body, missing where there was none. */
    public record Reply(int status, JsonNode body) {}

    /** Makes a room of its own for a test and answers with its id. */
    public String createRoom(String test, Map<String, ?> policy) {
        return createRoom(test, "logged", policy);
    }

    public String createRoom(String test, String durability, Map<String, ?> policy) {
        String room = test + "-" + ROOMS.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36);
        Reply reply = send(
                "POST",
                "/api/rooms",
                hub.adminToken(),
                Map.of("id", room, "title", test, "durability", durability, "policy", policy));
        if (reply.status != 201) {
            throw new AssertionError("room not created: " + reply);
        }
        return room;
    }

    public Reply changePolicy(String room, Map<String, ?> policy) {
        return changePolicy(hub.adminToken(), room, policy);
    }

    public Reply changePolicy(String token, String room, Map<String, ?> policy) {
        return send("PATCH", "/api/rooms/" + room, token, Map.of("policy", policy));
    }

    public Reply closeRoom(String room) {
        return send("DELETE", "/api/rooms/" + room, hub.adminToken(), null);
    }

    public Reply mute(String room, String user, int seconds) {
        return mute(hub.adminToken(), room, user, seconds);
    }

    public Reply mute(String token, String room, String user, int seconds) {
        return send(
                "POST",
                "/api/rooms/" + room + "/sanctions",
                token,
                Map.of("user", user, "kind", "mute", "seconds", seconds, "reason", "test"));
    }

    /** For ever, but for a kick. */
    public Reply sanction(String room, String user, String kind) {
        return send(
                "POST",
                "/api/rooms/" + room + "/sanctions",
                hub.adminToken(),
                Map.of("user", user, "kind", kind, "reason", "test"));
    }

    /**
     * Speaks any sanction.
     *
     * @param where {@code /api/rooms/ROOM} or {@code /api/owners/USER}
     */
    public Reply speak(String token, String where, Map<String, ?> sanction) {
        return send("POST", where + "/sanctions", token, sanction);
    }

    /** Whose room it is, a backend says. */
    public Reply createRoomOf(String owner, String room) {
        return send("POST", "/api/rooms", hub.adminToken(), Map.of("id", room, "owner", owner));
    }

    public Reply live(String room, boolean live) {
        return send("PATCH", "/api/rooms/" + room, hub.adminToken(), Map.of("live", live));
    }

    /** @param what {@code /12} for one event, {@code ?user=7}, or empty for all */
    public Reply delete(String token, String room, String what) {
        return send("DELETE", "/api/rooms/" + room + "/events" + what, token, null);
    }

    /** Posts an event, as a backend does. */
    public Reply post(String token, String room, String key, Map<String, ?> event) {
        return send("POST", "/api/rooms/" + room + "/events", token, event, Map.of("Idempotency-Key", key));
    }

    /** @param pin {@code text}, or {@code o} and {@code user}; perhaps {@code seconds} */
    public Reply pin(String token, String room, Map<String, ?> pin) {
        return send("PUT", "/api/rooms/" + room + "/pin", token, pin);
    }

    public Reply unpin(String token, String room) {
        return send("DELETE", "/api/rooms/" + room + "/pin", token, null);
    }

    /** @param step {@code step}; perhaps {@code minutes} and {@code reason} */
    public Reply raid(String token, String room, Map<String, ?> step) {
        return send("PUT", "/api/rooms/" + room + "/raid", token, step);
    }

    public Reply endRaid(String token, String room) {
        return send("DELETE", "/api/rooms/" + room + "/raid", token, null);
    }

    /** @param query {@code ?…} or empty */
    public Reply held(String token, String room, String query) {
        return send("GET", "/api/rooms/" + room + "/held" + query, token, null);
    }

    /** @param id as it is told with the held chat */
    public Reply answerHeld(String token, String room, String id, boolean approve) {
        return send("POST", "/api/rooms/" + room + "/held/" + id, token, Map.of("approve", approve));
    }

    public Reply putCheck(String token, Map<String, ?> check) {
        return send("PUT", "/api/check", token, check);
    }

    public Reply give(String token, String room, String user, String role) {
        return send("PUT", "/api/rooms/" + room + "/roles/" + user, token, Map.of("role", role));
    }

    public Reply take(String token, String room, String user) {
        return send("DELETE", "/api/rooms/" + room + "/roles/" + user, token, null);
    }

    /** @param where {@code /api/words/NAME} or {@code /api/rooms/ROOM/words/NAME} */
    public Reply putWords(String token, String where, String action, List<String> terms) {
        return send("PUT", where, token, Map.of("action", action, "terms", terms));
    }

    public Reply remove(String token, String where) {
        return send("DELETE", where, token, null);
    }

    public Reply unmute(String token, String room, String sanction) {
        return send("DELETE", "/api/rooms/" + room + "/sanctions/" + sanction, token, null);
    }

    public Reply unmute(String room, String sanction) {
        return unmute(hub.adminToken(), room, sanction);
    }

    /** @param before seq below which to read, 0 = from the newest */
    public Reply directHistory(String token, String peer, long before, int limit) {
        String page = before > 0 ? "?before=" + before + "&limit=" + limit : "?limit=" + limit;
        return send("GET", "/api/dm/" + peer + "/messages" + page, token, null);
    }

    public Reply get(String path, String token) {
        return send("GET", path, token, null);
    }

    private Reply send(String method, String path, String token, Object body) {
        return send(method, path, token, body, Map.of());
    }

    private Reply send(String method, String path, String token, Object body, Map<String, String> headers) {
        return ask(hub.edge(1), method, path, token, body, headers);
    }

    /**
     * Asks anybody for anything.
     *
     * @param base address of an edge or a service
     * @param token null = none is shown
     * @param body null = none
     */
    public Reply ask(URI base, String method, String path, String token, Object body, Map<String, String> headers) {
        try {
            byte[] sent = body == null ? new byte[0] : JSON.writeValueAsBytes(body);
            HttpRequest.Builder building = HttpRequest.newBuilder(URI.create(base + path))
                    .timeout(TIMEOUT)
                    .header("Content-Type", "application/json")
                    .method(
                            method,
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofByteArray(sent));
            if (token != null) {
                building.header("Authorization", "Bearer " + token);
            }
            headers.forEach(building::header);
            HttpRequest request = building.build();
            HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            ApiDocuments.check(request, sent, answer);
            return new Reply(
                    answer.statusCode(), answer.body().length == 0 ? JSON.missingNode() : JSON.readTree(answer.body()));
        } catch (IOException failed) {
            throw new AssertionError(method + " " + path + " failed", failed);
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
            throw new AssertionError(cut);
        }
    }
}
