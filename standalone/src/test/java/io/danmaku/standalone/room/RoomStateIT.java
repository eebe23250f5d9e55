package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.log.Topics;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What was decided outlives compaction, trimming and restarts. */
class RoomStateIT {
    private static final int ROOMS = 24;
    private static final Duration TRIMMED_MAX = Duration.ofSeconds(30);

    private final TestHub hub = TestHub.get();
    private final RoomHttp rooms = new RoomHttp(hub.roomService(), hub.adminToken());
    private final RoomHttp pulsar = new RoomHttp(URI.create(hub.address("pulsarAdmin")), null);

    private static String topic(int group) {
        return "/admin/v2/" + Topics.state(group).replace("://", "/");
    }

    @Test
    void nothingOfTheStateIsGoneAfterCompactionTrimmingAndRestarts() throws Exception {
        Map<String, JsonNode> decided = new HashMap<>();
        long deleted = 0;
        for (int i = 0; i < ROOMS; i++) {
            String room = "/api/rooms/kept-" + i;
            assertEquals(
                    201, rooms.post("/api/rooms", "{\"id\":\"kept-" + i + "\"}").status());
            for (int version = 2; version <= 4; version++) {
                assertEquals(
                        200,
                        rooms.patch(room, "{\"policy\":{\"slowModeMs\":" + version * 100 + "}}")
                                .status());
            }
            rooms.post(room + "/sanctions", "{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":3600}");
            rooms.post(room + "/sanctions", "{\"user\":\"8\",\"kind\":\"mute\",\"seconds\":3600}");
            String lifted =
                    rooms.get(room + "/sanctions").body().at("/sanctions/1/id").asText();
            assertEquals(200, rooms.delete(room + "/sanctions/" + lifted).status());
            decideMore(room, decided);
            if (i == 1) {
                deleted = sayAndDelete("kept-1");
            }
            if (i % 4 == 0) {
                assertEquals(200, rooms.delete(room).status());
            }
            decided.put(room, rooms.get(room).body());
            decided.put(room + "/sanctions", rooms.get(room + "/sanctions").body());
        }

        for (int group = 0; group < Topics.STATE_GROUPS; group++) {
            compactAndTrim(group);
        }
        assertDecided(decided);
        hub.kill9("room-service");
        hub.awaitBack("room-service");
        assertDecided(decided);
        hub.kill9("pulsar");
        hub.awaitBack("pulsar");
        hub.kill9("room-service");
        hub.awaitBack("room-service");
        assertDecided(decided);
        for (int edge = 1; edge <= TestHub.EDGES; edge++) {
            hub.kill9("edge-" + edge);
            hub.awaitBack("edge-" + edge);
            assertInForce(edge, deleted);
        }

        assertEquals(
                200, rooms.patch("/api/rooms/kept-1", "{\"title\":\"goes on\"}").status());
        assertEquals(5, rooms.get("/api/rooms/kept-1").body().path("version").intValue());
    }

    private long sayAndDelete(String room) throws Exception {
        try (Clients clients = new Clients(1);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 1)) {
            host.join(room);
            long said = host.say(room, "gone", "delete this");
            assertEquals(
                    200, rooms.delete("/api/rooms/" + room + "/events/" + said).status());
            return said;
        }
    }

    /** A ban, a ban that is lifted, a role, a role that is taken, and a word list. */
    private void decideMore(String room, Map<String, JsonNode> decided) throws Exception {
        assertEquals(
                201,
                rooms.post(room + "/sanctions", "{\"user\":\"banned\",\"kind\":\"ban\"}")
                        .status());
        JsonNode lifted = rooms.post(room + "/sanctions", "{\"user\":\"free\",\"kind\":\"ban\"}")
                .body();
        assertEquals(
                200,
                rooms.delete(room + "/sanctions/" + lifted.path("id").asText()).status());
        for (String user : List.of("8", "demoted")) {
            assertEquals(
                    200,
                    rooms.ask("PUT", room + "/roles/" + user, "{\"role\":\"moderator\"}")
                            .status());
        }
        assertEquals(200, rooms.delete(room + "/roles/demoted").status());
        assertEquals(
                200,
                rooms.ask("PUT", room + "/words/own", "{\"action\":\"refuse\",\"terms\":[\"badword\"]}")
                        .status());
        for (String path : List.of("/roles", "/words")) {
            decided.put(room + path, rooms.get(room + path).body());
        }
    }

    /** An edge that has only the compacted topics to read knows the rooms, their policies, who may what there and what may not be said. */
    private void assertInForce(int edge, long deleted) {
        // a role elsewhere allows more commands a second and nothing in these rooms
        try (Clients clients = new Clients(1);
                Witness muted = Witness.connect(clients, hub, "7", hub.hostToken("7", "elsewhere"), edge);
                Witness free = Witness.connect(clients, hub, "8", hub.hostToken("8", "elsewhere"), edge);
                Witness demoted =
                        Witness.connect(clients, hub, "demoted", hub.hostToken("demoted", "elsewhere"), edge);
                Witness banned = Witness.connect(clients, hub, "banned", hub.hostToken("banned", "elsewhere"), edge)) {
            for (int i = 0; i < ROOMS; i++) {
                String room = "kept-" + i;
                Answer joined = muted.wait(muted.client().join(room));
                if (i % 4 == 0) {
                    assertEquals("room_closed", joined.code(), room);
                    continue;
                }
                assertEquals(400, joined.ok().at("/policy/slowModeMs").intValue(), room);
                assertEquals(
                        "muted",
                        muted.wait(muted.client().chat(room, "c", "hello")).code(),
                        room);
                Answer role = free.join(room);
                assertEquals("moderator", role.ok().path("role").asText(), room);
                free.say(room, "on-" + edge, "hello");
                if (i == 1) {
                    assertFalse(free.history(room).containsKey(deleted), "it is deleted for good");
                }
                assertEquals("banned", banned.wait(banned.client().join(room)).code(), room);
                assertEquals("viewer", demoted.join(room).ok().path("role").asText(), room);
                assertEquals(
                        "text_refused",
                        demoted.wait(demoted.client().chat(room, "w" + edge, "a badword"))
                                .code(),
                        room);
                demoted.wait(demoted.client().leave(room));
                muted.wait(muted.client().leave(room));
                free.wait(free.client().leave(room));
            }
        }
    }

    /** Leaves nothing of a state topic but what compaction made of it. */
    private void compactAndTrim(int group) throws Exception {
        String topic = topic(group);
        Set<Long> before = ledgers(topic);
        assertEquals(
                204,
                pulsar.post(topic + "/retention", "{\"retentionTimeInMinutes\":0,\"retentionSizeInMB\":0}")
                        .status());
        Eventually.await(TRIMMED_MAX, topic + " is trimmed", () -> {
            // what was written since the last compaction holds its ledger: then once more
            assertEquals(204, pulsar.ask("PUT", topic + "/compaction", null).status());
            Eventually.await(
                    TRIMMED_MAX,
                    topic + " is compacted",
                    () -> pulsar.get(topic + "/compaction")
                            .body()
                            .path("status")
                            .asText()
                            .equals("SUCCESS"));
            // the ledger that is written to is never trimmed: unloading closes it
            assertEquals(204, pulsar.ask("PUT", topic + "/unload", null).status());
            assertEquals(200, pulsar.post(topic + "/trim", null).status());
            return Collections.disjoint(before, ledgers(topic));
        });
        assertEquals(204, pulsar.delete(topic + "/retention").status());
    }

    private Set<Long> ledgers(String topic) throws Exception {
        Set<Long> ids = new HashSet<>();
        pulsar.get(topic + "/internalStats")
                .body()
                .path("ledgers")
                .forEach(ledger -> ids.add(ledger.path("ledgerId").asLong()));
        return ids;
    }

    private void assertDecided(Map<String, JsonNode> decided) {
        decided.forEach((path, body) -> Eventually.await(TestHub.BACK_MAX, path + " is as it was decided", () -> {
            RoomHttp.Answer now = rooms.get(path);
            if (now.status() == 200) {
                assertEquals(body, now.body());
            }
            return now.status() == 200;
        }));
        assertTrue(decided.size() > 0);
    }
}
