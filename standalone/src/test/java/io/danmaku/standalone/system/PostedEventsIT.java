package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Gifts and super chats that a product's backend puts into rooms, with idempotency keys. */
final class PostedEventsIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration BACK_MAX = Duration.ofSeconds(60);
    private static final int SAME_TIME = 12;

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    private static Map<String, Object> gift(String user, String gift, int count) {
        return Map.of(
                "t",
                "gift",
                "user",
                Map.of("id", user, "name", "Ann"),
                "d",
                Map.of("gift", gift, "count", count, "value", 100L * count, "currency", "CNY"));
    }

    private HubApi.Reply post(String room, String key, Map<String, ?> event) {
        return api.post(hub.adminToken(), room, key, event);
    }

    @Test
    void aGiftReachesBothEdgesOnceHoweverOftenItIsPosted() {
        String room = api.createRoom("gift", Map.of());
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, "here", 1);
                Witness there = Witness.viewer(clients, hub, "there", 2)) {
            here.join(room);
            there.join(room);
            HubApi.Reply first = post(room, "order/17", gift("7", "rose", 3));
            assertEquals(201, first.status(), first::toString);
            long o = first.body().get("o").asLong();
            HubApi.Reply again = post(room, "order/17", gift("7", "rose", 3));
            assertEquals(201, again.status(), again::toString);
            assertEquals(first.body(), again.body(), "the same answer");

            Map<String, Object> combo = Map.of("gift", "rose", "count", 1, "combo", 4);
            HubApi.Reply fourth =
                    post(room, "order/17b", Map.of("t", "gift", "user", Map.of("id", "7", "name", "Ann"), "d", combo));
            assertEquals(201, fourth.status(), fourth::toString);
            long inARow = fourth.body().get("o").asLong();
            HubApi.Reply chat = post(
                    room,
                    "order/18",
                    Map.of(
                            "t",
                            "superchat",
                            "user",
                            Map.of("id", "8"),
                            "d",
                            Map.of("text", "good song", "value", 500, "currency", "USD")));
            assertEquals(201, chat.status(), chat::toString);
            long last = chat.body().get("o").asLong();
            for (Witness witness : List.of(here, there)) {
                witness.awaitCovered(last, SOON);
                assertEquals(
                        List.of(o, inARow), List.copyOf(witness.events("gift").keySet()));
                assertEquals(
                        4, witness.events("gift").get(inARow).at("/d/combo").asInt());
                JsonNode told = witness.events("gift").get(o);
                assertEquals("{\"id\":\"7\",\"name\":\"Ann\"}", told.get("u").toString());
                assertEquals(
                        "{\"gift\":\"rose\",\"count\":3,\"value\":300,\"currency\":\"CNY\"}",
                        told.get("d").toString());
                assertEquals(first.body().get("ts"), told.get("ts"));
                assertEquals(
                        "{\"text\":\"good song\",\"seconds\":60,\"value\":500,\"currency\":\"USD\"}",
                        witness.events("superchat").get(last).get("d").toString());
                witness.assertClean();
            }
            assertEquals(
                    "8", here.events("superchat").get(last).get("u").get("name").asText());
            assertTrue(here.history(room).containsKey(o));
        }
    }

    @Test
    void postsOfOneKeyAtTheSameTimeMakeOneEvent() {
        String room = api.createRoom("same", Map.of());
        try (Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, "v", 1)) {
            viewer.join(room);
            List<CompletableFuture<HubApi.Reply>> posting = IntStream.range(0, SAME_TIME)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> post(room, "k", gift("7", "rose", 1))))
                    .toList();
            List<HubApi.Reply> replies =
                    posting.stream().map(CompletableFuture::join).toList();
            for (HubApi.Reply reply : replies) {
                assertEquals(replies.get(0), reply);
                assertEquals(201, reply.status(), reply::toString);
            }
            long o = replies.get(0).body().get("o").asLong();
            long last = viewer.say(room, "end", "end");
            viewer.awaitCovered(last, SOON);
            assertEquals(List.of(o), List.copyOf(viewer.events("gift").keySet()));
            viewer.assertClean();
        }
    }

    @Test
    void aViewerCannotTakeAGiftsPlaceByItsKey() {
        String room = api.createRoom("guess", Map.of());
        try (Clients clients = new Clients(1);
                Witness guesser = Witness.viewer(clients, hub, room + ".g", 1)) {
            guesser.join(room);
            long chat = guesser.say(room, "order-1", "mine");
            HubApi.Reply posted = post(room, "order-1", gift(guesser.user(), "rose", 1));
            assertEquals(201, posted.status(), posted::toString);
            long o = posted.body().get("o").asLong();
            assertTrue(o > chat);
            guesser.awaitCovered(o, SOON);
            assertTrue(guesser.events("gift").containsKey(o));
            Answer own = guesser.wait(guesser.client()
                    .send(
                            room,
                            "gift",
                            "x",
                            JsonNodeFactory.instance.objectNode().put("gift", "rose")));
            assertEquals("forbidden", own.code());
        }
    }

    @Test
    void whoMayNotOrAsksForTheImpossibleIsToldSo() {
        String room = api.createRoom("refuse", Map.of());
        Map<String, Object> gift = gift("7", "rose", 1);
        assertRefused(403, "forbidden", api.post(hub.hostToken("7", room), room, "k", gift));
        assertRefused(403, "forbidden", api.post(hub.token("7"), room, "k", gift));
        assertRefused(401, "bad_token", api.post("nonsense", room, "k", gift));
        assertRefused(404, "no_such_room", post("no-such-room", "k", gift));
        assertRefused(400, "bad_field", post(room, "two words", gift));
        assertRefused(400, "bad_field", post(room, "x".repeat(65), gift));
        assertRefused(400, "bad_field", post(room, "k", Map.of("t", "gift", "d", Map.of("gift", "rose"))));
        assertRefused(400, "bad_field", post(room, "k", Map.of("t", "chat", "d", Map.of("text", "hi"))));
        assertRefused(400, "bad_field", post(room, "k", gift("7", "rose", 0)));
        assertRefused(400, "bad_field", post(room, "k", gift("7/8", "rose", 1)));

        assertEquals(201, post(room, "k", gift).status());
        assertRefused(409, "conflict", post(room, "k", gift("7", "rose", 2)));
        assertEquals(201, post(room, "k2", gift("7", "rose", 2)).status());

        String passing = api.createRoom("passing", "ephemeral", Map.of());
        assertRefused(422, "unsupported", post(passing, "k", gift));
        HubApi.Reply before = post(room, "k", gift);
        api.closeRoom(room);
        assertEquals(before, post(room, "k", gift), "what is known is told of a closed room, too");
        assertRefused(410, "room_closed", post(room, "k3", gift));
    }

    private static void assertRefused(int status, String code, HubApi.Reply reply) {
        assertEquals(status, reply.status(), reply::toString);
        assertEquals(code, reply.body().path("code").asText(), reply::toString);
    }

    @Test
    void giftsPostedWhileRoomServiceIsKilledAreThereOnce() throws Exception {
        String room = api.createRoom("killed", Map.of());
        try (Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, "v", 2)) {
            viewer.join(room);
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger keys = new AtomicInteger();
            Map<Integer, Long> places = new ConcurrentHashMap<>();
            List<CompletableFuture<Void>> backends = new ArrayList<>();
            for (int b = 0; b < 4; b++) {
                backends.add(CompletableFuture.runAsync(() -> {
                    while (!over.get()) {
                        int n = keys.incrementAndGet();
                        HubApi.Reply[] reply = new HubApi.Reply[1];
                        Eventually.await(BACK_MAX, "gift " + n, () -> {
                            reply[0] = post(room, "g" + n, gift("7", "gift-" + n, 1));
                            return reply[0].status() != 503 && reply[0].status() != 504;
                        });
                        assertEquals(201, reply[0].status(), reply[0]::toString);
                        places.put(n, reply[0].body().get("o").asLong());
                    }
                }));
            }
            for (int kill = 0; kill < 2; kill++) {
                int before = places.size();
                Eventually.await(BACK_MAX, "gifts are posted", () -> places.size() > before + 40);
                hub.kill9("room-service");
                hub.awaitBack("room-service");
            }
            int before = places.size();
            Eventually.await(BACK_MAX, "and go on", () -> places.size() > before + 20);
            over.set(true);
            backends.forEach(CompletableFuture::join);

            long last = viewer.say(room, "end", "end");
            viewer.awaitCovered(last, SOON);
            NavigableMap<Long, String> told = new TreeMap<>();
            viewer.events("gift")
                    .forEach(
                            (o, event) -> told.put(o, event.get("d").get("gift").asText()));
            NavigableMap<Long, String> posted = new TreeMap<>();
            places.forEach((n, o) -> posted.put(o, "gift-" + n));
            assertEquals(posted, told, "each that was answered, once, where the answer says, and no other");
            assertEquals(keys.get(), told.size());
            viewer.assertClean();
        }
    }
}
