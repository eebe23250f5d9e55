package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How many are there, added up over two edges. */
class PresenceIT {
    private static final Duration NUMBERS_MAX = Duration.ofSeconds(20);

    private final TestHub hub = TestHub.get();
    private final RoomHttp rooms = new RoomHttp(hub.roomService(), hub.adminToken());

    /** A viewer of one connection to one edge: when that ends it stays away. */
    private HubClient viewer(Clients clients, int edge, String user, String room) throws Exception {
        HubClient client = clients.open(
                ClientOptions.of(List.of(hub.webSocket(edge)), () -> hub.token(user))
                        .once(),
                new HubListener() {});
        assertTrue(client.join(room).get(20, TimeUnit.SECONDS).acknowledged());
        return client;
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

    @Test
    void theViewersOfAKilledEdgeAreTakenOut() throws Exception {
        rooms.post("/api/rooms", "{\"id\":\"pres-kill\"}");
        try (Clients clients = new Clients(1)) {
            viewer(clients, 1, "p1", "pres-kill");
            viewer(clients, 2, "p2", "pres-kill");
            awaitNumbers("pres-kill", 2, 2);
            hub.kill9("edge-2");
            awaitNumbers("pres-kill", 1, 1);
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
}
