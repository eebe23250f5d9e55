package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A product's own events, of the classes that a room's policy declares. */
final class AppEventsIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration COVERED_MAX = Duration.ofSeconds(60);
    private static final Map<String, ?> KINDS = Map.of(
            "position", kind("latest", "viewer"),
            "stroke", kind("reliable", "moderator"),
            "score", kind("best_effort", "member"));
    /** Of the filled events that a viewer lags behind: far more bytes than sockets hold. */
    private static final int FILLED = 2_700;

    /** Each has sent fewer than a moderator's burst. */
    private static final int HOSTS = 3;

    private static final int FILLING_CHARS = 3_800;
    private static final int ON_THEIR_WAY = 50;
    private static final int STROKE_EVERY = 20;
    private static final int BUSES = 10;
    private static final int MEMBERS = 8;
    /** A member's burst of sends. */
    private static final int SCORES = 9;

    private static final int BUDGET = 5;

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final AtomicInteger cids = new AtomicInteger();

    private static Map<String, String> kind(String deliveryClass, String from) {
        return Map.of("class", deliveryClass, "from", from);
    }

    private static ObjectNode position(String key, int n) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("kind", "position")
                .put("key", key)
                .put("n", n);
    }

    private static ObjectNode of(String kind) {
        return JsonNodeFactory.instance.objectNode().put("kind", kind);
    }

    private CompletableFuture<Answer> send(Witness who, String room, ObjectNode d) {
        return who.client().send(room, "app", "a" + cids.incrementAndGet(), d);
    }

    /** The offset of an event that is taken. */
    private long taken(Witness who, String room, ObjectNode d) {
        Answer answer = who.wait(send(who, room, d));
        assertTrue(answer.acknowledged(), () -> who.user() + " " + d + ": " + answer);
        return answer.ok().get("o").asLong();
    }

    private String refused(Witness who, String room, ObjectNode d) {
        return who.wait(send(who, room, d)).code();
    }

    private String token(String user, String tenant, Map<String, Role> rooms, boolean admin) {
        return hub.token(new Claims(user, user, tenant, rooms, admin, System.currentTimeMillis() + 3_600_000));
    }

    private Witness as(Clients clients, String room, Role role, int edge) {
        String user = room + "." + role.wireName();
        return Witness.connect(clients, hub, user, token(user, Ids.DEFAULT_TENANT, Map.of(room, role), false), edge);
    }

    /** Of events by offset, the newest one of each key. */
    private static Map<String, Long> newest(NavigableMap<Long, JsonNode> events) {
        Map<String, Long> newest = new HashMap<>();
        events.forEach((o, event) -> {
            if (event.at("/d/kind").asText().equals("position")) {
                newest.put(event.at("/d/key").asText(), o);
            }
        });
        return newest;
    }

    private static NavigableMap<Long, JsonNode> ofKind(Witness witness, String kind) {
        NavigableMap<Long, JsonNode> events = witness.events("app");
        events.values().removeIf(event -> !kind.equals(event.at("/d/kind").asText()));
        return events;
    }

    @Test
    void viewersOfBothEdgesTellTheirPositions() {
        String room = api.createRoom("app", Map.of("app", KINDS));
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, "here", 1);
                Witness there = Witness.viewer(clients, hub, "there", 2)) {
            assertEquals(
                    "{\"class\":\"latest\",\"from\":\"viewer\"}",
                    here.join(room).ok().at("/policy/app/position").toString());
            there.join(room);
            long one = taken(here, room, position("car1", 1));
            long two = taken(there, room, position("car2", 1));
            for (Witness witness : List.of(here, there)) {
                witness.awaitCovered(Math.max(one, two), SOON);
                assertEquals(
                        "{\"kind\":\"position\",\"key\":\"car1\",\"n\":1}",
                        witness.events("app").get(one).get("d").toString());
                assertEquals("there", witness.events("app").get(two).at("/u/id").asText());
                witness.assertClean();
            }
        }
    }

    @Test
    void aSlowViewerGetsTheNewestOfEachKeyAndAllThatIsReliable() {
        String room = api.createRoom("app", Map.of("app", KINDS, "bestEffortPerSecond", 0));
        List<Witness> hosts = new ArrayList<>();
        try (Clients clients = new Clients(1);
                Clients narrow = new Clients(1, 16 * 1024);
                Witness quick = Witness.viewer(clients, hub, "quick", 2);
                Witness car = Witness.viewer(clients, hub, "car", 2);
                Witness slow = Witness.viewer(narrow, hub, "slow", 1)) {
            List.of(quick, car, slow).forEach(witness -> witness.join(room));
            for (int h = 0; h < HOSTS; h++) {
                hosts.add(Witness.connect(clients, hub, "host" + h, hub.hostToken("host" + h, room), 1));
                hosts.get(h).join(room);
            }
            slow.awaitCovered(taken(car, room, position("car", 1)), SOON);
            slow.client().reading(false);

            String filling = "x".repeat(FILLING_CHARS);
            Deque<CompletableFuture<Answer>> onTheirWay = new ArrayDeque<>();
            NavigableMap<Long, Integer> strokes = new TreeMap<>();
            for (int n = 1; n <= FILLED; n++) {
                Witness host = hosts.get(n % HOSTS);
                if (n % STROKE_EVERY == 0) {
                    strokes.put(taken(host, room, of("stroke").put("n", n)), n);
                } else {
                    onTheirWay.add(
                            send(host, room, position("bus" + n % BUSES, n).put("filling", filling)));
                }
                if (n == FILLED / 2) {
                    taken(car, room, position("car", 2));
                }
                if (onTheirWay.size() >= ON_THEIR_WAY) {
                    await(host, onTheirWay.removeFirst());
                }
            }
            onTheirWay.forEach(answer -> await(car, answer));
            long last = taken(car, room, position("car", 3));
            quick.awaitCovered(last, COVERED_MAX);
            assertTrue(slow.covered() < last, "it lags");
            slow.client().reading(true);
            slow.awaitCovered(last, COVERED_MAX);

            for (Witness witness : List.of(quick, slow)) {
                witness.assertClean();
                assertEquals(List.of(), witness.gaps());
                NavigableMap<Long, Integer> told = new TreeMap<>();
                ofKind(witness, "stroke")
                        .forEach((o, event) -> told.put(o, event.at("/d/n").asInt()));
                assertEquals(strokes, told, witness.user());
            }
            assertEquals(BUSES + 1, newest(quick.events("app")).size());
            assertEquals(newest(quick.events("app")), newest(slow.events("app")));
            assertEquals(last, newest(slow.events("app")).get("car"));
            assertTrue(slow.skipped().getOrDefault("conflated", 0L) > 0, slow.skipped()::toString);
        } finally {
            hosts.forEach(Witness::close);
        }
    }

    private static void await(Witness who, CompletableFuture<Answer> answer) {
        Answer outcome = who.wait(answer);
        assertTrue(outcome.acknowledged(), outcome::toString);
    }

    @Test
    void whatIsBestEffortIsSampledByTheRoomsBudgetAndKeptInHistory() {
        String room = api.createRoom("app", Map.of("app", KINDS, "bestEffortPerSecond", BUDGET));
        List<Witness> members = new ArrayList<>();
        try (Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, "viewer", 2)) {
            viewer.join(room);
            for (int m = 0; m < MEMBERS; m++) {
                members.add(as(clients, room, Role.MEMBER, 1));
                members.get(m).join(room);
            }
            List<CompletableFuture<Answer>> scores = new ArrayList<>();
            for (int n = 0; n < SCORES; n++) {
                members.forEach(member -> scores.add(send(member, room, of("score"))));
            }
            scores.forEach(score -> await(viewer, score));
            long last = taken(members.get(0), room, position("end", 1));
            viewer.awaitCovered(last, SOON);
            int told = ofKind(viewer, "score").size();
            assertEquals(MEMBERS * SCORES, told + viewer.skipped().getOrDefault("sampled", 0L));
            assertTrue(told >= 1 && told < MEMBERS * SCORES, () -> told + " told");
            assertTrue(viewer.events("app").containsKey(last), "what is LATEST takes nothing of the budget");
            assertEquals(
                    MEMBERS * SCORES + 1,
                    viewer.history(room).values().stream()
                            .filter(event -> "app".equals(event.get("t").asText()))
                            .count());
            viewer.assertClean();
        } finally {
            members.forEach(Witness::close);
        }
    }

    @Test
    void whoWasAwayResumesWithAllOfItOnTheOtherEdge() {
        String room = api.createRoom("app", Map.of("app", KINDS, "bestEffortPerSecond", BUDGET));
        try (Clients clients = new Clients(1);
                Witness away = Witness.viewer(clients, hub, "away", 1);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 1);
                Witness back = Witness.viewer(clients, hub, "away", 2)) {
            String epoch = away.join(room).ok().get("epoch").asText();
            host.join(room);
            long seen = taken(host, room, position("car", 0));
            away.awaitCovered(seen, SOON);
            away.wait(away.client().leave(room));
            long last = seen;
            for (int n = 1; n <= 30; n++) {
                last = taken(host, room, n % 3 == 0 ? of("stroke") : position("car", n));
            }
            back.joined(client -> client.joinSince(room, seen, epoch));
            back.awaitCovered(last, SOON);
            long skipped =
                    back.skipped().values().stream().mapToLong(Long::longValue).sum();
            assertEquals(last - seen, back.events().size() + skipped);
            assertEquals(10, ofKind(back, "stroke").size());
            assertEquals(last, back.events().lastKey());
            back.assertClean();
        }
    }

    @Test
    void whatIsNotDeclaredAndWhoMayNotIsRefused() {
        String room = api.createRoom("app", Map.of("app", KINDS));
        String elsewhere = token("elsewhere", Ids.DEFAULT_TENANT, Map.of("another-room", Role.MODERATOR), false);
        String stranger = token("stranger", "another-tenant", Map.of(), true);
        try (Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, "viewer", 1);
                Witness other = Witness.connect(clients, hub, "elsewhere", elsewhere, 2);
                Witness admin = Witness.connect(clients, hub, "stranger", stranger, 2);
                Witness moderator = as(clients, room, Role.MODERATOR, 2)) {
            List.of(viewer, other, moderator).forEach(witness -> witness.join(room));
            for (Witness witness : List.of(viewer, other)) {
                assertEquals("forbidden", refused(witness, room, of("stroke")));
                assertEquals("forbidden", refused(witness, room, of("score")));
                assertEquals("unsupported", refused(witness, room, of("nothing")));
                assertEquals("bad_field", refused(witness, room, of("two words")));
                assertEquals("bad_field", refused(witness, room, of("position")));
            }
            assertEquals("unsupported", refused(moderator, room, of("nothing")));
            assertEquals("too_long", refused(moderator, room, of("stroke").put("filling", "x".repeat(4_096))));
            taken(moderator, room, of("stroke"));
            assertEquals("no_such_room", admin.wait(admin.client().join(room)).code());

            Map<String, ?> none = Map.of("app", Map.of());
            assertEquals(403, api.changePolicy(hub.token("viewer"), room, none).status());
            assertEquals(403, api.changePolicy(elsewhere, room, none).status());
            assertEquals(404, api.changePolicy(stranger, room, none).status());
            assertEquals(
                    400,
                    api.changePolicy(room, Map.of("app", Map.of("a", kind("best", "viewer"))))
                            .status());
        }
    }

    @Test
    void aChangeOfThePolicyDeclaresOtherKindsInPlaceOfAllThatWere() {
        String room = api.createRoom("app", Map.of());
        try (Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, "viewer", 1);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 2)) {
            viewer.join(room);
            host.join(room);
            assertEquals("forbidden", refused(viewer, room, position("car", 1)));
            taken(host, room, JsonNodeFactory.instance.objectNode().put("any", "thing"));

            String token = hub.hostToken("host", room);
            assertEquals(
                    200, api.changePolicy(token, room, Map.of("app", KINDS)).status());
            Eventually.await(
                    SOON,
                    "viewers may",
                    () -> viewer.wait(send(viewer, room, position("car", 1))).acknowledged());
            Map<String, ?> other = Map.of("cursor", kind("latest", "viewer"));
            assertEquals(
                    200, api.changePolicy(token, room, Map.of("app", other)).status());
            Eventually.await(
                    SOON, "the others are gone", () -> "unsupported".equals(refused(host, room, position("car", 2))));
            assertEquals(
                    200, api.changePolicy(token, room, Map.of("app", Map.of())).status());
            Eventually.await(
                    SOON,
                    "it is as it was",
                    () -> host.wait(send(host, room, position("car", 3))).acknowledged());
            Eventually.await(
                    SOON, "for viewers, too", () -> "forbidden".equals(refused(viewer, room, position("car", 3))));
            viewer.assertClean();
        }
    }

    @Test
    void aBackendsEventIsOfTheClassOfItsKind() {
        String room = api.createRoom("app", Map.of("app", KINDS));
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, "here", 1);
                Witness there = Witness.viewer(clients, hub, "there", 2)) {
            here.join(room);
            there.join(room);
            Map<String, ?> stroke = Map.of("t", "app", "d", Map.of("kind", "stroke"));
            HubApi.Reply posted = api.post(hub.adminToken(), room, "k1", stroke);
            assertEquals(201, posted.status(), posted::toString);
            assertEquals(posted, api.post(hub.adminToken(), room, "k1", stroke));
            HubApi.Reply strange =
                    api.post(hub.adminToken(), room, "k2", Map.of("t", "app", "d", Map.of("kind", "nothing")));
            assertEquals(422, strange.status(), strange::toString);
            HubApi.Reply keyless =
                    api.post(hub.adminToken(), room, "k3", Map.of("t", "app", "d", Map.of("kind", "position")));
            assertEquals(400, keyless.status(), keyless::toString);
            assertEquals(
                    403,
                    api.post(hub.hostToken("host", room), room, "k4", stroke).status());
            long o = posted.body().get("o").asLong();
            for (Witness witness : List.of(here, there)) {
                witness.awaitCovered(o, SOON);
                assertEquals(List.of(o), List.copyOf(witness.events("app").keySet()));
                assertFalse(witness.events("app").get(o).has("u"));
            }
        }
    }

    @Test
    void anEphemeralRoomCarriesWhatIsNotReliable() {
        String room = api.createRoom("app", "ephemeral", Map.of("app", KINDS));
        try (Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, "viewer", 1);
                Witness moderator = as(clients, room, Role.MODERATOR, 1)) {
            viewer.join(room);
            moderator.join(room);
            assertEquals("unsupported", refused(moderator, room, of("stroke")));
            viewer.awaitCovered(taken(viewer, room, position("car", 1)), SOON);
            assertEquals(1, viewer.events("app").size());
        }
    }
}
