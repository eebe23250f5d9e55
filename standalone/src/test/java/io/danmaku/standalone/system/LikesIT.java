package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Likes are told as few events whose sum is exact. */
final class LikesIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int USERS = 50;
    /** As many as a connection may send at once. */
    private static final int LIKES_OF_ONE = 10;

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    private static CompletableFuture<Answer> like(Witness who, String room, int number, int n) {
        return who.client()
                .send(
                        room,
                        "like",
                        "l" + number,
                        JsonNodeFactory.instance.objectNode().put("n", n));
    }

    private static int sum(Map<Long, JsonNode> events) {
        return events.values().stream()
                .filter(event -> event.get("t").asText().equals("like"))
                .mapToInt(event -> event.get("d").get("n").asInt())
                .sum();
    }

    @Test
    void fiveHundredLikesOnTwoEdgesAreFewEventsWithTheirSum() {
        String room = api.createRoom("likes", Map.of());
        List<Witness> users = new ArrayList<>();
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, "here", 1);
                Witness there = Witness.viewer(clients, hub, "there", 2)) {
            here.join(room);
            there.join(room);
            for (int i = 0; i < USERS; i++) {
                Witness user = Witness.viewer(clients, hub, "u" + i, 1 + i % TestHub.EDGES);
                user.join(room);
                users.add(user);
            }
            long beganNs = System.nanoTime();
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int number = 0; number < LIKES_OF_ONE; number++) {
                for (Witness user : users) {
                    answers.add(like(user, room, number, 1));
                }
            }
            for (CompletableFuture<Answer> answer : answers) {
                assertEquals("{\"counted\":1}", String.valueOf(here.wait(answer).ok()));
            }
            for (Witness witness : List.of(here, there)) {
                Eventually.await(SOON, "all likes are told", () -> sum(witness.events()) >= USERS * LIKES_OF_ONE);
            }
            long seconds = Duration.ofNanos(System.nanoTime() - beganNs).toSeconds() + 1;
            here.awaitCovered(there.say(room, "end", "end"), SOON);
            assertEquals(USERS * LIKES_OF_ONE, sum(here.events()));
            assertEquals(here.events("like"), there.events("like"));
            assertEquals(
                    here.events("like").size(),
                    here.events("like").values().stream()
                            .filter(event -> !event.has("u"))
                            .count());
            int events = here.events("like").size();
            assertTrue(events <= TestHub.EDGES * (seconds + 1), () -> events + " events in " + seconds + " s");
            assertEquals(USERS * LIKES_OF_ONE, sum(here.history(room)));
            here.assertClean();
            there.assertClean();
        } finally {
            users.forEach(Witness::close);
        }
    }

    @Test
    void whoMayNotLikeIsToldSoAndWhoIsShadowBannedIsNot() {
        String room = api.createRoom("nolike", Map.of());
        try (Clients clients = new Clients(1);
                Witness fair = Witness.viewer(clients, hub, "fair", 1);
                Witness muted = Witness.viewer(clients, hub, room + ".m", 1);
                Witness shadow = Witness.viewer(clients, hub, room + ".s", 1)) {
            List.of(fair, muted, shadow).forEach(witness -> witness.join(room));
            assertEquals(201, api.sanction(room, shadow.user(), "shadow").status());
            assertEquals(201, api.mute(room, muted.user(), 600).status());
            Eventually.await(
                    SOON,
                    "the mute is in force",
                    () -> "muted"
                            .equals(muted.wait(muted.client().chat(room, "m" + System.nanoTime(), "hi"))
                                    .code()));
            // and so is what was decided before it
            long o = shadow.say(room, "h", "do you hear me?");
            fair.awaitCovered(o, SOON);
            assertFalse(fair.events("chat").containsKey(o));
            assertEquals("bad_field", fair.wait(like(fair, room, 0, 101)).code());
            Eventually.await(
                    SOON,
                    "a muted user's likes are refused",
                    () -> "muted".equals(muted.wait(like(muted, room, 0, 1)).code()));
            int before = sum(fair.events());
            assertEquals(
                    "{\"counted\":50}",
                    shadow.wait(like(shadow, room, 1, 50)).ok().toString());
            assertEquals(
                    "{\"counted\":7}", fair.wait(like(fair, room, 1, 7)).ok().toString());
            Eventually.await(SOON, "what was liked later is told", () -> sum(fair.events()) > before);
            assertEquals(before + 7, sum(fair.events()));
            fair.assertClean();
        }
    }

    @Test
    void anEdgeThatStopsTellsTheLastLikesAndAnEphemeralRoomHasThemToo() throws Exception {
        String room = api.createRoom("lastlikes", Map.of());
        String passing = api.createRoom("passing", "ephemeral", Map.of());
        try (OwnService edge = OwnService.start(hub, OwnService.Kind.EDGE, Map.of());
                Clients clients = new Clients(1);
                Witness other = Witness.viewer(clients, hub, "other", 1);
                Witness liker = Witness.connect(clients, List.of(edge.webSocket()), "liker", hub.token("liker"))) {
            other.join(room);
            liker.join(room);
            liker.join(passing);
            assertTrue(liker.wait(like(liker, passing, 0, 3)).acknowledged());
            Eventually.await(SOON, "they are told in a passing room", () -> sum(liker.events()) == 3);
            assertTrue(liker.wait(like(liker, room, 1, 5)).acknowledged());
            edge.term();
            Eventually.await(SOON, "the last likes are told", () -> sum(other.events()) == 5);
            edge.stop();
            other.assertClean();
        }
    }
}
