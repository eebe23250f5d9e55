package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.room.RoomHttp.Answer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every change that was acknowledged stands in the record of who did what, and nothing else does. */
class AuditIT {
    private static final long AN_HOUR_MS = 3_600_000;
    private static final Duration BACK_MAX = Duration.ofSeconds(30);
    /** In a tenant of its own, so that what is for all rooms is known. */
    private static final String TENANT = "audited";

    private final TestHub hub = TestHub.get();
    private final RoomHttp backend = as("backend", TENANT, Map.of(), true);

    private RoomHttp as(String user, String tenant, Map<String, Role> rooms, boolean admin) {
        return at(hub.edge(1), user, tenant, rooms, admin);
    }

    private RoomHttp at(URI service, String user, String tenant, Map<String, Role> rooms, boolean admin) {
        return new RoomHttp(service, token(user, tenant, rooms, admin));
    }

    private String token(String user, String tenant, Map<String, Role> rooms, boolean admin) {
        return hub.token(new Claims(user, user, tenant, rooms, admin, System.currentTimeMillis() + AN_HOUR_MS));
    }

    private static void assertRefused(int status, String code, Answer answer) {
        assertEquals(code, answer.code(), String.valueOf(answer.body()));
        assertEquals(status, answer.status());
    }

    private static JsonNode well(Answer answer) {
        assertTrue(answer.status() < 300, answer.status() + " " + answer.body());
        return answer.body();
    }

    /** All that an address answers, page by page: action, what, by and target of each act. */
    private static List<String> acts(RoomHttp http, String address, String first) throws Exception {
        List<String> all = new ArrayList<>();
        String next = first;
        while (true) {
            JsonNode page = well(http.get(address + next));
            List<String> acts = new ArrayList<>();
            page.path("acts").forEach(act -> acts.add(line(act)));
            boolean up = page.path("next").has("after");
            all.addAll(up ? all.size() : 0, acts);
            if (!page.path("more").booleanValue()) {
                return all;
            }
            String name = up ? "after" : "before";
            next = first.replaceAll("(^|&)" + name + "=[0-9]+", "") + "&" + name + "="
                    + page.path("next").path(name).longValue();
        }
    }

    private static String line(JsonNode act) {
        StringBuilder line = new StringBuilder(act.path("action").asText());
        for (String field : List.of("what", "by", "target", "reason")) {
            line.append(' ').append(act.path(field).asText("-"));
        }
        return line.toString();
    }

    @Test
    void whatIsDoneInARoomIsToldWithWhoWhatToWhomAndWhy() throws Exception {
        String room = "/api/rooms/audit-1";
        RoomHttp host = as("h1", TENANT, Map.of("audit-1", Role.HOST), false);
        RoomHttp moderator = as("m1", TENANT, Map.of("audit-1", Role.MODERATOR), false);
        RoomHttp viewer = as("v1", TENANT, Map.of(), false);
        well(backend.post("/api/rooms", "{\"id\":\"audit-1\"}"));
        well(host.patch(room, "{\"title\":\"first\"}"));
        well(host.patch(room, "{\"title\":\"first\"}")); // changes nothing
        String mute = well(moderator.post(
                        room + "/sanctions", "{\"user\":\"u8\",\"kind\":\"mute\",\"seconds\":60,\"reason\":\"spam\"}"))
                .path("id")
                .asText();
        assertRefused(403, "forbidden", viewer.post(room + "/sanctions", "{\"user\":\"u9\",\"kind\":\"ban\"}"));
        assertRefused(400, "bad_field", host.patch(room, "{\"title\":7}"));
        well(host.delete(room + "/sanctions/" + mute));
        well(host.ask("PUT", room + "/roles/u7", "{\"role\":\"moderator\"}"));
        well(host.patch(room, "{\"live\":true}"));
        well(host.ask("PUT", room + "/words/w", "{\"action\":\"mask\",\"terms\":[\"bad\"]}"));
        well(backend.delete(room));
        List<String> done = List.of(
                "room.created - backend - -",
                "room.changed - h1 - -",
                "sanction.spoken mute m1 u8 spam",
                "sanction.lifted mute h1 u8 spam",
                "role.given moderator h1 u7 -",
                "room.live - h1 - -",
                "words.set - h1 w -",
                "report.made - backend 1 -",
                "room.closed - backend - -");
        String audit = room + "/audit?";
        assertEquals(done, acts(host, audit, "limit=200"));
        for (int limit = 1; limit <= 3; limit++) {
            assertEquals(done, acts(host, audit, "limit=" + limit), "the newest first, in pages of " + limit);
            assertEquals(done, acts(backend, audit, "after=0&limit=" + limit), "the oldest first");
        }
        assertEquals(done.subList(2, 4), acts(host, audit, "user=u8"));
        assertEquals(done.subList(2, 3), acts(host, audit, "user=u8&by=m1"));
        assertEquals(
                List.of(done.get(0), done.get(8)), acts(host, audit, "action=room.created,room.closed&by=backend"));
        assertEquals(List.of(), acts(host, audit, "action=room.offline"));

        JsonNode all = well(backend.get(audit + "after=0")).path("acts");
        long fourthMs = all.get(3).path("at").longValue();
        List<String> before = acts(host, audit, "after=0&to=" + fourthMs);
        List<String> since = acts(host, audit, "from=" + fourthMs);
        List<String> both = new ArrayList<>(before);
        both.addAll(since);
        assertEquals(done, both, "stretches that follow on one another have each act once");
        assertTrue(since.contains(done.get(3)));

        assertEquals("127.0.0.1", all.get(0).path("address").asText());
        assertTrue(all.get(0).path("admin").booleanValue());
        well(host.get(audit)).path("acts").forEach(act -> assertFalse(act.has("address"), "not told to hosts"));

        assertRefused(403, "forbidden", moderator.get(audit));
        assertRefused(403, "forbidden", viewer.get(audit));
        assertRefused(
                403,
                "forbidden",
                as("h2", TENANT, Map.of("audit-2", Role.HOST), false).get(audit));
        assertEquals(List.of(), acts(as("other", "elsewhere", Map.of(), true), audit, "limit=200"));
        assertRefused(400, "bad_field", host.get(audit + "by=a%20b"));
        assertRefused(400, "bad_field", host.get(audit + "whom=7"));
        assertRefused(401, "unauthenticated", new RoomHttp(hub.edge(1), null).get(audit));
        for (String method : List.of("DELETE", "PUT", "POST", "PATCH")) {
            assertRefused(404, "not_found", backend.ask(method, room + "/audit", "{}"));
        }
    }

    @Test
    void aClientCannotSayFromWhereItAsksAndTheEdgeCan() throws Exception {
        well(backend.post("/api/rooms", "{\"id\":\"audit-from\"}"));
        String room = "/api/rooms/audit-from";
        forwarded(hub.edge(2), room, "through the edge");
        forwarded(hub.roomService(), room, "as an edge");
        try (OwnService other = OwnService.start(hub, OwnService.Kind.ROOM_SERVICE, Map.of())) {
            forwarded(other.address(), room, "as an edge, and on to the one who decides");
            other.stop();
        }
        JsonNode acts = well(backend.get(room + "/audit?action=room.changed")).path("acts");
        assertEquals(3, acts.size(), acts.toString());
        assertEquals("127.0.0.1", acts.get(0).path("address").asText());
        assertEquals("6.6.6.6", acts.get(1).path("address").asText());
        assertEquals("6.6.6.6", acts.get(2).path("address").asText());
    }

    /** Changes the title, and says to ask for somebody else. */
    private void forwarded(URI service, String room, String title) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(service.resolve(room))
                .header("Authorization", "Bearer " + token("backend", TENANT, Map.of(), true))
                .header("Content-Type", "application/json")
                .header("X-Forwarded-For", "5.5.5.5, 6.6.6.6")
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"title\":\"" + title + "\"}"))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
    }

    @Test
    void whatIsForAllRoomsIsToldApartFromARoomOfTheSameName() throws Exception {
        RoomHttp host = as("h3", TENANT, Map.of("-", Role.HOST), false);
        well(backend.post("/api/rooms", "{\"id\":\"-\"}"));
        well(backend.ask("PUT", "/api/words/list", "{\"action\":\"mask\",\"terms\":[\"bad\"]}"));
        well(backend.ask(
                "PUT",
                "/api/webhooks/audited",
                "{\"url\":\"http://127.0.0.1:1/\",\"secret\":\"0123456789abcdef\",\"events\":[\"held\"]}"));
        well(backend.delete("/api/webhooks/audited"));
        well(backend.delete("/api/words/list"));
        assertEquals(
                List.of(
                        "words.set - backend list -",
                        "webhook.set - backend audited -",
                        "webhook.removed - backend audited -",
                        "words.removed - backend list -"),
                acts(backend, "/api/audit?", "limit=200"));
        assertEquals(List.of("room.created - backend - -"), acts(host, "/api/rooms/-/audit?", "limit=200"));
        assertRefused(403, "forbidden", host.get("/api/audit"));
        assertRefused(403, "forbidden", as("v1", TENANT, Map.of(), false).get("/api/audit"));
        assertEquals(List.of(), acts(as("other", "elsewhere", Map.of(), true), "/api/audit?", "limit=200"));
    }

    @Test
    void whatHoldsInAllRoomsOfAnOwnerIsToldToTheOwner() throws Exception {
        RoomHttp owner = as("o1", TENANT, Map.of(), false);
        well(backend.post("/api/rooms", "{\"id\":\"audit-owned\",\"owner\":\"o1\"}"));
        String ban = well(owner.post(
                        "/api/owners/o1/sanctions", "{\"user\":\"u3\",\"kind\":\"ban\",\"reason\":\"everywhere\"}"))
                .path("id")
                .asText();
        well(backend.delete("/api/owners/o1/sanctions/" + ban));
        List<String> done =
                List.of("sanction.spoken ban o1 u3 everywhere", "sanction.lifted ban backend u3 everywhere");
        assertEquals(done, acts(owner, "/api/owners/o1/audit?", "limit=1"));
        assertEquals(done, acts(backend, "/api/owners/o1/audit?", "after=0"));
        assertEquals(List.of(), acts(backend, "/api/owners/o2/audit?", "limit=200"));
        assertRefused(403, "forbidden", owner.get("/api/owners/o2/audit"));
        assertFalse(
                owner.get("/api/owners/o1/audit").body().path("acts").path(0).has("address"));
        assertTrue(
                backend.get("/api/owners/o1/audit").body().path("acts").path(0).hasNonNull("address"));
    }

    @Test
    void whatWasAcknowledgedIsThereAfterAKillAndACompactionFromAnyInstance() throws Exception {
        well(backend.post("/api/rooms", "{\"id\":\"audit-kill\"}"));
        String room = "/api/rooms/audit-kill";
        List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
        Thread muting = new Thread(() -> {
            // one record of a user, overwritten each time: a table has the last one only
            for (int i = 0; i < 200; i++) {
                try {
                    Answer muted = at(hub.roomService(), "backend", TENANT, Map.of(), true)
                            .post(room + "/sanctions", "{\"user\":\"u1\",\"kind\":\"mute\",\"reason\":\"r" + i + "\"}");
                    if (muted.status() == 201) {
                        acknowledged.add("sanction.spoken mute backend u1 r" + i);
                    }
                } catch (java.io.IOException killed) {
                    // not acknowledged
                } catch (InterruptedException cut) {
                    return;
                }
            }
        });
        muting.start();
        Eventually.await(BACK_MAX, "some are acknowledged", () -> acknowledged.size() > 20);
        hub.kill9("room-service");
        muting.join();
        hub.awaitBack("room-service");
        assertTrue(acknowledged.size() < 200, "it was killed amidst them");
        Eventually.await(
                BACK_MAX,
                "it decides again",
                () -> backend.patch(room, "{\"title\":\"after\"}").status() == 200);
        List<String> told = acts(backend, room + "/audit?", "after=0&user=u1&limit=200");
        assertTrue(told.containsAll(acknowledged), () -> "missing: " + missing(acknowledged, told));
        assertEquals(told.stream().distinct().toList(), told, "each once, also what was not acknowledged");

        RoomHttp pulsar = new RoomHttp(URI.create(hub.address("pulsarAdmin")), null);
        String topic = "/admin/v2/"
                + Topics.state(Topics.stateGroup(new RoomKey(TENANT, "audit-kill")))
                        .replace("://", "/");
        assertEquals(204, pulsar.ask("PUT", topic + "/compaction", null).status());
        Eventually.await(
                BACK_MAX,
                "compacted",
                () -> pulsar.get(topic + "/compaction")
                        .body()
                        .path("status")
                        .asText()
                        .equals("SUCCESS"));
        assertEquals(told, acts(backend, room + "/audit?", "user=u1&limit=50"));
        try (OwnService other = OwnService.start(hub, OwnService.Kind.ROOM_SERVICE, Map.of())) {
            RoomHttp standby = at(other.address(), "backend", TENANT, Map.of(), true);
            assertEquals(told, acts(standby, room + "/audit?", "after=0&user=u1"));
            other.stop();
        }
    }

    @Test
    void aRareActIsFoundBehindManyOthers() throws Exception {
        well(backend.post("/api/rooms", "{\"id\":\"audit-many\"}"));
        String room = "/api/rooms/audit-many";
        RoomHttp direct = at(hub.roomService(), "backend", TENANT, Map.of(), true);
        well(direct.post(room + "/sanctions", "{\"user\":\"rare\",\"kind\":\"mute\"}"));
        // more than are read at a time on the way back
        for (int i = 0; i < 560; i++) {
            well(direct.patch(room, "{\"title\":\"t" + i + "\"}"));
        }
        List<String> rare = List.of("sanction.spoken mute backend rare -");
        assertEquals(rare, acts(backend, room + "/audit?", "user=rare"));
        assertEquals(rare, acts(backend, room + "/audit?", "after=0&user=rare"));
        List<String> all = acts(backend, room + "/audit?", "limit=200");
        assertEquals(562, all.size(), "each once");
        assertEquals(all, acts(backend, room + "/audit?", "after=0&limit=200"));
        assertEquals(rare.get(0), all.get(1));
    }

    private static List<String> missing(List<String> acknowledged, List<String> told) {
        List<String> missing = new ArrayList<>(acknowledged);
        missing.removeAll(told);
        return missing;
    }
}
