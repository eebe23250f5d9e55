package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a moderator decides over HTTP is in force on every edge within a second. */
@Alone
final class ModerationIT {
    private static final Duration IN_FORCE_MAX = Duration.ofSeconds(1);
    private static final int TIMED_SECONDS = 5;

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final AtomicInteger cids = new AtomicInteger();

    private String chat(Witness who, String room) {
        Answer answer = who.wait(who.client().chat(room, "m" + cids.incrementAndGet(), "hello"));
        return answer.acknowledged() ? "ok" : answer.code();
    }

    /** Called with the API's answer: the second counts from there, for all together. */
    private void awaitOnEveryEdge(String outcome, String room, List<Witness> witnesses) {
        List<Witness> waiting = new ArrayList<>(witnesses);
        awaitInForce(outcome + " on every edge", () -> {
            waiting.removeIf(witness -> outcome.equals(chat(witness, room)));
            return waiting.isEmpty();
        });
    }

    private static void awaitInForce(String what, Callable<Boolean> condition) {
        long answeredNs = System.nanoTime();
        Eventually.await(IN_FORCE_MAX, what, condition);
        Duration took = Duration.ofNanos(System.nanoTime() - answeredNs);
        assertTrue(took.compareTo(IN_FORCE_MAX) <= 0, () -> what + " took " + took);
    }

    @Test
    void aMuteHoldsOnBothEdgesUntilItIsLifted() {
        String room = api.createRoom("moderation", Map.of());
        try (Clients clients = new Clients(1);
                Witness muted1 = Witness.viewer(clients, hub, room + ".m", 1);
                Witness muted2 = Witness.viewer(clients, hub, room + ".m", 2);
                Witness other = Witness.viewer(clients, hub, "other", 2)) {
            List<Witness> both = List.of(muted1, muted2);
            both.forEach(witness -> witness.join(room));
            other.join(room);
            both.forEach(witness -> assertEquals("ok", chat(witness, room)));

            HubApi.Reply mute = api.mute(room, room + ".m", 600);
            assertEquals(201, mute.status(), mute::toString);
            awaitOnEveryEdge("muted", room, both);
            assertEquals("ok", chat(other, room));
            Answer refusal = muted1.wait(muted1.client().chat(room, "still", "hello"));
            assertTrue(refusal.retryMs() > 500_000 && refusal.retryMs() <= 600_000, refusal::toString);

            HubApi.Reply lifted = api.unmute(room, mute.body().get("id").asText());
            assertTrue(lifted.status() < 300, lifted::toString);
            awaitOnEveryEdge("ok", room, both);
            other.assertClean();
            Eventually.await(
                    Duration.ofSeconds(10),
                    "both decisions are announced",
                    () -> other.events("sanction").size() == 2);
        }
    }

    @Test
    void whatIsTimedEndsByItselfOnBothEdges() {
        String room = api.createRoom("moderation", Map.of());
        String banned = room + ".b";
        try (Clients clients = new Clients(1);
                Witness muted1 = Witness.viewer(clients, hub, room + ".m", 1);
                Witness muted2 = Witness.viewer(clients, hub, room + ".m", 2);
                Witness banned1 = Witness.viewer(clients, hub, banned, 1);
                Witness banned2 = Witness.viewer(clients, hub, banned, 2)) {
            List<Witness> both = List.of(muted1, muted2);
            both.forEach(witness -> witness.join(room));
            assertEquals(201, api.mute(room, room + ".m", TIMED_SECONDS).status());
            assertEquals(
                    201,
                    api.speak(
                                    hub.adminToken(),
                                    "/api/rooms/" + room,
                                    Map.of("user", banned, "kind", "ban", "seconds", TIMED_SECONDS))
                            .status());
            List<Witness> kept = List.of(banned1, banned2);
            awaitInForce(
                    "the ban is in force",
                    () -> kept.stream()
                            .allMatch(witness -> "banned"
                                    .equals(witness.wait(witness.client().join(room))
                                            .code())));
            awaitOnEveryEdge("muted", room, both);
            for (Witness witness : kept) {
                Eventually.await(
                        Duration.ofSeconds(TIMED_SECONDS + 5),
                        "the ban is over",
                        () -> witness.wait(witness.client().join(room)).acknowledged());
                assertEquals("ok", chat(witness, room));
            }
            Eventually.await(
                    Duration.ofSeconds(TIMED_SECONDS + 5),
                    "the mute is over",
                    () -> both.stream().allMatch(witness -> "ok".equals(chat(witness, room))));
        }
    }

    @Test
    void aChangedPolicyHoldsOnBothEdges() {
        String room = api.createRoom("moderation", Map.of());
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, room + ".1", 1);
                Witness two = Witness.viewer(clients, hub, room + ".2", 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 2)) {
            List<Witness> viewers = List.of(one, two);
            for (Witness witness : List.of(one, two, host)) {
                witness.join(room);
                assertEquals("ok", chat(witness, room));
            }
            assertEquals(
                    200, api.changePolicy(room, Map.of("whoMaySend", "host")).status());
            awaitOnEveryEdge("forbidden", room, viewers);
            assertEquals("ok", chat(host, room));

            assertEquals(
                    200,
                    api.changePolicy(room, Map.of("whoMaySend", "everyone", "slowModeMs", 3_600_000))
                            .status());
            // the first send after it is allowed, the second is too soon
            awaitOnEveryEdge("slow_mode", room, viewers);
            assertEquals("ok", chat(host, room));
            assertEquals("ok", chat(host, room));

            assertEquals(
                    200,
                    api.changePolicy(room, Map.of("slowModeMs", 0, "textLengthMax", 3))
                            .status());
            awaitOnEveryEdge("too_long", room, viewers);
            viewers.forEach(Witness::assertClean);
        }
    }

    @Test
    void aClosedRoomSaysSoAndTakesNobodyIn() {
        String room = api.createRoom("moderation", Map.of());
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, "one", 1);
                Witness two = Witness.viewer(clients, hub, "two", 2);
                Witness late = Witness.viewer(clients, hub, "late", 2)) {
            one.join(room);
            two.join(room);
            assertEquals("ok", chat(one, room));
            assertEquals(200, api.closeRoom(room).status());
            awaitInForce("viewers of both edges are told", () -> one.left(room) && two.left(room));
            assertEquals("room_closed", late.wait(late.client().join(room)).code());
            assertEquals("not_joined", chat(one, room));
            one.assertClean();
            two.assertClean();
        }
    }
}
