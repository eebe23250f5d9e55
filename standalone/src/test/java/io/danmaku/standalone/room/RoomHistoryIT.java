package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A room's history over HTTP: all of it, in whatever way it is asked for, and nothing that was erased. */
final class RoomHistoryIT {
    private static final int SENDS = 300;
    /** {@code room.historyReads} */
    private static final int READS_MAX = 8;

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration IN_FORCE_MAX = Duration.ofSeconds(1);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private int cids;

    private RoomHttp edge(int number, String token) {
        return new RoomHttp(hub.edge(number), token);
    }

    /** Sends an event; its offset. */
    private long send(Witness who, String room, String type, ObjectNode detail) {
        Answer answer = who.wait(who.client().send(room, type, "h" + ++cids, detail));
        assertTrue(answer.acknowledged(), answer::toString);
        return answer.ok().get("o").asLong();
    }

    /** Posts a gift of a user; its offset. */
    private long gift(String room, String user) {
        HubApi.Reply reply = api.post(
                hub.adminToken(),
                room,
                "h" + ++cids,
                Map.of("t", "gift", "user", Map.of("id", user, "name", user), "d", Map.of("gift", "rose")));
        assertEquals(201, reply.status(), reply::toString);
        return reply.body().get("o").asLong();
    }

    /** Events of every type that is told by itself (likes are added up), one after another, of two users; their offsets. */
    private Set<Long> talk(String room, Witness a, Witness b) {
        Set<Long> sent = new TreeSet<>();
        for (int i = 0; i < SENDS; i++) {
            Witness who = i % 5 < 3 ? a : b;
            ObjectNode text = Json.object().put("text", "第 " + i + " 句");
            sent.add(
                    switch (i % 8) {
                        case 0 -> gift(room, who.user());
                        case 1 -> send(who, room, "announce", text);
                        case 2 ->
                            send(
                                    who,
                                    room,
                                    "state",
                                    Json.object().put("key", "k" + i % 3).put("value", i));
                        case 4 -> send(who, room, "app", Json.object().put("n", i));
                        default -> send(who, room, "chat", text);
                    });
        }
        return sent;
    }

    /** All pages, each from the next of these edges; fails when an event comes twice or out of order. */
    private static NavigableMap<Long, JsonNode> pages(
            List<RoomHttp> edges, String room, String query, boolean forward, int limit) throws Exception {
        NavigableMap<Long, JsonNode> found = new TreeMap<>();
        String next = forward ? "&after=0" : "";
        for (int page = 0; ; page++) {
            JsonNode body = page(edges.get(page % edges.size()), room, "?limit=" + limit + query + next);
            assertTrue(body.get("events").size() <= limit);
            assertFalse(body.has("gap"), body::toString);
            NavigableMap<Long, JsonNode> events = new TreeMap<>();
            long last = 0;
            for (JsonNode event : body.get("events")) {
                long offset = event.get("o").asLong();
                assertTrue(offset > last, "the oldest first");
                last = offset;
                events.put(offset, event);
            }
            if (!events.isEmpty() && !found.isEmpty()) {
                assertTrue(
                        forward ? events.firstKey() > found.lastKey() : events.lastKey() < found.firstKey(),
                        () -> "pages overlap: " + events.keySet());
            }
            found.putAll(events);
            if (!body.get("more").booleanValue()) {
                return found;
            }
            String name = forward ? "after" : "before";
            next = "&" + name + "=" + body.at("/next/" + name).asLong();
        }
    }

    private static JsonNode page(RoomHttp edge, String room, String query) throws Exception {
        RoomHttp.Answer answer = edge.get("/api/rooms/" + room + "/events" + query);
        assertEquals(200, answer.status(), () -> query + ": " + answer);
        return answer.body();
    }

    private static NavigableMap<Long, JsonNode> only(NavigableMap<Long, JsonNode> events, String path, Set<String> of) {
        NavigableMap<Long, JsonNode> some = new TreeMap<>(events);
        some.values().removeIf(event -> !of.contains(event.at(path).asText()));
        return some;
    }

    /** Bans a user from being heard, and returns the sanction when it is in force on that user's edge. */
    private String shadow(String room, Witness user, Witness other) {
        HubApi.Reply reply = api.sanction(room, user.user(), "shadow");
        assertEquals(201, reply.status(), reply::toString);
        Eventually.await(SOON, user.user() + " is heard no more", () -> {
            long o = user.say(room, "h" + ++cids, "am I heard?");
            other.awaitCovered(o, SOON);
            return !other.events().containsKey(o);
        });
        return reply.body().get("id").asText();
    }

    @Test
    void everyEventIsThereOnceBothWaysByTypeByTimeAndByUserAlsoWhenAnEdgeDiesBetweenTwoPages() throws Exception {
        String room = api.createRoom("pages", Map.of("bestEffortPerSecond", 0));
        NavigableMap<Long, JsonNode> all;
        String userB = room + ".b";
        try (Clients clients = new Clients(1);
                Witness a = Witness.connect(clients, hub, room + ".a", hub.adminToken(room + ".a"), 1);
                Witness b = Witness.connect(clients, hub, userB, hub.adminToken(userB), 2);
                Witness unheard = Witness.viewer(clients, hub, room + ".u", 2)) {
            for (Witness witness : List.of(a, b, unheard)) {
                witness.join(room);
            }
            shadow(room, unheard, a);
            long first = a.say(room, "twice", "once");
            Set<Long> sent = talk(room, a, b);
            assertEquals(first, a.say(room, "twice", "once"), "a repeat is the first one");
            long hidden = unheard.say(room, "hidden", "hidden");
            long last = b.say(room, "last", "last");
            a.awaitCovered(last, SOON);
            b.awaitCovered(last, SOON);
            all = a.events();
            assertTrue(all.keySet().containsAll(sent), "who was there saw all of it");
            assertFalse(all.containsKey(hidden));
        }
        String viewer = hub.token(room + ".viewer");
        List<RoomHttp> both = List.of(edge(1, viewer), edge(2, viewer));
        assertEquals(all, pages(both, room, "", false, 50));
        assertEquals(all, pages(both, room, "", true, 37));
        assertEquals(all, pages(both, room, "", true, 500));

        Set<String> types = Set.of("gift", "announce");
        for (boolean forward : new boolean[] {false, true}) {
            assertEquals(only(all, "/t", types), pages(both, room, "&type=gift,announce", forward, 10));
            List<RoomHttp> mine = List.of(edge(1, hub.token(userB)), edge(2, hub.adminToken()));
            assertEquals(only(all, "/u/id", Set.of(userB)), pages(mine, room, "&user=" + userB, forward, 33));
            assertStretchesOfTime(both, room, all, forward);
        }

        JsonNode newest = page(both.get(0), room, "?limit=40");
        hub.kill9("edge-1");
        NavigableMap<Long, JsonNode> rest = pages(
                List.of(both.get(1)),
                room,
                "&before=" + newest.at("/next/before").asLong(),
                true,
                100);
        hub.awaitBack("edge-1");
        newest.get("events").forEach(event -> rest.put(event.get("o").asLong(), event));
        assertEquals(all, rest);
        assertEquals(all, pages(List.of(both.get(0)), room, "", false, 100), "of an edge that knows the log alone");
    }

    /** Stretches that follow on one another have each event once, and none that is not of their time. */
    private static void assertStretchesOfTime(
            List<RoomHttp> edges, String room, NavigableMap<Long, JsonNode> all, boolean forward) throws Exception {
        List<Long> times =
                all.values().stream().map(event -> event.get("ts").asLong()).toList();
        long t1 = times.get(times.size() / 3);
        long t2 = times.get(times.size() * 2 / 3);
        NavigableMap<Long, JsonNode> middle = pages(edges, room, "&from=" + t1 + "&to=" + t2, forward, 20);
        assertTrue(middle.size() > 20, "several pages");
        middle.values()
                .forEach(event -> assertTrue(
                        event.get("ts").asLong() >= t1 && event.get("ts").asLong() < t2, event::toString));
        NavigableMap<Long, JsonNode> together = new TreeMap<>(middle);
        together.putAll(pages(edges, room, "&to=" + t1, forward, 60));
        together.putAll(pages(edges, room, "&from=" + t2, forward, 60));
        assertEquals(all, together);
        assertEquals(Map.of(), pages(edges, room, "&from=" + (times.get(times.size() - 1) + 1), forward, 60));
        assertEquals(Map.of(), pages(edges, room, "&to=" + times.get(0), forward, 60));
        assertEquals(Map.of(), pages(edges, room, "&from=" + t2 + "&to=" + t1, forward, 60));
    }

    @Alone
    @Test
    void whatAUserWroteIsFoundAndErasedAlsoStatesAndWhatNobodyWasShown() throws Exception {
        String room = api.createRoom("erased", Map.of());
        String user = room + ".w";
        Claims moderator = new Claims(
                user,
                user,
                Ids.DEFAULT_TENANT,
                Map.of(room, Role.MODERATOR),
                false,
                System.currentTimeMillis() + SOON.toMillis() * 10);
        String found = "?user=" + user;
        List<RoomHttp> both = List.of(edge(1, hub.adminToken()), edge(2, hub.adminToken()));
        try (Clients clients = new Clients(1);
                Witness other = Witness.viewer(clients, hub, room + ".o", 1);
                Witness writer = Witness.connect(clients, hub, user, hub.token(moderator), 2)) {
            other.join(room);
            writer.join(room);
            List<Long> wrote = new ArrayList<>(List.of(
                    send(writer, room, "chat", Json.object().put("text", "a chat")),
                    send(writer, room, "state", Json.object().put("key", "song").put("value", "mine")),
                    gift(room, user),
                    send(writer, room, "announce", Json.object().put("text", "an announcement"))));
            long kept = other.say(room, "kept", "kept");
            String sanction = shadow(room, writer, other);
            long hidden =
                    send(writer, room, "state", Json.object().put("key", "song").put("value", "hidden"));
            other.awaitCovered(hidden, SOON);
            // what was said before the ban was in force
            other.events("chat").forEach((o, event) -> {
                if (o > kept) {
                    wrote.add(o);
                }
            });
            Eventually.await(SOON, "it is found", () -> {
                for (RoomHttp edge : both) {
                    assertEquals(wrote, offsets(page(edge, room, found)));
                }
                return true;
            });

            HubApi.Reply erased = api.delete(hub.adminToken(), room, found);
            assertEquals(200, erased.status(), erased::toString);
            assertTrue(erased.body().get("to").asLong() >= hidden);
            Eventually.await(IN_FORCE_MAX, "it is served nowhere", () -> {
                for (RoomHttp edge : both) {
                    assertEquals(List.of(), offsets(page(edge, room, found)));
                    assertEquals(List.of(kept), offsets(page(edge, room, "?type=chat,state,gift,announce")));
                }
                return true;
            });
            long goneAt = erased.body().get("bytesGoneAt").asLong();
            assertTrue(
                    goneAt
                            >= erased.body().get("at").asLong()
                                    + Duration.ofHours(24).toMillis(),
                    erased::toString);

            assertTrue(api.unmute(room, sanction).status() < 300);
            long[] heard = new long[1];
            Eventually.await(SOON, "heard again", () -> {
                heard[0] = writer.say(room, "h" + ++cids, "heard again");
                other.awaitCovered(heard[0], SOON);
                return other.events().containsKey(heard[0]);
            });
            for (RoomHttp edge : both) {
                Eventually.await(
                        SOON,
                        "what was hidden stays hidden",
                        () -> offsets(page(edge, room, found)).equals(List.of(heard[0])));
            }
            try (Witness late = Witness.viewer(clients, hub, room + ".late", 2)) {
                late.joined(c -> c.joinSince(room, 0, null));
                late.awaitCovered(heard[0], SOON);
                assertEquals(List.of("kept", "heard again"), late.texts());
                assertTrue(late.events("state").isEmpty());
                assertTrue(late.events("gift").isEmpty());
            }
        }
    }

    private static List<Long> offsets(JsonNode page) {
        List<Long> offsets = new ArrayList<>();
        page.get("events").forEach(event -> offsets.add(event.get("o").asLong()));
        return offsets;
    }

    @Test
    void whoMayNotReadIsToldWhy() throws Exception {
        String room = api.createRoom("refused", Map.of());
        String path = "/api/rooms/" + room + "/events";
        String viewer = hub.token(room + ".v");
        awaitStatus(200, viewer, path);
        assertRefused(401, "unauthenticated", edge(1, null).get(path));
        Claims stranger =
                new Claims("7", "7", "other", Map.of(), true, System.currentTimeMillis() + SOON.toMillis() * 10);
        assertRefused(404, "no_such_room", edge(1, hub.token(stranger)).get(path));
        assertRefused(403, "forbidden", edge(1, viewer).get(path + "?user=somebody"));
        assertRefused(400, "bad_field", edge(1, viewer).get(path + "?befor=3"));
        assertEquals(
                200, api.give(hub.adminToken(), room, room + ".v", "moderator").status());
        awaitStatus(200, viewer, path + "?user=somebody");
        assertEquals(201, api.sanction(room, room + ".banned", "ban").status());
        String banned = hub.token(room + ".banned");
        awaitStatus(403, banned, path);
        assertRefused(403, "banned", edge(1, banned).get(path));
        String passing = "/api/rooms/" + api.createRoom("refused", "ephemeral", Map.of()) + "/events";
        awaitStatus(422, viewer, passing);
        assertRefused(422, "unsupported", edge(1, viewer).get(passing));
        assertEquals(200, api.closeRoom(room).status());
        awaitStatus(410, viewer, path);
        assertRefused(410, "room_closed", edge(1, viewer).get(path));
    }

    @Test
    void ofAUserOnePageIsReadAtATimeAndABackendReadsMany() throws Exception {
        String room = api.createRoom("at-a-time", Map.of());
        String path = "/api/rooms/" + room + "/events?from=1";
        awaitStatus(200, hub.adminToken(), path);
        ExecutorService asking = Executors.newFixedThreadPool(READS_MAX);
        try {
            Eventually.await(SOON, "a second page at the same time is refused", () -> {
                List<RoomHttp.Answer> answers = atOnce(asking, hub.token(room + ".v"), path);
                assertTrue(answers.stream().anyMatch(answer -> answer.status() == 200), "one is answered");
                for (RoomHttp.Answer answer : answers) {
                    assertTrue(answer.status() == 200 || answer.code().equals("busy"), answer::toString);
                }
                return answers.stream().anyMatch(answer -> answer.status() == 503);
            });
            for (RoomHttp.Answer answer : atOnce(asking, hub.adminToken(), path)) {
                assertEquals(200, answer.status(), answer::toString);
            }
        } finally {
            asking.shutdownNow();
        }
    }

    private List<RoomHttp.Answer> atOnce(ExecutorService asking, String token, String path) throws Exception {
        RoomHttp edge = edge(1, token);
        List<RoomHttp.Answer> answers = new ArrayList<>();
        Callable<RoomHttp.Answer> one = () -> edge.get(path);
        for (Future<RoomHttp.Answer> answer : asking.invokeAll(Collections.nCopies(READS_MAX, one))) {
            answers.add(answer.get());
        }
        return answers;
    }

    /** Edges know of what was decided a moment later. */
    private void awaitStatus(int status, String token, String path) {
        Eventually.await(
                SOON, path + " is " + status, () -> edge(1, token).get(path).status() == status);
    }

    private static void assertRefused(int status, String code, RoomHttp.Answer answer) {
        assertEquals(code, answer.code(), answer::toString);
        assertEquals(status, answer.status());
    }
}
