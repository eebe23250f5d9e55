package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Account;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A room's ladder against raids: up by hand or by what edges see, down by itself, told to everybody. */
final class RaidIT {
    private static final Duration IN_FORCE_MAX = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration RAISED_MAX = Duration.ofSeconds(30);
    private static final int RAIDERS = 30;
    private static final int STEP_SECONDS = 30;
    private static final long ROUND_MS = 2_000;

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final AtomicInteger said = new AtomicInteger();

    private String chat(Witness who, String room) {
        int n = said.incrementAndGet();
        Answer answer = who.wait(who.client().chat(room, "m" + n, "something else " + n));
        return answer.acknowledged() ? "ok" : answer.code();
    }

    /** Called with the API's answer: the second counts from there, for both edges together. */
    private static void awaitInForce(String what, Callable<Boolean> condition) {
        long answeredNs = System.nanoTime();
        Eventually.await(IN_FORCE_MAX, what, condition);
        Duration took = Duration.ofNanos(System.nanoTime() - answeredNs);
        assertTrue(took.compareTo(IN_FORCE_MAX) <= 0, () -> what + " took " + took);
    }

    private void awaitOnEveryEdge(String outcome, String room, List<Witness> witnesses) {
        List<Witness> waiting = new ArrayList<>(witnesses);
        awaitInForce(outcome + " on every edge", () -> {
            waiting.removeIf(witness -> outcome.equals(chat(witness, room)));
            return waiting.isEmpty();
        });
    }

    private JsonNode policyOnJoining(Clients clients, String room, int edge) {
        try (Witness late = Witness.viewer(clients, hub, "late", edge)) {
            return late.join(room).ok().path("policy");
        }
    }

    private JsonNode room(String room) {
        return api.get("/api/rooms/" + room, hub.adminToken()).body();
    }

    /** The steps that somebody was told, in order; {@code null} for none. */
    private static List<String> told(Witness witness) {
        return witness.events("policy").values().stream()
                .map(event -> event.at("/d/raid/step").asText("null"))
                .map(step -> step.isEmpty() ? "null" : step)
                .toList();
    }

    @Alone
    @Test
    void aStepByHandHoldsOnBothEdgesOverWhateverTheHostWantsUntilItIsReleased() {
        String room = api.createRoom("raid", Map.of());
        assertEquals(200, api.give(hub.adminToken(), room, "night", "moderator").status());
        String moderator = hub.token("night");
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, room + ".1", 1);
                Witness two = Witness.viewer(clients, hub, room + ".2", 2);
                Witness mod = Witness.connect(clients, hub, "night", moderator, 2)) {
            List<Witness> viewers = List.of(one, two);
            for (Witness witness : List.of(one, two, mod)) {
                assertTrue(witness.join(room).ok().at("/policy/raid").isNull());
                assertEquals("ok", chat(witness, room));
            }
            HubApi.Reply slow = api.raid(moderator, room, Map.of("step", "slow", "minutes", 10, "reason", "new names"));
            assertEquals(200, slow.status(), slow::toString);
            // the first chat after it is taken, the second is too soon
            awaitOnEveryEdge("slow_mode", room, viewers);
            JsonNode stands = slow.body().get("raid");
            assertEquals(
                    "slow 2 night new names",
                    stands.get("step").asText() + " " + stands.get("n").asInt() + " "
                            + stands.get("by").asText() + " "
                            + stands.get("why").asText());
            assertEquals(
                    600_000L, stands.get("until").asLong() - stands.get("since").asLong());
            assertEquals("ok", chat(mod, room));
            assertEquals("ok", chat(mod, room));
            Eventually.await(
                    SOON,
                    "both are told",
                    () -> viewers.stream().allMatch(viewer -> List.of("slow").equals(told(viewer))));
            assertEquals(
                    slow.body(),
                    api.get("/api/rooms/" + room + "/raid", moderator).body());

            assertEquals(
                    200,
                    api.changePolicy(room, Map.of("slowModeMs", 100, "textLengthMax", 50))
                            .status());
            assertEquals(100, room(room).at("/policy/slowModeMs").asInt(), "what the host wants");
            assertEquals("slow", room(room).at("/raid/step").asText());
            for (int edge = 1; edge <= TestHub.EDGES; edge++) {
                int from = edge;
                Eventually.await(SOON, "is kept beneath", () -> {
                    JsonNode policy = policyOnJoining(clients, room, from);
                    return policy.get("textLengthMax").asInt() == 50
                            && policy.get("slowModeMs").asInt() == 30_000
                            && policy.get("uniqueSeconds").asInt() == 60
                            && "slow".equals(policy.at("/raid/step").asText());
                });
            }
            viewers.forEach(viewer -> assertEquals("slow_mode", chat(viewer, room)));

            assertEquals(
                    200, api.raid(moderator, room, Map.of("step", "members")).status());
            awaitOnEveryEdge("forbidden", room, viewers);
            assertEquals(
                    200, api.give(hub.adminToken(), room, room + ".m", "member").status());
            try (Witness member = Witness.viewer(clients, hub, room + ".m", 1)) {
                member.join(room);
                Eventually.await(SOON, "a member may speak", () -> "ok".equals(chat(member, room)));
                assertEquals(
                        200, api.raid(moderator, room, Map.of("step", "held")).status());
                // by now there is slow mode for members, too
                Eventually.await(
                        RAISED_MAX,
                        "what a member says waits",
                        () -> member.wait(member.client().chat(room, "held" + said.incrementAndGet(), "wait"))
                                .ok()
                                .has("held"));
                HubApi.Reply silent = api.raid(moderator, room, Map.of("step", 5));
                assertEquals(200, silent.status(), silent::toString);
                // viewers were before
                awaitOnEveryEdge("forbidden", room, List.of(member));
            }
            assertEquals("ok", chat(mod, room));

            HubApi.Reply released = api.endRaid(moderator, room);
            assertEquals(200, released.status(), released::toString);
            awaitOnEveryEdge("ok", room, viewers);
            assertTrue(released.body().get("raid").isNull());
            assertEquals(released.body(), api.endRaid(moderator, room).body(), "once more changes nothing");
            Eventually.await(
                    SOON,
                    "all is told, once each",
                    () -> viewers.stream()
                            .allMatch(viewer -> List.of("slow", "slow", "members", "held", "silent", "null")
                                    .equals(told(viewer))));
            assertEquals(
                    100,
                    one.events("policy")
                            .lastEntry()
                            .getValue()
                            .at("/d/slowModeMs")
                            .asInt());
            viewers.forEach(Witness::assertClean);
        }
    }

    @Test
    void aFloodOfEqualChatsRaisesStepAfterStepAcrossAKillAndGoesDownByItself() throws Exception {
        String room = api.createRoom(
                "flood",
                Map.of("raid", Map.of("auto", true, "steps", List.of("unique", "slow"), "stepSeconds", STEP_SECONDS)));
        // rooms of other tests where a step may stand for some time yet
        double others = metric("danmaku_raid_rooms", "");
        List<Witness> raiders = new ArrayList<>();
        ScheduledExecutorService flood = Executors.newSingleThreadScheduledExecutor();
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, "here", 1);
                Witness there = Witness.viewer(clients, hub, "there", 2)) {
            List<Witness> watching = List.of(here, there);
            watching.forEach(witness -> witness.join(room));
            for (int i = 0; i < RAIDERS; i++) {
                Witness raider = Witness.viewer(clients, hub, room + "." + i, 1 + i % TestHub.EDGES);
                raiders.add(raider);
                raider.join(room);
            }
            flood.scheduleAtFixedRate(
                    () -> {
                        int round = said.incrementAndGet();
                        raiders.forEach(raider -> raider.client().chat(room, "r" + round, "FOLLOW me " + round));
                    },
                    0,
                    ROUND_MS,
                    TimeUnit.MILLISECONDS);
            Eventually.await(
                    RAISED_MAX,
                    "the first step is told on both edges",
                    () -> watching.stream()
                            .allMatch(witness -> List.of("unique").equals(told(witness))));
            JsonNode first = api.get("/api/rooms/" + room + "/raid", hub.adminToken())
                    .body()
                    .get("raid");
            assertTrue(first.get("by").isNull(), first::toString);
            assertTrue(first.get("why").asText().endsWith("who spoke said the same"), first::toString);
            assertEquals("ok", answer(here, room, "a", "twice"));
            assertEquals("repeated", answer(here, room, "b", "twice"));

            hub.kill9("room-service");
            assertEquals("repeated", answer(here, room, "c", "twice"), "edges go on by themselves");
            hub.awaitBack("room-service");
            Eventually.await(
                    RAISED_MAX,
                    "the second step is told on both edges",
                    () -> watching.stream().allMatch(witness -> told(witness).equals(List.of("unique", "slow"))));
            Eventually.await(SOON, "slow mode holds", () -> "slow_mode".equals(chat(there, room)));
            flood.shutdownNow();

            Eventually.await(
                    Duration.ofSeconds(3 * STEP_SECONDS),
                    "it goes down one step after the other",
                    () -> watching.stream()
                            .allMatch(witness -> told(witness).equals(List.of("unique", "slow", "unique", "null"))));
            watching.forEach(witness -> assertEquals("ok", chat(witness, room)));
            assertTrue(room(room).get("raid").isNull());
            watching.forEach(Witness::assertClean);
            assertTrue(metric("danmaku_raid_steps_total", "auto") >= 1, "counted since it was killed");
            assertTrue(metric("danmaku_raid_signs_heard_total", "") >= 1);
            Eventually.await(SOON, "it stands no more", () -> metric("danmaku_raid_rooms", "") <= others);
        } finally {
            flood.shutdownNow();
            raiders.forEach(Witness::close);
        }
    }

    /** A room that a step is put upon when more come, or more with young accounts, than this. */
    private String guarded(String name, int joinsPerSecond, int youngPercent) {
        return api.createRoom(
                name,
                Map.of(
                        "raid",
                        Map.of(
                                "auto",
                                true,
                                "steps",
                                List.of("unique"),
                                "joinsPerSecond",
                                joinsPerSecond,
                                "youngPercent",
                                youngPercent)));
    }

    /** On both edges, all at once, each with an account of that age. */
    private void come(Clients clients, String room, int days, List<Witness> came) {
        long sinceS = System.currentTimeMillis() / 1_000 - TimeUnit.DAYS.toSeconds(days);
        List<Witness> coming = new ArrayList<>();
        for (int i = 0; i < RAIDERS; i++) {
            String user = room + "." + i;
            Claims claims = new Claims(
                    user,
                    user,
                    "default",
                    Map.of(),
                    false,
                    System.currentTimeMillis() + 600_000,
                    Profile.NONE,
                    Account.UNKNOWN.since(sinceS));
            coming.add(Witness.connect(clients, hub, user, hub.token(claims), 1 + i % TestHub.EDGES));
        }
        came.addAll(coming);
        List<CompletableFuture<Answer>> joins =
                coming.stream().map(witness -> witness.client().join(room)).toList();
        for (int i = 0; i < RAIDERS; i++) {
            assertTrue(coming.get(i).wait(joins.get(i)).acknowledged());
        }
    }

    private String why(String room) {
        return api.get("/api/rooms/" + room + "/raid", hub.adminToken())
                .body()
                .at("/raid/why")
                .asText();
    }

    @Test
    void manyWhoComeAndYoungAccountsOfWhoComesAreSignsAndOldAccountsAreNone() {
        String old = guarded("old", 100_000, 50);
        String young = guarded("young", 100_000, 50);
        String many = guarded("many", RAIDERS / 10, 100);
        List<Witness> came = new ArrayList<>();
        try (Clients clients = new Clients(1)) {
            come(clients, old, 400, came);
            come(clients, young, 1, came);
            come(clients, many, 400, came);
            Eventually.await(RAISED_MAX, "young accounts", () -> why(young).endsWith(" who came have young accounts"));
            Eventually.await(RAISED_MAX, "many", () -> why(many).endsWith(" came within 10 s"));
            assertEquals("", why(old), "it was looked at before the others");
        } finally {
            came.forEach(Witness::close);
        }
    }

    private static String answer(Witness who, String room, String cid, String text) {
        Answer answer = who.wait(who.client().chat(room, cid, text));
        return answer.acknowledged() ? "ok" : answer.code();
    }

    /** What an operator sees of it. */
    private double metric(String name, String label) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(hub.roomService().resolve("/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(name) && line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void whoMayNotOrAsksForTheImpossibleIsToldSo() {
        String room = api.createRoom("noraid", Map.of("raid", Map.of("steps", List.of("slow"))));
        String elsewhere = api.createRoom("elsewhere", Map.of());
        Map<String, Object> slow = Map.of("step", "slow");
        String other = hub.hostToken("h", elsewhere);
        for (String token : List.of(hub.token("7"), other)) {
            assertRefused(403, "forbidden", api.raid(token, room, slow));
            assertRefused(403, "forbidden", api.endRaid(token, room));
            assertRefused(403, "forbidden", api.get("/api/rooms/" + room + "/raid", token));
        }
        String tenant = hub.token(
                new Claims("b", "b", "other", Map.of(room, Role.HOST), true, System.currentTimeMillis() + 600_000));
        assertRefused(404, "no_such_room", api.raid(tenant, room, slow));
        assertRefused(404, "no_such_room", api.endRaid(tenant, room));
        assertRefused(404, "no_such_room", api.get("/api/rooms/" + room + "/raid", tenant));
        String admin = hub.adminToken();
        assertRefused(400, "bad_field", api.raid(admin, room, Map.of("step", "members")));
        assertRefused(400, "bad_field", api.raid(admin, room, Map.of("step", 2)));
        assertRefused(400, "bad_field", api.raid(admin, room, Map.of("step", "slow", "minutes", 1_441)));
        assertRefused(400, "bad_field", api.changePolicy(room, Map.of("raid", Map.of("steps", List.of()))));
        assertRefused(404, "no_such_room", api.raid(admin, "no-such-room", slow));
        assertTrue(room(room).get("raid").isNull());
        assertEquals(200, api.raid(admin, room, slow).status());
        assertEquals(200, api.closeRoom(room).status());
        assertTrue(room(room).get("raid").isNull(), "with the room it is over");
        assertRefused(410, "room_closed", api.raid(admin, room, slow));
    }

    private static void assertRefused(int status, String code, HubApi.Reply reply) {
        assertEquals(status, reply.status(), reply::toString);
        assertEquals(code, reply.body().path("code").asText(), reply::toString);
    }
}
