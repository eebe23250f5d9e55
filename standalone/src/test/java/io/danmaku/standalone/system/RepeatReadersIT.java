package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Repeats are a function of the log: whoever reads it, live, as pages or as history, on an edge that was there, on one that opens
 * the room later and on one that was killed, keeps the same records and counts the same repeats.
 */
final class RepeatReadersIT {
    /** With their repeats more than one page of the log, so that a page begins behind the first of a repeat. */
    private static final int CIDS = 300;

    private static final Duration SEEN_MAX = Duration.ofSeconds(30);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final String room = api.createRoom("repeat", Map.of("bestEffortPerSecond", 0));
    private final String token = hub.hostToken("host", room);
    /** Texts that were kept, by the offset that they were acknowledged with. */
    private final Map<Long, String> kept = new TreeMap<>();

    @Test
    void anEdgeThatOpensARoomLateOrAgainKeepsWhatTheOthersKeep() {
        try (Clients clients = new Clients(1);
                Witness late = Witness.viewer(clients, hub, "late", 2);
                Witness there = Witness.connect(clients, hub, "host", token, 2)) {
            String old = "c" + (CIDS - 1);
            try (Witness present = Witness.viewer(clients, hub, "present", 1);
                    Witness here = Witness.connect(clients, hub, "host", token, 1);
                    Witness again = Witness.connect(clients, hub, "host", token, 1)) {
                present.joined(c -> c.joinSince(room, 0, null));
                here.join(room);
                again.join(room);
                sayWithRepeats(here, again);
                long end = sayNew(here, "before the other edge has it open");
                present.awaitCovered(end, SEEN_MAX);
                assertKept(present, CIDS / 2);

                late.joined(c -> c.joinSince(room, 0, null));
                there.join(room);
                late.awaitCovered(end, SEEN_MAX);
                assertKept(late, CIDS / 2);

                assertRepeats(old, there);
                assertRepeats(old, here);
                assertAllAgree(sayNew(there, "behind repeats on both edges"), CIDS / 2 + 2, present, late);
            }
            hub.kill9("edge-1");
            hub.awaitBack("edge-1");
            sayNew(there, "fresh");
            try (Witness back = Witness.viewer(clients, hub, "back", 1);
                    Witness again = Witness.connect(clients, hub, "host", token, 1)) {
                back.joined(c -> c.joinSince(room, 0, null));
                again.join(room);
                assertRepeats("fresh", again);
                assertAllAgree(sayNew(again, "after the kill"), CIDS / 2 + 3, late, back);
            }
        }
    }

    /** Sends without waiting in between; the second connection repeats what the first one sent up to a page before. */
    private void sayWithRepeats(Witness first, Witness second) {
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        List<CompletableFuture<Answer>> repeated = new ArrayList<>();
        for (int i = 0; i < CIDS; i++) {
            sent.add(first.client().chat(room, "c" + i, "c" + i));
            if (i % 2 == 1) {
                repeated.add(second.client().chat(room, "c" + i / 2, "c" + i / 2));
            }
        }
        for (int i = 0; i < CIDS; i++) {
            kept.put(offset(first, sent.get(i)), "c" + i);
        }
        assertEquals(CIDS, kept.size());
        for (int i = 0; i < repeated.size(); i++) {
            assertEquals(
                    "c" + i, kept.get(offset(second, repeated.get(i))), "acknowledged with the first one's offset");
        }
    }

    private static long offset(Witness witness, CompletableFuture<Answer> waiting) {
        Answer answer = witness.wait(waiting);
        assertTrue(answer.acknowledged(), answer::toString);
        return answer.ok().get("o").asLong();
    }

    private long sayNew(Witness host, String cid) {
        String id = cid.replace(' ', '-');
        long offset = host.say(room, id, id);
        kept.put(offset, id);
        return offset;
    }

    private void assertRepeats(String cid, Witness host) {
        assertEquals(cid, kept.get(host.say(room, cid, cid)), "acknowledged with the first one's offset");
    }

    private void assertAllAgree(long end, int repeats, Witness... witnesses) {
        for (Witness witness : witnesses) {
            witness.awaitCovered(end, SEEN_MAX);
            assertKept(witness, repeats);
            assertEquals(witnesses[0].events(), witness.events());
        }
    }

    /** What it was told, live and by pages, and what it reads as history. */
    private void assertKept(Witness witness, int repeats) {
        Map<Long, String> seen = new TreeMap<>();
        witness.events("chat")
                .forEach((o, event) -> seen.put(o, event.path("d").path("text").asText()));
        assertEquals(kept, seen);
        assertEquals(Set.of("repeat"), witness.skipped().keySet());
        assertEquals(repeats, witness.skipped().get("repeat"));
        assertEquals(List.of(), witness.gaps());
        assertEquals(witness.events(), witness.history(room));
    }
}
