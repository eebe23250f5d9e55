package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A client id is delivered once, wherever and however often it is sent. */
final class RepeatIT {
    private static final int SENDS = 100;
    private static final Duration SEEN_MAX = Duration.ofSeconds(30);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    @Test
    void aCidSentOnTwoEdgesAtOnceIsDeliveredOnceAndAcknowledgedWithOneOffset() {
        String room = api.createRoom("repeat", Map.of("bestEffortPerSecond", 0));
        String token = hub.hostToken("host", room);
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, "one", 1);
                Witness two = Witness.viewer(clients, hub, "two", 2);
                Witness here = Witness.connect(clients, hub, "host", token, 1);
                Witness there = Witness.connect(clients, hub, "host", token, 2)) {
            for (Witness witness : List.of(one, two, here, there)) {
                witness.join(room);
            }
            List<CompletableFuture<Answer>> first = new ArrayList<>();
            List<CompletableFuture<Answer>> second = new ArrayList<>();
            for (int i = 0; i < SENDS; i++) {
                first.add(here.client().chat(room, "c" + i, "text " + i));
                second.add(there.client().chat(room, "c" + i, "text " + i));
            }
            List<Long> offsets = offsets(one, first);
            assertEquals(offsets, offsets(one, second));
            assertEquals(SENDS, new HashSet<>(offsets).size());
            long end = here.say(room, "end", "the end");
            for (Witness witness : List.of(one, two)) {
                witness.awaitCovered(end, SEEN_MAX);
                assertEquals(SENDS + 1, witness.texts().size());
                assertTrue(witness.events("chat").keySet().containsAll(offsets));
                assertEquals(Map.of("repeat", (long) SENDS), witness.skipped());
                witness.assertNoTextTwice();
            }
            assertEquals(one.events(), two.events());
        }
    }

    @Test
    void aCidSentAgainOnAnotherEdgeAfterAKillKeepsItsOffsetAndIsDeliveredOnce() {
        String room = api.createRoom("repeat", Map.of("bestEffortPerSecond", 0));
        String token = hub.hostToken("host", room);
        try (Clients clients = new Clients(1);
                Witness witness = Witness.viewer(clients, hub, "witness", 2);
                Witness survivor = Witness.viewer(clients, hub, "survivor", 1, 2);
                Witness sender = Witness.connect(clients, hub, "host", token, 1, 2);
                Witness again = Witness.connect(clients, hub, "host", token, 2)) {
            for (Witness each : List.of(witness, survivor, sender, again)) {
                each.join(room);
            }
            List<CompletableFuture<Answer>> first = sends(sender.client(), room, 0, SENDS);
            Eventually.await(
                    SEEN_MAX, "some are acknowledged", () -> first.stream().anyMatch(CompletableFuture::isDone));
            first.addAll(sends(sender.client(), room, SENDS, 2 * SENDS));
            hub.kill9("edge-1");
            List<Long> offsets = offsets(witness, first);
            assertEquals(2 * SENDS, new HashSet<>(offsets).size());
            assertEquals(offsets, offsets(witness, sends(again.client(), room, 0, 2 * SENDS)));
            long last = sender.say(room, "last", "the last one");
            for (Witness each : List.of(witness, survivor)) {
                each.awaitCovered(last, SEEN_MAX);
                each.assertNoTextTwice();
                assertEquals(2 * SENDS + 1, each.texts().size(), () -> each.user() + " " + each.skipped());
            }
            assertTrue(witness.skipped().get("repeat") >= 2 * SENDS, witness.skipped()::toString);
            assertEquals(witness.events(), survivor.events());
            hub.awaitBack("edge-1");
        }
    }

    private static List<CompletableFuture<Answer>> sends(HubClient client, String room, int from, int to) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            answers.add(client.chat(room, "c" + i, "text " + i));
        }
        return answers;
    }

    private static List<Long> offsets(Witness witness, List<CompletableFuture<Answer>> answers) {
        List<Long> offsets = new ArrayList<>();
        for (CompletableFuture<Answer> waiting : answers) {
            Answer answer = witness.wait(waiting);
            assertTrue(answer.acknowledged(), answer::toString);
            offsets.add(answer.ok().get("o").asLong());
        }
        return offsets;
    }
}
