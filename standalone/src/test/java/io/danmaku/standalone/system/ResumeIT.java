package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whoever comes late, goes away, changes edges or is slow gets what is due, and is told the truth of the rest. */
final class ResumeIT {
    private static final Duration COVERED_MAX = Duration.ofSeconds(60);
    private static final Map<String, Integer> NO_SAMPLING = Map.of("bestEffortPerSecond", 0, "textLengthMax", 2_000);
    /** With it a chat has some 6 KB: 1,000 of them are more than a tail holds and a socket takes. */
    private static final String LONG = "长".repeat(1_950);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    @Test
    void whoChangesEdgesInTheMiddleMissesAndDoublesNothing() throws Exception {
        String room = api.createRoom("resume", NO_SAMPLING);
        try (Clients clients = new Clients(1);
                Witness stays = Witness.viewer(clients, hub, "stays", 2);
                Witness moves = Witness.viewer(clients, hub, "moves", 1, 2);
                Speaker speaker = new Speaker(clients, hub, room, "", 2)) {
            stays.join(room);
            moves.join(room);
            speaker.start(100);
            for (int move = 1; move <= 8; move++) {
                int connects = move;
                // a cut is carried out a little later: what is still told until then does not count as going on
                Eventually.await(COVERED_MAX, "it is back", () -> moves.connects() >= connects);
                long seen = moves.covered();
                Eventually.await(COVERED_MAX, "it goes on after move " + move, () -> moves.covered() > seen + 20);
                moves.client().cut(move % 2);
            }
            Eventually.await(COVERED_MAX, "it is back", () -> moves.connects() >= 9);
            long last = speaker.stop();
            moves.awaitCovered(last, COVERED_MAX);
            stays.awaitCovered(last, COVERED_MAX);
            assertEquals(stays.events(), moves.events());
            assertEquals(Map.of(), moves.skipped());
        }
    }

    @Test
    void aJoinThatIsLeftBeforeItIsDoneIsAnsweredToo() {
        try (Clients clients = new Clients(1);
                Witness hasty = Witness.viewer(clients, hub, "hasty", 1)) {
            String room = api.createRoom("resume", NO_SAMPLING);
            JsonNodeFactory json = JsonNodeFactory.instance;
            Eventually.await(COVERED_MAX, "the room is known here", () -> {
                // both in one go: the room is not open here yet
                var joined = hasty.client()
                        .request(json.objectNode().put("op", "join").put("room", room));
                var left = hasty.client()
                        .request(json.objectNode().put("op", "leave").put("room", room));
                assertNotEquals("timeout", hasty.wait(joined).code());
                return hasty.wait(left).acknowledged();
            });
            hasty.join(room);
            assertEquals(1, hasty.connects());
        }
    }

    @Test
    void whoComesLateGetsAllThatIsKeptOrTheNewestOfIt() throws Exception {
        String room = api.createRoom("resume", NO_SAMPLING);
        try (Clients clients = new Clients(1);
                Witness early = Witness.viewer(clients, hub, "early", 1);
                Speaker speaker = new Speaker(clients, hub, room, "", 1)) {
            early.joined(c -> c.joinSince(room, 0, null));
            speaker.start(200);
            Eventually.await(COVERED_MAX, "much was said", () -> speaker.spoken() >= 600);
            long last = speaker.stop();
            early.awaitCovered(last, COVERED_MAX);
            // on the edge that has it in its tail, and on the one that must read the log
            for (int edge = 1; edge <= 2; edge++) {
                try (Witness all = Witness.viewer(clients, hub, "all", edge);
                        Witness some = Witness.viewer(clients, hub, "some", edge);
                        Witness none = Witness.viewer(clients, hub, "none", edge)) {
                    all.joined(c -> c.joinSince(room, 0, null));
                    some.joined(c -> c.joinLast(room, 50));
                    none.join(room);
                    all.awaitCovered(last, COVERED_MAX);
                    some.awaitCovered(last, COVERED_MAX);
                    assertEquals(early.events(), all.events());
                    assertEquals(early.eventsAbove(last - 50), some.events());
                    assertEquals(Map.of(), none.events());
                }
            }
            assertEquals(early.events(), early.history(room));
        }
    }

    @Test
    void whoWasAwayLongCatchesUpFromTheLogWithEverythingReliable() throws Exception {
        String room = api.createRoom("resume", NO_SAMPLING);
        try (Clients clients = new Clients(1);
                Witness stays = Witness.viewer(clients, hub, "stays", 1);
                Witness away = Witness.viewer(clients, hub, "away", 1);
                Speaker speaker = new Speaker(clients, hub, room, LONG, 1)) {
            stays.join(room);
            String epoch = away.join(room).ok().get("epoch").asText();
            speaker.start(250);
            Eventually.await(COVERED_MAX, "it saw a little", () -> away.covered() > 20);
            away.wait(away.client().leave(room));
            long left = away.covered();
            Eventually.await(COVERED_MAX, "more than a tail holds was said", () -> speaker.spoken() > 1_500);
            away.joined(c -> c.joinSince(room, left, epoch));
            long last = speaker.stop();
            away.awaitCovered(last, COVERED_MAX);
            stays.awaitCovered(last, COVERED_MAX);
            assertReliable(speaker, away);
            assertReliable(speaker, stays);
            assertAgree(stays, away);
        }
    }

    @Test
    void whoDoesNotReadForAWhileGetsEverythingReliableAndDisturbsNobody() throws Exception {
        String room = api.createRoom("resume", NO_SAMPLING);
        try (Clients clients = new Clients(1);
                Clients narrow = new Clients(1, 16 * 1024);
                Witness quick = Witness.viewer(clients, hub, "quick", 1);
                Witness slow = Witness.viewer(narrow, hub, "slow", 1);
                Speaker speaker = new Speaker(clients, hub, room, LONG, 1)) {
            quick.join(room);
            slow.join(room);
            speaker.start(250);
            Eventually.await(COVERED_MAX, "it saw a little", () -> slow.covered() > 20);
            slow.client().reading(false);
            Eventually.await(COVERED_MAX, "much was said", () -> speaker.spoken() > 2_500);
            // the quick one is where the speaker is, not where the slow one is
            long now = speaker.spoken() - 250L;
            quick.awaitCovered(now, COVERED_MAX);
            assertTrue(slow.covered() < now, () -> "the slow one is at " + slow.covered());
            slow.client().reading(true);
            long last = speaker.stop();
            quick.awaitCovered(last, COVERED_MAX);
            slow.awaitCovered(last, COVERED_MAX);
            assertReliable(speaker, quick);
            assertReliable(speaker, slow);
            assertAgree(quick, slow);
            assertTrue(slow.skipped().getOrDefault("slow", 0L) > 0, slow.skipped()::toString);
            assertEquals(1, slow.connects());
        }
    }

    private static void assertReliable(Speaker speaker, Witness witness) {
        witness.assertClean();
        assertEquals(List.of(), witness.gaps());
        Map<Long, String> announced = new HashMap<>();
        witness.events("announce")
                .forEach((o, event) ->
                        announced.put(o, event.get("d").get("text").asText()));
        assertEquals(speaker.announced(), new TreeMap<>(announced));
    }

    /** What both saw is the same; what one did not see was left out for being slow. */
    private static void assertAgree(Witness one, Witness other) {
        NavigableMap<Long, JsonNode> all = one.events();
        all.putAll(other.events());
        for (Witness witness : List.of(one, other)) {
            NavigableMap<Long, JsonNode> seen = witness.events();
            seen.forEach((offset, event) -> assertEquals(all.get(offset), event));
            long slow = witness.skipped().getOrDefault("slow", 0L);
            assertTrue(
                    all.size() - seen.size() <= slow,
                    () -> witness.user() + " saw " + seen.size() + " of " + all.size() + ", slow " + slow);
        }
    }
}
