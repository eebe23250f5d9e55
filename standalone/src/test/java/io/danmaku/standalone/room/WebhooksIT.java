package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.room.HookReceiver.Post;
import io.danmaku.standalone.room.RoomHttp.Answer;
import io.danmaku.standalone.system.Witness;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens in a product's rooms is told to its backend, and nothing of it is lost. */
class WebhooksIT {
    private static final long AN_HOUR_MS = 3_600_000;
    private static final Duration TOLD_MAX = Duration.ofSeconds(30);
    /** Before the second try, in the tests' hub. */
    private static final long BACKOFF_MS = 100;

    /** In a tenant of its own: other tests have sanctions too. */
    private static final String TENANT = "hooked";

    private final TestHub hub = TestHub.get();
    private final RoomHttp backend = as("backend", TENANT, Map.of(), true);
    private HookReceiver receiver;

    @BeforeEach
    void open() throws IOException {
        receiver = new HookReceiver();
    }

    @AfterEach
    void close() throws Exception {
        for (JsonNode hook : well(backend.get("/api/webhooks")).path("webhooks")) {
            well(backend.delete("/api/webhooks/" + hook.path("name").asText()));
        }
        receiver.close();
    }

    private RoomHttp as(String user, String tenant, Map<String, Role> rooms, boolean admin) {
        return new RoomHttp(
                hub.edge(1),
                hub.token(new Claims(user, user, tenant, rooms, admin, System.currentTimeMillis() + AN_HOUR_MS)));
    }

    private static JsonNode well(Answer answer) {
        assertTrue(answer.status() < 300, answer.status() + " " + answer.body());
        return answer.body();
    }

    private static void assertRefused(int status, String code, Answer answer) {
        assertEquals(code, answer.code(), String.valueOf(answer.body()));
        assertEquals(status, answer.status());
    }

    private static String hook(String url, String events) {
        return "{\"url\":\"" + url + "\",\"secret\":\"" + HookReceiver.SECRET + "\",\"events\":[\""
                + events.replace(",", "\",\"") + "\"]}";
    }

    private void put(String name, String events) throws Exception {
        well(backend.ask("PUT", "/api/webhooks/" + name, hook(receiver.address(name), events)));
    }

    private static String mute(String user) {
        return "{\"user\":\"" + user + "\",\"kind\":\"mute\",\"seconds\":60,\"reason\":\"why\"}";
    }

    private Answer dead(String name) throws Exception {
        return backend.get("/api/webhooks/" + name + "/dead");
    }

    @Test
    void whatABackendWantsToKnowIsPostedToItSigned() throws Exception {
        put("all", "room.created,room.closed,live,offline,report,sanction");
        put("some", "offline");
        String room = "/api/rooms/hook-1";
        well(backend.post("/api/rooms", "{\"id\":\"hook-1\",\"title\":\"Saturday\"}"));
        well(backend.patch(room, "{\"live\":true}"));
        well(backend.patch(room, "{\"title\":\"Sunday\"}"));
        String id =
                well(backend.post(room + "/sanctions", mute("u8"))).path("id").asText();
        well(backend.delete(room + "/sanctions/" + id));
        well(backend.patch(room, "{\"live\":false}"));
        well(backend.delete(room));

        Eventually.await(TOLD_MAX, "all seven", () -> receiver.told("all").size() >= 7);
        assertEquals(
                Map.of(
                        "room.created hook-1", 1L,
                        "live hook-1", 1L,
                        "sanction hook-1", 2L,
                        "offline hook-1", 1L,
                        "report hook-1", 1L,
                        "room.closed hook-1", 1L),
                receiver.told("all").stream().collect(Collectors.groupingBy(line -> line, Collectors.counting())));
        Eventually.await(TOLD_MAX, "the other one", () -> !receiver.told("some").isEmpty());
        assertEquals(List.of("offline hook-1"), receiver.told("some"));
        for (Post post : receiver.posts("all")) {
            assertTrue(post.signed(), post.event().toString());
            assertEquals(TENANT, post.event().path("tenant").asText());
            assertTrue(Math.abs(
                            System.currentTimeMillis() - post.event().path("at").longValue())
                    < AN_HOUR_MS);
        }
        JsonNode live = event("all", "live");
        assertEquals("Saturday", live.at("/data/title").asText());
        assertTrue(live.at("/data/live").booleanValue());
        JsonNode report = event("all", "report");
        assertEquals(live.at("/data/stream"), report.at("/data/stream"));
        assertEquals(0, report.at("/data/messages").intValue(), report::toString);
        Set<String> sanctions = receiver.posts("all").stream()
                .map(Post::event)
                .filter(event -> event.path("type").asText().equals("sanction"))
                .map(event -> event.at("/data/user").asText() + " "
                        + event.at("/data/by").asText() + " "
                        + event.at("/data/lifted").asText() + " "
                        + event.at("/data/id").asText().equals(id))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of("u8 backend false true", "u8 backend true true"), sanctions);
        assertFalse(
                well(backend.get("/api/webhooks")).toString().contains(HookReceiver.SECRET), "a secret is never told");
    }

    @Test
    void directMessagesThatAreReportedAreToldWithoutWhatTheySay() throws Exception {
        put("reports", "dm.report");
        RoomHttp ann = as("hook-ann", TENANT, Map.of(), false);
        RoomHttp bob = as("hook-bob", TENANT, Map.of(), false);
        String mid = well(ann.post(
                        "/api/dm/hook-bob/messages", "{\"cid\":\"c1\",\"kind\":\"text\",\"body\":\"you fool\"}"))
                .path("mid")
                .asText();
        String report = "{\"peer\":\"hook-ann\",\"mids\":[\"" + mid + "\"],\"reason\":\"insults me\"}";
        String id = well(bob.post("/api/dm/reports", report)).path("id").asText();
        assertEquals(id, well(bob.post("/api/dm/reports", report)).path("id").asText());
        Eventually.await(TOLD_MAX, "the report", () -> !receiver.told("reports").isEmpty());
        assertEquals(List.of("dm.report null"), receiver.told("reports"));
        JsonNode told = event("reports", "dm.report").path("data");
        assertEquals(id, told.path("id").asText());
        assertEquals("hook-bob", told.path("reporter").asText());
        assertEquals(mid, told.at("/mids/0").asText());
        assertFalse(told.toString().contains("fool"), told::toString);
    }

    @Test
    void whatWaitsForAModeratorIsPostedOnceWithItsText() throws Exception {
        put("queue", "held");
        well(backend.post("/api/rooms", "{\"id\":\"hook-held\",\"policy\":{\"holdAll\":true}}"));
        String token = hub.token(
                new Claims("talker", "Talker", TENANT, Map.of(), false, System.currentTimeMillis() + AN_HOUR_MS));
        try (Clients clients = new Clients(1);
                Witness talker = Witness.connect(clients, hub, "talker", token, 1)) {
            talker.join("hook-held");
            talker.wait(talker.client()
                    .send("hook-held", "chat", "c1", Json.object().put("text", "may I?")));
            Eventually.await(
                    TOLD_MAX, "it is told", () -> !receiver.told("queue").isEmpty());
        }
        assertEquals(List.of("held hook-held"), receiver.told("queue"));
        JsonNode held = event("queue", "held");
        assertEquals("may I?", held.at("/data/d/text").asText(), held.toString());
        assertEquals("talker", held.at("/data/u/id").asText(), held.toString());
    }

    private JsonNode event(String path, String type) {
        return receiver.posts(path).stream()
                .map(Post::event)
                .filter(event -> event.path("type").asText().equals(type))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatFailsIsTriedAgainHoldsUpNobodyAndIsKeptForLater() throws Exception {
        receiver.answer("bad", 500);
        receiver.answer("silent", 0);
        put("bad", "sanction");
        put("silent", "sanction");
        put("good", "sanction");
        well(backend.post("/api/rooms", "{\"id\":\"hook-bad\"}"));
        for (int i = 0; i < 3; i++) {
            well(backend.post("/api/rooms/hook-bad/sanctions", mute("b" + i)));
        }
        Eventually.await(
                Duration.ofSeconds(4),
                "others do not wait",
                () -> receiver.told("good").size() == 3);
        Eventually.await(
                TOLD_MAX,
                "three dead letters",
                () -> well(dead("bad")).path("dead").size() == 3);
        assertEquals(12, receiver.posts("bad").size(), "each was tried four times");
        Set<String> ids = receiver.posts("bad").stream().map(Post::id).collect(Collectors.toSet());
        assertEquals(3, ids.size(), "a try has the id of the one before");
        ids.forEach(this::assertPausesDouble);
        assertEquals(ids, receiver.posts("good").stream().map(Post::id).collect(Collectors.toSet()));
        JsonNode letter = well(dead("bad")).at("/dead/0");
        assertEquals("answered with 500", letter.path("failure").asText());
        assertEquals(4, letter.path("tries").intValue());
        assertTrue(ids.contains(letter.at("/event/id").asText()));
        assertEquals(0, well(dead("good")).path("dead").size());

        JsonNode newest = well(backend.get("/api/webhooks/bad/dead?limit=2"));
        assertEquals(2, newest.path("dead").size());
        assertTrue(newest.path("more").booleanValue());
        JsonNode rest = well(backend.get("/api/webhooks/bad/dead?limit=2&before="
                + newest.path("next").path("before").longValue()));
        assertEquals(letter, rest.at("/dead/0"), "page by page");

        receiver.answer("bad", 200);
        JsonNode second = well(dead("bad")).at("/dead/1");
        String one = "/api/webhooks/bad/dead/" + second.path("n").asText() + "/retry";
        assertRefused(404, "not_found", backend.post(one.replace("/bad/", "/good/"), null));
        assertRefused(400, "bad_field", backend.post("/api/webhooks/bad/dead/x/retry", null));
        assertRefused(404, "not_found", backend.post("/api/webhooks/bad/dead/9999999999/retry", null));
        assertEquals(second, well(backend.post(one, null)));
        Eventually.await(TOLD_MAX, "it is taken", () -> receiver.posts("bad").size() == 13);
        assertEquals(
                second.at("/event/id").asText(), receiver.posts("bad").get(12).id());
        assertRefused(404, "not_found", backend.post(one, null));
        assertEquals(2, well(dead("bad")).path("dead").size(), "the others wait on");

        JsonNode retried = well(backend.post("/api/webhooks/bad/dead/retry", null));
        assertEquals(2, retried.path("retried").intValue());
        assertFalse(retried.path("more").booleanValue());
        Eventually.await(TOLD_MAX, "all are taken", () -> receiver.posts("bad").size() == 15);
        assertEquals(ids, receiver.posts("bad").stream().map(Post::id).collect(Collectors.toSet()));
        assertEquals(0, well(dead("bad")).path("dead").size());

        receiver.answer("bad", 404);
        well(backend.post("/api/rooms/hook-bad/sanctions", mute("b9")));
        Eventually.await(
                TOLD_MAX,
                "a dead letter again",
                () -> well(dead("bad")).path("dead").size() == 1);
        well(backend.delete("/api/webhooks/bad/dead"));
        assertEquals(0, well(dead("bad")).path("dead").size());
        Eventually.await(
                Duration.ofSeconds(90),
                "the silent one is given up too",
                () -> well(dead("silent")).path("dead").size() >= 3);
        assertEquals(
                "no answer in time", well(dead("silent")).at("/dead/0/failure").asText());
        well(backend.delete("/api/webhooks/silent"));
        put("silent", "sanction");
        assertEquals(0, well(dead("silent")).path("dead").size(), "a new one of the name has none");
    }

    private void assertPausesDouble(String id) {
        List<Post> tries = receiver.posts("bad").stream()
                .filter(post -> post.id().equals(id))
                .toList();
        List<Long> pausesMs = new ArrayList<>();
        for (int i = 1; i < tries.size(); i++) {
            pausesMs.add((tries.get(i).atNs() - tries.get(i - 1).atNs()) / 1_000_000);
            assertTrue(pausesMs.get(i - 1) >= BACKOFF_MS << (i - 1), pausesMs::toString);
        }
    }

    @Test
    void nothingThatWasAcknowledgedIsLostWhenRoomServiceIsKilled() throws Exception {
        put("kill", "sanction");
        well(backend.post("/api/rooms", "{\"id\":\"hook-kill\"}"));
        receiver.answer("kill", 503);
        Set<String> muted = new HashSet<>();
        for (int kill = 0; kill < 2; kill++) {
            for (int i = 0; i < 15; i++) {
                String user = "k" + kill + "-" + i;
                well(backend.post("/api/rooms/hook-kill/sanctions", mute(user)));
                muted.add(user);
            }
            hub.kill9("room-service");
            receiver.answer("kill", 200);
            hub.awaitBack("room-service");
            Eventually.await(
                    TOLD_MAX,
                    "it decides again",
                    () -> backend.patch("/api/rooms/hook-kill", "{\"title\":\"again\"}")
                                    .status()
                            == 200);
        }
        Eventually.await(TOLD_MAX, "all are told", () -> users("kill").containsAll(muted));
    }

    private Set<String> users(String path) {
        return receiver.posts(path).stream()
                .map(post -> post.event().at("/data/user").asText())
                .collect(Collectors.toSet());
    }

    @Test
    void anEdgeTellsWhatItPutsIntoTheOutbox() throws Exception {
        put("held", "held");
        put("none", "live");
        HookRecord held = new HookRecord(
                TENANT,
                "",
                "held-1",
                "held",
                "hook-held",
                1_764_000_000_000L,
                Json.object().put("text", "hm"));
        try (PulsarClient pulsar =
                        PulsarClient.builder().serviceUrl(hub.address("pulsar")).build();
                Producer<byte[]> outbox = pulsar.newProducer()
                        .topic(Topics.hookOutbox())
                        .enableBatching(false)
                        .create()) {
            outbox.send("no record".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            outbox.send(Json.bytes(held));
        }
        Eventually.await(TOLD_MAX, "it is told", () -> !receiver.posts("held").isEmpty());
        JsonNode event = receiver.posts("held").get(0).event();
        assertEquals("held-1", event.path("id").asText());
        assertEquals("hm", event.at("/data/text").asText());
        assertEquals(1_764_000_000_000L, event.path("at").longValue());
        assertTrue(receiver.posts("none").isEmpty());
    }

    @Test
    void onlyABackendOfTheTenantHasItsWebhooks() throws Exception {
        put("mine", "live");
        RoomHttp viewer = as("v1", TENANT, Map.of(), false);
        RoomHttp host = as("h1", TENANT, Map.of("hook-1", Role.OWNER), false);
        for (RoomHttp stranger : List.of(viewer, host)) {
            assertRefused(403, "forbidden", stranger.get("/api/webhooks"));
            assertRefused(403, "forbidden", stranger.get("/api/webhooks/mine"));
            assertRefused(403, "forbidden", stranger.ask("PUT", "/api/webhooks/mine", hook("http://a/", "live")));
            assertRefused(403, "forbidden", stranger.delete("/api/webhooks/mine"));
            assertRefused(403, "forbidden", stranger.get("/api/webhooks/mine/dead"));
            assertRefused(403, "forbidden", stranger.delete("/api/webhooks/mine/dead"));
            assertRefused(403, "forbidden", stranger.post("/api/webhooks/mine/dead/retry", null));
            assertRefused(403, "forbidden", stranger.post("/api/webhooks/mine/dead/1/retry", null));
        }
        assertRefused(401, "unauthenticated", new RoomHttp(hub.edge(1), null).get("/api/webhooks"));
        RoomHttp other = as("backend", "elsewhere", Map.of(), true);
        assertEquals(0, well(other.get("/api/webhooks")).path("webhooks").size());
        assertRefused(404, "not_found", other.get("/api/webhooks/mine"));
        assertRefused(404, "not_found", other.delete("/api/webhooks/mine"));
        assertRefused(404, "not_found", other.get("/api/webhooks/mine/dead"));

        assertRefused(
                400,
                "bad_field",
                backend.ask("PUT", "/api/webhooks/new", "{\"url\":\"http://a/\",\"events\":[\"live\"]}"));
        assertRefused(400, "bad_field", backend.ask("PUT", "/api/webhooks/new", hook("http://a/", "dead")));
        assertRefused(400, "bad_field", backend.ask("PUT", "/api/webhooks/a.b", hook("http://a/", "live")));
        assertRefused(400, "bad_json", backend.ask("PUT", "/api/webhooks/new", "{"));
        assertRefused(400, "bad_field", backend.get("/api/webhooks/mine/dead?before=0"));
        for (int i = 1; i < 10; i++) {
            put("more-" + i, "live");
        }
        assertRefused(409, "conflict", backend.ask("PUT", "/api/webhooks/more-10", hook("http://a/", "live")));
        // an address may change without the secret
        assertEquals(
                "http://a.example/x",
                well(backend.ask("PUT", "/api/webhooks/mine", "{\"url\":\"http://a.example/x\",\"events\":[\"live\"]}"))
                        .path("url")
                        .asText());
        assertEquals(10, well(backend.get("/api/webhooks")).path("webhooks").size());
    }
}
