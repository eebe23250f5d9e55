package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who is in a room, over two edges, asked by who may and who may not, of whichever instance. */
class ViewersIT {
    private static final Duration NUMBERS_MAX = Duration.ofSeconds(30);
    private static final long ANSWER_S = 20;
    private static final int ENTER_PER_SECOND = 3;
    /** Of each of the two edges four of a room and its lease, and one of who counts. */
    private static final int RECORDS_PER_SECOND = 11;

    private final TestHub hub = TestHub.get();
    private final RoomHttp admin = new RoomHttp(hub.roomService(), hub.adminToken());

    private RoomHttp as(String token) {
        return new RoomHttp(hub.edge(1), token);
    }

    private String token(String user, String tenant, Map<String, Role> rooms, boolean everything, int level) {
        return hub.token(new Claims(
                user,
                user,
                tenant,
                rooms,
                everything,
                System.currentTimeMillis() + 600_000,
                new Profile("", level, List.of())));
    }

    private HubClient enter(Clients clients, int edge, String kind, String token, String room) throws Exception {
        URI uri = URI.create(hub.webSocket(edge) + (kind.isEmpty() ? "" : "?client=" + kind));
        HubClient client =
                clients.open(ClientOptions.of(List.of(uri), () -> token).once(), new HubListener() {});
        assertTrue(client.join(room).get(ANSWER_S, TimeUnit.SECONDS).acknowledged());
        return client;
    }

    private void awaitPresence(String room, int online, String devices) {
        Eventually.await(NUMBERS_MAX, online + " on " + devices + " in " + room, () -> {
            JsonNode now = admin.get("/api/rooms/" + room + "/presence").body();
            return now.path("online").intValue() == online
                    && now.path("devices").equals(Json.MAPPER.readTree(devices));
        });
    }

    @Test
    void whoMayAskSeesWhoIsThereOnWhichDevices() throws Exception {
        String room = "viewers-list";
        admin.post("/api/rooms", "{\"id\":\"" + room + "\",\"title\":\"" + room + "\"}");
        String moderator = token("mod", "default", Map.of(room, Role.MODERATOR), false, Profile.NO_LEVEL);
        try (Clients clients = new Clients(1)) {
            enter(clients, 1, "web", token("ann", "default", Map.of(), false, 12), room);
            enter(clients, 1, "ios", token("bob", "default", Map.of(), false, Profile.NO_LEVEL), room);
            enter(clients, 2, "tv", token("bob", "default", Map.of(), false, Profile.NO_LEVEL), room);
            enter(clients, 2, "", moderator, room);
            awaitPresence(room, 4, "{\"web\":1,\"ios\":1,\"tv\":1,\"other\":1}");
            for (int atLeast = 4; atLeast <= 5; atLeast++) {
                JsonNode found =
                        admin.get("/api/rooms?q=" + room + "&online=" + atLeast).body();
                assertEquals(atLeast == 4, found.toString().contains("\"" + room + "\""), found::toString);
            }
            RoomHttp.Answer listed = as(moderator).get("/api/rooms/" + room + "/viewers");
            assertEquals(200, listed.status(), String.valueOf(listed.body()));
            assertFalse(listed.body().path("sampled").booleanValue());
            JsonNode viewers = listed.body().path("viewers");
            assertEquals(
                    Json.MAPPER.readTree(
                            "{\"user\":\"ann\",\"role\":\"viewer\",\"level\":12,\"kind\":\"web\",\"connections\":1}"),
                    viewers.get(0));
            assertEquals("bob", viewers.get(1).path("user").asText());
            assertEquals(2, viewers.get(1).path("connections").intValue());
            assertFalse(viewers.get(1).has("level"));
            assertEquals("moderator", viewers.get(2).path("role").asText());
            assertEquals(3, viewers.size());

            JsonNode page =
                    as(moderator).get("/api/rooms/" + room + "/viewers?limit=2").body();
            assertEquals("bob", page.path("cursor").asText());
            page = as(moderator)
                    .get("/api/rooms/" + room + "/viewers?limit=2&cursor=bob")
                    .body();
            assertEquals("mod", page.path("viewers").get(0).path("user").asText());
            assertTrue(page.path("cursor").isNull());

            // a role that is given while one watches
            assertEquals(
                    200,
                    admin.ask("PUT", "/api/rooms/" + room + "/roles/ann", "{\"role\":\"vip\"}")
                            .status());
            Eventually.await(
                    NUMBERS_MAX,
                    "ann is a VIP",
                    () -> as(moderator)
                            .get("/api/rooms/" + room + "/viewers")
                            .body()
                            .path("viewers")
                            .path(0)
                            .path("role")
                            .asText()
                            .equals("vip"));
        }
    }

    @Test
    void othersAreRefusedAndEverybodyMayAskForOneself() throws Exception {
        String room = "viewers-may";
        admin.post("/api/rooms", "{\"id\":\"" + room + "\"}");
        String viewer = hub.token("ann");
        String elsewhere = token("mod", "default", Map.of("viewers-other", Role.MODERATOR), false, Profile.NO_LEVEL);
        String otherTenant = token("boss", "other-tenant", Map.of(), true, Profile.NO_LEVEL);
        for (String path : List.of("/viewers", "/viewers/bob", "/reports", "/reports/1")) {
            String of = "/api/rooms/" + room + path;
            for (String token : List.of(viewer, elsewhere)) {
                RoomHttp.Answer refused = as(token).get(of);
                assertEquals(403, refused.status(), of);
                assertEquals("forbidden", refused.code(), of);
            }
            assertEquals("no_such_room", as(otherTenant).get(of).code(), of);
            assertEquals(401, as(null).get(of).status(), of);
        }
        assertEquals(
                "bad_field",
                admin.get("/api/rooms/" + room + "/viewers?limit=201").code());
        assertEquals(
                "bad_field",
                admin.get("/api/rooms/" + room + "/viewers?cursor=%20").code());
        assertEquals("bad_field", admin.get("/api/rooms/" + room + "/reports/0").code());
        assertEquals("not_found", admin.get("/api/rooms/" + room + "/reports/1").code());
        assertEquals(
                "no_such_room", admin.get("/api/rooms/viewers-none/viewers").code());
        try (Clients clients = new Clients(1)) {
            assertEquals(
                    Json.MAPPER.readTree("{\"user\":\"ann\",\"here\":false,\"connections\":0}"),
                    awaitAnswer(as(viewer), "/api/rooms/" + room + "/viewers/ann"));
            enter(clients, 2, "web", viewer, room);
            Eventually.await(
                    NUMBERS_MAX,
                    "ann is here",
                    () -> as(viewer)
                            .get("/api/rooms/" + room + "/viewers/ann")
                            .body()
                            .path("here")
                            .booleanValue());
            assertEquals(
                    Json.MAPPER.readTree("{\"user\":\"ann\",\"here\":true,\"connections\":1}"),
                    admin.get("/api/rooms/" + room + "/viewers/ann").body());
        }
    }

    private static JsonNode awaitAnswer(RoomHttp http, String path) {
        RoomHttp.Answer[] last = new RoomHttp.Answer[1];
        Eventually.await(NUMBERS_MAX, path, () -> {
            last[0] = http.get(path);
            return last[0].status() == 200;
        });
        return last[0].body();
    }

    @Test
    void aClientSaysWithAuthWhatItIsOnAndOnlyOfTheList() throws Exception {
        String room = "viewers-kind";
        admin.post("/api/rooms", "{\"id\":\"" + room + "\"}");
        try (Said said = new Said(hub.webSocket(1))) {
            String auth = "{\"op\":\"auth\",\"id\":%d,\"token\":\"" + hub.token("ann") + "\",\"client\":\"%s\"}";
            assertEquals(
                    "bad_field",
                    said.ask(String.format(auth, 1, "fridge")).at("/error/code").asText());
            assertTrue(said.ask(String.format(auth, 2, "android")).has("ok"));
            assertTrue(said.ask("{\"op\":\"join\",\"id\":3,\"room\":\"" + room + "\"}")
                    .has("ok"));
            awaitPresence(room, 1, "{\"android\":1}");
            // it was counted by then
            assertTrue(said.ask(String.format(auth, 4, "tv")).has("ok"));
            assertTrue(said.ask("{\"op\":\"leave\",\"id\":5,\"room\":\"" + room + "\"}")
                    .has("ok"));
            awaitPresence(room, 0, "{}");
        }
        Throwable refused = assertThrows(
                        ExecutionException.class,
                        () -> HttpClient.newHttpClient()
                                .newWebSocketBuilder()
                                .buildAsync(
                                        URI.create(hub.webSocket(1) + "?client=fridge"), new WebSocket.Listener() {})
                                .get(ANSWER_S, TimeUnit.SECONDS))
                .getCause();
        assertEquals(
                400,
                assertInstanceOf(WebSocketHandshakeException.class, refused)
                        .getResponse()
                        .statusCode());
    }

    /** A socket that asks one thing after the other; all else that it is told it passes over. */
    private static final class Said implements AutoCloseable, WebSocket.Listener {
        private final WebSocket socket;
        private final StringBuilder text = new StringBuilder();
        private volatile CompletableFuture<JsonNode> answer = new CompletableFuture<>();

        Said(URI uri) throws Exception {
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .subprotocols("danmaku.v1.json")
                    .buildAsync(uri, this)
                    .get(ANSWER_S, TimeUnit.SECONDS);
        }

        JsonNode ask(String command) throws Exception {
            answer = new CompletableFuture<>();
            socket.sendText(command, true).get(ANSWER_S, TimeUnit.SECONDS);
            return answer.get(ANSWER_S, TimeUnit.SECONDS);
        }

        @Override
        public CompletableFuture<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    JsonNode told = Json.MAPPER.readTree(text.toString());
                    if (told.has("re")) {
                        answer.complete(told);
                    }
                } catch (java.io.IOException notJson) {
                    answer.completeExceptionally(notJson);
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public void close() {
            socket.abort();
        }
    }

    private long membershipRecords() throws Exception {
        return new RoomHttp(URI.create(hub.address("pulsarAdmin")), null)
                .get("/admin/v2/" + Topics.membership().replace("://", "/") + "/stats")
                .body()
                .path("msgInCounter")
                .longValue();
    }

    @Test
    void ofMoreThanAThousandASampleIsToldWithTheHighestRanks() throws Exception {
        String room = "viewers-many";
        int many = 1_040;
        admin.post("/api/rooms", "{\"id\":\"" + room + "\",\"policy\":{\"enterPerSecond\":" + ENTER_PER_SECOND + "}}");
        AtomicInteger stats = new AtomicInteger();
        AtomicInteger enters = new AtomicInteger();
        try (Clients clients = new Clients(2)) {
            String mod = token("mod", "default", Map.of(room, Role.MODERATOR), false, 1);
            HubClient watches = clients.open(
                    ClientOptions.of(List.of(URI.create(hub.webSocket(1) + "?client=web")), () -> mod),
                    new HubListener() {
                        @Override
                        public void stats(String of, JsonNode told) {
                            stats.incrementAndGet();
                        }

                        @Override
                        public void batch(String of, JsonNode batch) {
                            batch.path("events")
                                    .forEach(event -> enters.addAndGet(
                                            event.path("t").asText().equals("enter") ? 1 : 0));
                        }
                    });
            assertTrue(watches.join(room).get(ANSWER_S, TimeUnit.SECONDS).acknowledged());
            long recordsBefore = membershipRecords();
            long beganNs = System.nanoTime();
            List<HubClient> all = new ArrayList<>();
            List<CompletableFuture<?>> joins = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                String token = token("many-" + i, "default", Map.of(), false, i % 500);
                URI uri = URI.create(hub.webSocket(1 + i % 2) + "?client=bot");
                HubClient client = clients.open(ClientOptions.of(List.of(uri), () -> token), new HubListener() {});
                all.add(client);
                joins.add(client.join(room));
            }
            CompletableFuture.allOf(joins.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            awaitPresence(room, many + 1, "{\"bot\":" + many + ",\"web\":1}");
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNs) + 1;
            long records = membershipRecords() - recordsBefore;
            String seen = stats + " stats, " + enters + " enters, " + records + " records of membership in " + seconds
                    + " s of " + many + " joins";
            System.out.println(seen);
            assertTrue(stats.get() <= seconds / 2 + 2, seen);
            assertTrue(enters.get() > 0 && enters.get() <= TestHub.EDGES * ENTER_PER_SECOND * (seconds + 1), seen);
            assertTrue(records <= RECORDS_PER_SECOND * (seconds + 1), seen);
            JsonNode sample =
                    admin.get("/api/rooms/" + room + "/viewers?limit=30").body();
            assertTrue(sample.path("sampled").booleanValue());
            assertTrue(sample.path("cursor").isNull());
            Set<String> users = new HashSet<>();
            sample.path("viewers").forEach(one -> users.add(one.path("user").asText()));
            assertEquals(30, users.size());
            assertEquals(20, sample.path("top").size());
            assertEquals("mod", sample.path("top").get(0).path("user").asText());
            assertEquals(499, sample.path("top").get(1).path("level").intValue());
            assertEquals(499, sample.path("top").get(2).path("level").intValue());
            assertEquals(498, sample.path("top").get(3).path("level").intValue());
            assertEquals(
                    1,
                    admin.get("/api/rooms/" + room + "/viewers/many-17")
                            .body()
                            .path("connections")
                            .intValue());
            all.forEach(HubClient::close);
            awaitPresence(room, 1, "{\"web\":1}");
            JsonNode page = admin.get("/api/rooms/" + room + "/viewers").body();
            assertFalse(page.path("sampled").booleanValue());
            assertEquals(1, page.path("viewers").size());
        }
    }

    @Test
    void anyInstanceAnswersAndTheNextOneWhenTheCountingOneIsKilled() throws Exception {
        String room = "viewers-over";
        admin.post("/api/rooms", "{\"id\":\"" + room + "\"}");
        try (Clients clients = new Clients(1);
                OwnService other = OwnService.start(hub, OwnService.Kind.ROOM_SERVICE, Map.of())) {
            enter(clients, 1, "web", hub.token("ann"), room);
            enter(clients, 2, "ios", hub.token("bob"), room);
            awaitPresence(room, 2, "{\"web\":1,\"ios\":1}");
            RoomHttp second = new RoomHttp(other.address(), hub.adminToken());
            for (RoomHttp asked : List.of(admin, second)) {
                JsonNode listed = awaitAnswer(asked, "/api/rooms/" + room + "/viewers");
                assertEquals(2, listed.path("viewers").size());
            }
            hub.kill9("room-service");
            Eventually.await(NUMBERS_MAX, "the second one knows who is there", () -> {
                RoomHttp.Answer now = second.get("/api/rooms/" + room + "/viewers");
                return now.status() == 200 && now.body().path("viewers").size() == 2;
            });
            hub.awaitBack("room-service");
            Eventually.await(NUMBERS_MAX, "the first one says so too", () -> {
                RoomHttp.Answer now = admin.get("/api/rooms/" + room + "/viewers");
                return now.status() == 200 && now.body().path("viewers").size() == 2;
            });
            other.stop();
        }
        Eventually.await(
                NUMBERS_MAX,
                "the first one counts again",
                () -> admin.get("/api/rooms/" + room + "/viewers").status() == 200);
    }
}
