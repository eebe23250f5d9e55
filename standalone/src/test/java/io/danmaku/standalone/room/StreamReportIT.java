package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What is counted of a stream, over two edges, kills, and a Redis that is away; and what is written down at its end. */
class StreamReportIT {
    private static final Duration NUMBERS_MAX = Duration.ofSeconds(40);
    private static final long ANSWER_S = 20;

    private final TestHub hub = TestHub.get();
    private final RoomHttp admin = new RoomHttp(hub.roomService(), hub.adminToken());

    private HubClient enter(Clients clients, int edge, String user, String room) throws Exception {
        HubClient client = clients.open(
                ClientOptions.of(List.of(hub.webSocket(edge)), () -> hub.token(user))
                        .once(),
                new HubListener() {});
        assertTrue(client.join(room).get(ANSWER_S, TimeUnit.SECONDS).acknowledged());
        return client;
    }

    private static void say(HubClient client, String room, String cid) throws Exception {
        assertTrue(client.chat(room, cid, "hello " + cid)
                .get(ANSWER_S, TimeUnit.SECONDS)
                .acknowledged());
    }

    private JsonNode awaitPresence(String room, String what, Predicate<JsonNode> wanted) {
        JsonNode[] last = new JsonNode[1];
        Eventually.await(NUMBERS_MAX, what, () -> {
            RoomHttp.Answer now = admin.get("/api/rooms/" + room + "/presence");
            last[0] = now.body();
            return now.status() == 200 && wanted.test(now.body());
        });
        return last[0];
    }

    private static Predicate<JsonNode> has(String field, long value) {
        return now -> now.path(field).isNumber() && now.path(field).longValue() == value;
    }

    private void live(String room, boolean runs) {
        Eventually.await(
                NUMBERS_MAX,
                "live is " + runs,
                () -> admin.patch("/api/rooms/" + room, "{\"live\":" + runs + "}")
                                .status()
                        == 200);
    }

    @Test
    void eachStreamIsCountedAnewAndReportedAtItsEnd() throws Exception {
        String room = "report-two";
        admin.post("/api/rooms", "{\"id\":\"" + room + "\"}");
        try (Clients clients = new Clients(1)) {
            HubClient ann = enter(clients, 1, "ann", room);
            say(ann, room, "before");
            // what an edge tells late would be of the stream
            JsonNode before = awaitPresence(
                    room, "ann and her chat are counted", has("online", 1).and(has("perMinute", 1)));
            assertTrue(before.path("liveSince").isNull());
            assertTrue(before.path("messages").isNull());
            live(room, true);
            // the stream is known to who counts
            awaitPresence(room, "ann is a viewer of the stream", has("uniques", 1));
            HubClient bob = enter(clients, 2, "bob", room);
            HubClient second = enter(clients, 1, "bob", room);
            say(ann, room, "m1");
            say(bob, room, "m2");
            say(bob, room, "m3");
            JsonNode now = awaitPresence(
                    room,
                    "all is counted",
                    has("messages", 3).and(has("uniques", 2)).and(has("joins", 3)));
            assertEquals(3, now.path("peak").intValue());
            assertEquals(1, now.path("stream").intValue());
            assertTrue(now.path("liveSince").longValue() > 0);
            second.close();
            awaitPresence(room, "two remain", has("online", 2));
            JsonNode watched = awaitPresence(
                    room, "they watch", told -> told.path("watchSeconds").longValue() >= 5);
            live(room, false);
            JsonNode report = admin.get("/api/rooms/" + room + "/reports/1").body();
            assertEquals(1, report.path("stream").intValue());
            assertEquals(3, report.path("peak").intValue());
            assertEquals(2, report.path("uniques").intValue());
            assertEquals(3, report.path("messages").intValue());
            assertEquals(3, report.path("joins").intValue());
            assertEquals(now.path("liveSince"), report.path("from"));
            long seconds = (report.path("to").longValue() - report.path("from").longValue()) / 1_000 + 1;
            long watchSeconds = report.path("watchSeconds").longValue();
            assertTrue(watchSeconds >= watched.path("watchSeconds").longValue(), report.toString());
            assertTrue(watchSeconds <= 3 * seconds, report.toString());
            assertTrue(report.path("averageOnline").doubleValue() > 0, report.toString());

            awaitPresence(
                    room, "no stream is counted", told -> told.path("messages").isNull());
            live(room, true);
            JsonNode anew = awaitPresence(room, "the second one is counted", has("uniques", 2));
            assertEquals(2, anew.path("stream").intValue());
            assertEquals(0, anew.path("messages").intValue());
            assertEquals(2, anew.path("peak").intValue());
            say(ann, room, "m4");
            awaitPresence(room, "its message", has("messages", 1));
            assertEquals(200, admin.delete("/api/rooms/" + room).status());
            JsonNode page = admin.get("/api/rooms/" + room + "/reports?limit=1").body();
            assertEquals(1, page.path("reports").size());
            assertEquals(2, page.at("/reports/0/stream").intValue());
            assertEquals(1, page.at("/reports/0/messages").intValue());
            assertEquals("2", page.path("cursor").asText());
            page = admin.get("/api/rooms/" + room + "/reports?limit=1&cursor=2").body();
            assertEquals(1, page.at("/reports/0/stream").intValue());
            assertTrue(page.path("cursor").isNull());
        }
        // a moderator of the room reads them, and who made the room anew finds none
        RoomHttp moderator = new RoomHttp(
                hub.edge(2),
                hub.token(new Claims(
                        "mod",
                        "mod",
                        "default",
                        Map.of(room, Role.MODERATOR),
                        false,
                        System.currentTimeMillis() + 600_000)));
        assertEquals(
                2,
                moderator
                        .get("/api/rooms/" + room + "/reports")
                        .body()
                        .path("reports")
                        .size());
        assertEquals(201, admin.post("/api/rooms", "{\"id\":\"" + room + "\"}").status());
        assertEquals(
                0,
                moderator
                        .get("/api/rooms/" + room + "/reports")
                        .body()
                        .path("reports")
                        .size());
        assertEquals(
                "not_found", moderator.get("/api/rooms/" + room + "/reports/2").code());
    }

    @Test
    void aKilledCountingInstanceLosesNothingOfTheStream() throws Exception {
        String room = "report-kill";
        admin.post("/api/rooms", "{\"id\":\"" + room + "\",\"live\":true}");
        try (Clients clients = new Clients(1)) {
            HubClient ann = enter(clients, 1, "ann", room);
            HubClient bob = enter(clients, 2, "bob", room);
            awaitPresence(room, "both are counted", has("uniques", 2));
            say(ann, room, "k1");
            say(bob, room, "k2");
            JsonNode before = awaitPresence(
                    room,
                    "messages and watch time",
                    has("messages", 2).and(told -> told.path("watchSeconds").longValue() >= 10));
            hub.kill9("room-service");
            // nobody counts, and the edges go on
            say(ann, room, "k3");
            say(bob, room, "k4");
            HubClient cat = enter(clients, 2, "cat", room);
            say(cat, room, "k5");
            hub.awaitBack("room-service");
            JsonNode after = awaitPresence(
                    room,
                    "what came meanwhile",
                    has("messages", 5).and(has("joins", 3)).and(has("uniques", 3)));
            assertTrue(
                    after.path("watchSeconds").longValue()
                            >= before.path("watchSeconds").longValue(),
                    before + " then " + after);
            assertEquals(before.path("liveSince"), after.path("liveSince"));
            assertEquals(3, after.path("peak").intValue());
            live(room, false);
            Eventually.await(
                    NUMBERS_MAX,
                    "the report",
                    () -> admin.get("/api/rooms/" + room + "/reports/1").status() == 200);
            JsonNode report = admin.get("/api/rooms/" + room + "/reports/1").body();
            assertEquals(5, report.path("messages").intValue());
            assertEquals(3, report.path("uniques").intValue());
        }
    }

    @Test
    void whileRedisIsAwayUniquesAreNotKnownAndAllElseIsRight() throws Exception {
        String room = "report-redis";
        admin.post("/api/rooms", "{\"id\":\"" + room + "\",\"live\":true}");
        try (Clients clients = new Clients(1)) {
            HubClient ann = enter(clients, 1, "ann", room);
            enter(clients, 2, "bob", room);
            awaitPresence(room, "both are counted", has("uniques", 2));
            hub.pause("redis");
            try {
                enter(clients, 2, "cat", room);
                say(ann, room, "r1");
                awaitPresence(
                        room,
                        "uniques are not known",
                        has("online", 3)
                                .and(has("messages", 1))
                                .and(told -> told.path("uniques").isNull()));
            } finally {
                hub.resume("redis");
            }
            awaitPresence(room, "they are known again", has("uniques", 3));
            // and a Redis that may have forgotten everything
            hub.kill9("redis");
            hub.awaitBack("redis");
            enter(clients, 1, "dan", room);
            awaitPresence(room, "they go on", has("uniques", 4));
        }
    }
}
