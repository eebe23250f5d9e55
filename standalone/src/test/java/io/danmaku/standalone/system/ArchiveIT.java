package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Rooms that are over: archived, and erased. */
final class ArchiveIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Map<String, String> ARCHIVED = Map.of("state", "archived");
    private static final String OLD_VERSION = "\"k3.1\"";

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    private HubApi.Reply ask(String method, String path, Object body, String ifMatch) {
        Map<String, String> headers = ifMatch == null ? Map.of() : Map.of("If-Match", ifMatch);
        return api.ask(hub.edge(1), method, path, hub.adminToken(), body, headers);
    }

    private static void assertRefused(int status, String code, HubApi.Reply reply) {
        assertEquals(code, reply.body().path("code").asText(), reply::toString);
        assertEquals(status, reply.status());
    }

    private static String tag(JsonNode room) {
        return '"' + room.path("epoch").asText() + "." + room.path("version").asLong() + '"';
    }

    private String history(int edge, String room) {
        HubApi.Reply reply = api.ask(
                hub.edge(edge), "GET", "/api/rooms/" + room + "/events?type=chat", hub.token("reader"), null, Map.of());
        return reply.status() == 200
                ? StreamSupport.stream(reply.body().path("events").spliterator(), false)
                        .map(event -> event.at("/d/text").asText())
                        .toList()
                        .toString()
                : reply.body().path("code").asText();
    }

    private boolean isListed(String room, String state) {
        return StreamSupport.stream(
                        ask("GET", "/api/rooms?q=" + room + "&state=" + state, null, null)
                                .body()
                                .path("rooms")
                                .spliterator(),
                        false)
                .anyMatch(listed -> listed.path("id").asText().equals(room));
    }

    @Test
    void anArchivedRoomTakesNobodyInIsNotChangedAndItsHistoryIsReadUntilItIsErased() throws Exception {
        String room = api.createRoom("archive", Map.of());
        String path = "/api/rooms/" + room;
        assertEquals(200, ask("PATCH", path, Map.of("title", room), null).status());
        try (Clients clients = new Clients(1);
                Witness ann = Witness.viewer(clients, hub, "archive-ann", 1)) {
            ann.join(room);
            long first = ann.say(room, "c1", "one");
            ann.say(room, "c2", "two");
            assertRefused(412, "changed", ask("PATCH", path, ARCHIVED, OLD_VERSION));
            String version = tag(ask("GET", path, null, null).body());
            HubApi.Reply archived = ask("PATCH", path, ARCHIVED, version);
            assertEquals(200, archived.status(), archived::toString);
            assertEquals("archived", archived.body().path("state").asText());
            Eventually.await(
                    SOON,
                    "she is told",
                    () -> ann.wait(ann.client().join(room)).code().equals("room_closed"));
            for (int edge = 1; edge <= TestHub.EDGES; edge++) {
                int reading = edge;
                Eventually.await(
                        SOON, "it is read", () -> history(reading, room).equals("[one, two]"));
            }
            assertTrue(isListed(room, "archived"));
            assertFalse(isListed(room, "closed") || isListed(room, "open"));

            assertRefused(410, "room_closed", ask("PATCH", path, Map.of("title", "t"), null));
            assertRefused(409, "exists", ask("POST", "/api/rooms", Map.of("id", room), null));
            assertRefused(409, "conflict", ask("DELETE", path, null, null));
            assertRefused(409, "conflict", ask("PATCH", path, Map.of("state", "closed"), null));
            assertRefused(400, "bad_field", ask("PATCH", path, Map.of("state", "open"), null));
            assertEquals(200, ask("PATCH", path, ARCHIVED, null).status(), "once more changes nothing");
            assertEquals(200, api.delete(hub.adminToken(), room, "/" + first).status());
            Eventually.await(
                    SOON, "what is deleted is not read", () -> history(2, room).equals("[two]"));

            hub.kill9("room-service");
            hub.awaitBack("room-service");
            Eventually.await(
                    SOON,
                    "it is archived still",
                    () -> ask("GET", path, null, null)
                            .body()
                            .path("state")
                            .asText()
                            .equals("archived"));
        }
    }

    @Test
    void anErasedRoomIsGoneAtOnceWithItsLogAndItsIdIsFree() throws Exception {
        String room = api.createRoom("erase", Map.of());
        String path = "/api/rooms/" + room;
        String erase = path + "?erase=true";
        try (Clients clients = new Clients(1);
                Witness ann = Witness.viewer(clients, hub, "erase-ann", 2)) {
            String epoch = ann.join(room).ok().path("epoch").asText();
            ann.say(room, "c1", "one");
            Claims others = new Claims("b", "b", "elsewhere", Map.of(), true, System.currentTimeMillis() + 600_000);
            assertRefused(
                    404, "no_such_room", api.ask(hub.edge(1), "DELETE", erase, hub.token(others), null, Map.of()));
            for (String token : List.of(hub.token("erase-ann"), hub.hostToken("erase-ann", "another"))) {
                assertRefused(403, "forbidden", api.ask(hub.edge(1), "DELETE", erase, token, null, Map.of()));
            }
            assertRefused(400, "bad_field", ask("DELETE", path + "?erase=yes", null, null));
            assertRefused(400, "bad_field", ask("DELETE", path + "?eraze=true", null, null));
            assertRefused(412, "changed", ask("DELETE", erase, null, OLD_VERSION));
            String version = tag(ask("GET", path, null, null).body());
            HubApi.Reply erased = ask("DELETE", erase, null, version);
            assertEquals(204, erased.status(), erased::toString);
            assertRefused(404, "no_such_room", ask("GET", path, null, null));
            Eventually.await(
                    SOON,
                    "there is no such room",
                    () -> ann.wait(ann.client().join(room)).code().equals("no_such_room"));
            Eventually.await(SOON, "and no history", () -> history(1, room).equals("no_such_room"));
            Eventually.await(SOON, "its log is gone", () -> !topics().contains("." + room + "." + epoch));
            assertFalse(isListed(room, "closed") || isListed(room, "open") || isListed(room, "archived"));

            HubApi.Reply anew = ask("POST", "/api/rooms", Map.of("id", room), null);
            assertEquals(201, anew.status(), anew::toString);
            assertNotEquals(epoch, anew.body().path("epoch").asText());
            assertTrue(anew.body().path("createdAt").asLong() > Long.parseLong(epoch, 36));
            Eventually.await(SOON, "it begins empty", () -> history(1, room).equals("[]"));
            assertEquals(200, ask("DELETE", path, null, null).status());
            assertEquals(204, ask("DELETE", erase, null, null).status(), "a closed one too");
            assertEquals(204, ask("DELETE", erase, null, null).status(), "and once more");
        }
    }

    private String topics() throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(
                                        URI.create(hub.address("pulsarAdmin") + "/admin/v2/persistent/danmaku/room"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
