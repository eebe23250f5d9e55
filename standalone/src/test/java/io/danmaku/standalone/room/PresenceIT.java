package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How many are there, added up over two edges. */
class PresenceIT {
    private static final Duration NUMBERS_MAX = Duration.ofSeconds(20);
    /**
     * As documented. An edge is dead 3 s after its last lease, by a clock that goes on with each record of the log, and every second at the
     * latest; then who watches is told at once.
     */
    private static final Duration DEAD_MAX = Duration.ofSeconds(5);

    private final TestHub hub = TestHub.get();
    private final RoomHttp rooms = new RoomHttp(hub.roomService(), hub.adminToken());

    /** A viewer of one connection to one edge: when that ends it stays away. */
    private HubClient viewer(Clients clients, int edge, String user, String room) throws Exception {
        return viewer(clients, edge, user, room, "other");
    }

    private HubClient viewer(Clients clients, int edge, String user, String room, String kind) throws Exception {
        URI uri = URI.create(hub.webSocket(edge) + "?client=" + kind);
        HubClient client = clients.open(
                ClientOptions.of(List.of(uri), () -> hub.token(user)).once(), new HubListener() {});
        assertTrue(client.join(room).get(20, TimeUnit.SECONDS).acknowledged());
        return client;
    }

    private int online(String room) throws Exception {
        RoomHttp.Answer now = rooms.get("/api/rooms/" + room + "/presence");
        assertEquals(200, now.status());
        return now.body().path("online").intValue();
    }

    private void awaitNumbers(String room, int online, int users) {
        Eventually.await(NUMBERS_MAX, online + " viewers, " + users + " users in " + room, () -> {
            JsonNode now = rooms.get("/api/rooms/" + room + "/presence").body();
            return now.path("online").intValue() == online && now.path("users").intValue() == users;
        });
    }

    @Test
    void viewersOnBothEdgesAreCountedAndUsersOnce() throws Exception {
        rooms.post("/api/rooms", "{\"id\":\"pres-sum\"}");
        try (Clients clients = new Clients(1)) {
            HubClient first = viewer(clients, 1, "p1", "pres-sum");
            HubClient second = viewer(clients, 2, "p1", "pres-sum");
            HubClient third = viewer(clients, 2, "p2", "pres-sum");
            awaitNumbers("pres-sum", 3, 2);
            assertTrue(first.chat("pres-sum", "c1", "hello")
                    .get(20, TimeUnit.SECONDS)
                    .acknowledged());
            Eventually.await(
                    NUMBERS_MAX,
                    "the chat counts",
                    () -> rooms.get("/api/rooms/pres-sum/presence")
                                    .body()
                                    .path("perMinute")
                                    .intValue()
                            >= 1);
            third.close();
            awaitNumbers("pres-sum", 2, 1);
            second.close();
            first.close();
            awaitNumbers("pres-sum", 0, 0);
            assertEquals(
                    3,
                    rooms.get("/api/rooms/pres-sum/presence")
                            .body()
                            .path("peak")
                            .intValue());
        }
    }

    @Alone
    @Test
    void theViewersOfAKilledEdgeAreTakenOut() throws Exception {
        rooms.post("/api/rooms", "{\"id\":\"pres-kill\"}");
        AtomicReference<JsonNode> told = new AtomicReference<>();
        try (Clients clients = new Clients(1)) {
            HubClient watches = clients.open(
                    ClientOptions.of(List.of(URI.create(hub.webSocket(1) + "?client=web")), () -> hub.token("p1"))
                            .once(),
                    new HubListener() {
                        @Override
                        public void stats(String of, JsonNode stats) {
                            told.set(stats);
                        }
                    });
            assertTrue(watches.join("pres-kill").get(20, TimeUnit.SECONDS).acknowledged());
            viewer(clients, 2, "p1", "pres-kill", "ios");
            viewer(clients, 2, "p2", "pres-kill", "tv");
            awaitNumbers("pres-kill", 3, 2);
            assertEquals(
                    Json.object().put("web", 1).put("ios", 1).put("tv", 1),
                    rooms.get("/api/rooms/pres-kill/presence").body().path("devices"));
            long killedNs = System.nanoTime();
            hub.kill9("edge-2");
            Eventually.await(
                    DEAD_MAX,
                    "the one who stays is told who remains",
                    () -> told.get().path("online").intValue() == 1);
            System.out.println("a killed edge's viewers are out of the numbers after "
                    + (System.nanoTime() - killedNs) / 1_000_000 + " ms");
            assertEquals(1, told.get().path("users").intValue());
            assertEquals(Json.object().put("web", 1), told.get().path("devices"));
            hub.awaitBack("edge-2");
            viewer(clients, 2, "p3", "pres-kill");
            awaitNumbers("pres-kill", 2, 2);
        }
    }

    @Test
    void aRestartedRoomServiceCountsTheSame() throws Exception {
        rooms.post("/api/rooms", "{\"id\":\"pres-over\"}");
        try (Clients clients = new Clients(1)) {
            viewer(clients, 1, "p1", "pres-over");
            viewer(clients, 2, "p2", "pres-over");
            awaitNumbers("pres-over", 2, 2);
            hub.kill9("room-service");
            hub.awaitBack("room-service");
            HubClient third = viewer(clients, 1, "p3", "pres-over");
            awaitNumbers("pres-over", 3, 3);
            third.close();
            awaitNumbers("pres-over", 2, 2);
        }
    }

    @Alone
    @Test
    void aStoppedPulsarEmptiesNoRoom() throws Exception {
        String room = "pres-pause";
        rooms.post("/api/rooms", "{\"id\":\"pres-pause\"}");
        AtomicInteger lowest = new AtomicInteger(Integer.MAX_VALUE);
        try (Clients clients = new Clients(1)) {
            HubClient told = clients.open(
                    ClientOptions.of(List.of(hub.webSocket(1)), () -> hub.token("p1"))
                            .once(),
                    new HubListener() {
                        @Override
                        public void stats(String of, JsonNode stats) {
                            lowest.accumulateAndGet(stats.path("online").intValue(), Math::min);
                        }
                    });
            assertTrue(told.join(room).get(20, TimeUnit.SECONDS).acknowledged());
            viewer(clients, 1, "p2", room);
            viewer(clients, 2, "p3", room);
            awaitNumbers(room, 3, 3);
            lowest.set(3);
            hub.pause("pulsar");
            try {
                // each waits 5 s for its result: together longer than an edge may be silent
                for (int i = 0; i < 2; i++) {
                    CompletableFuture<Answer> inVain = told.request(chat(room, "c" + i));
                    Eventually.await(NUMBERS_MAX, "the send has an outcome", () -> {
                        lowest.accumulateAndGet(online(room), Math::min);
                        return inVain.isDone();
                    });
                    assertEquals("pending", inVain.join().code());
                }
            } finally {
                hub.resume("pulsar");
            }
            // counting goes on, and longer than it takes to give up an edge
            for (int i = 0; i < 3; i++) {
                HubClient comes = viewer(clients, 2, "p4", room);
                awaitOnline(room, 4, lowest);
                comes.close();
                awaitOnline(room, 3, lowest);
            }
            awaitNumbers(room, 3, 3);
            assertEquals(3, lowest.get(), "the room never looked emptier than it was");
        }
    }

    private static ObjectNode chat(String room, String cid) {
        ObjectNode send = Json.object().put("op", "send").put("room", room).put("t", "chat");
        send.put("cid", cid).putObject("d").put("text", "hello");
        return send;
    }

    private void awaitOnline(String room, int expected, AtomicInteger lowest) {
        Eventually.await(NUMBERS_MAX, expected + " viewers in " + room, () -> {
            int now = online(room);
            lowest.accumulateAndGet(now, Math::min);
            return now == expected;
        });
    }
}
