package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.redis.Sayings;
import io.danmaku.protocol.room.Ids;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How often one user may chat who has connections to several edges: slow mode, repeats, rates. */
final class AcrossEdgesIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int TEN_MINUTES_MS = 600_000;
    private static final int PAIRS = 20;
    /** Of a connection: {@code connection.sendsPerSecond}, and twice that at once. */
    private static final int SENDS_PER_SECOND = 5;

    private static final int AT_ONCE = 2 * SENDS_PER_SECOND;
    private static final String ASKED = "danmaku_sayings_asked_total";

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final AtomicInteger cids = new AtomicInteger();

    private String cid() {
        return "a" + cids.incrementAndGet();
    }

    private Answer chat(Witness who, String room, String text) {
        return who.wait(who.client().chat(room, cid(), text));
    }

    private static void assertWaits(String code, long atLeastMs, long atMostMs, Answer refusal) {
        assertEquals(code, refusal.code(), refusal::toString);
        assertTrue(refusal.retryMs() >= atLeastMs && refusal.retryMs() <= atMostMs, refusal::toString);
    }

    /** In a room of slow mode, on an edge that opens it after somebody spoke elsewhere. */
    private void assertKnowsWhoSpoke(String room) {
        String user = room + ".u";
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, user, 1)) {
            here.join(room);
            here.say(room, cid(), "one");
            try (Witness there = Witness.viewer(clients, hub, user, 2);
                    Witness other = Witness.viewer(clients, hub, room + ".v", 2)) {
                there.join(room);
                assertWaits("slow_mode", 1, 52_000, chat(there, room, "two"));
                assertWaits("repeated", 1, 52_000, chat(there, room, "ONE"));
                other.join(room);
                assertEquals("", chat(other, room, "one").code(), "another user's");
            }
        }
    }

    /** The edge that opens the room then reads the window, and in it who spoke. */
    @Test
    void anEdgeThatOpensARoomOfSlowModeLaterKnowsWhoSpoke() {
        String room = api.createRoom("across-late", Map.of("slowModeMs", 50_000, "uniqueSeconds", 50));
        assertKnowsWhoSpoke(room);
    }

    /** There is nothing that it could read, so it asks. */
    @Test
    void anEdgeThatOpensAnEphemeralRoomLaterKnowsWhoSpoke() {
        String room = api.createRoom("across-eph", "ephemeral", Map.of("slowModeMs", 50_000, "uniqueSeconds", 50));
        assertKnowsWhoSpoke(room);
    }

    @Test
    void whatWasSaidOnOneEdgeIsARepeatOnTheOther() {
        String room = api.createRoom("across-said", Map.of("uniqueSeconds", 30));
        String user = room + ".u";
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, user, 1);
                Witness there = Witness.viewer(clients, hub, user, 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 2)) {
            List.of(here, there, host).forEach(witness -> witness.join(room));
            there.awaitCovered(here.say(room, cid(), "first!"), SOON);
            assertWaits("repeated", 1, 32_000, chat(there, room, "FIRST !"));
            here.awaitCovered(there.say(room, cid(), "second"), SOON);
            assertWaits("repeated", 1, 32_000, chat(here, room, "second"));
            // the same send, because its answer was lost
            long third = here.say(room, "same", "third");
            there.awaitCovered(third, SOON);
            assertEquals(third, there.say(room, "same", "third"));
            host.say(room, cid(), "first!");
            there.awaitCovered(host.say(room, cid(), "first!"), SOON);
        }
    }

    /** Nothing of the log is left that an edge could read. */
    @Test
    void longIntervalsHoldOnAnEdgeThatOpensTheRoomWhenItsLogTellsNothingAnyMore() throws Exception {
        String slow = api.createRoom("across-slow", Map.of("slowModeMs", TEN_MINUTES_MS));
        String unique = api.createRoom("across-unique", Map.of("uniqueSeconds", TEN_MINUTES_MS / 1_000));
        String user = slow + ".u";
        List<String> epochs = new ArrayList<>();
        try (Clients clients = new Clients(1)) {
            try (Witness here = Witness.viewer(clients, hub, user, 1)) {
                for (String room : List.of(slow, unique)) {
                    epochs.add(here.join(room).ok().get("epoch").asText());
                    here.say(room, cid(), "one");
                }
                here.say(unique, cid(), "two");
            }
            assertKeptAsLongAsTheIntervalOnly(slow, epochs.get(0), user);
            assertKeptAsLongAsTheIntervalOnly(unique, epochs.get(1), user);
            TrimmedLog.trim(hub, slow, epochs.get(0));
            TrimmedLog.trim(hub, unique, epochs.get(1));
            try (Witness there = Witness.viewer(clients, hub, user, 2);
                    Witness other = Witness.viewer(clients, hub, user + "2", 2);
                    Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", slow), 2)) {
                List.of(there, other).forEach(witness -> List.of(slow, unique).forEach(witness::join));
                host.join(slow);
                double askedBefore = OwnService.metric(hub.edge(2), ASKED);
                for (int again = 0; again < 2; again++) {
                    assertWaits("slow_mode", 300_000, TEN_MINUTES_MS + 5_000, chat(there, slow, "next"));
                    assertWaits("repeated", 300_000, TEN_MINUTES_MS + 5_000, chat(there, unique, "One"));
                    assertWaits("repeated", 300_000, TEN_MINUTES_MS + 5_000, chat(there, unique, "two"));
                }
                there.say(unique, cid(), "three");
                assertEquals(askedBefore + 2, OwnService.metric(hub.edge(2), ASKED), "once in each room");
                other.say(slow, cid(), "one");
                other.say(unique, cid(), "one");
                host.say(slow, cid(), "one");
                host.say(slow, cid(), "one");
            }
            // who cannot ask lets it pass, as if nothing was said before
            try (OwnService edge = OwnService.start(
                            hub, OwnService.Kind.EDGE, Map.of("DANMAKU_REDIS_URL", "redis://127.0.0.1:1"));
                    Witness there = Witness.connect(clients, List.of(edge.webSocket()), user, hub.token(user))) {
                there.join(slow);
                there.say(slow, cid(), "next");
                assertWaits("slow_mode", 300_000, TEN_MINUTES_MS + 5_000, chat(there, slow, "another"));
                assertTrue(edge.metric("danmaku_sayings_failed_total") > 0);
            }
        }
    }

    private void assertKeptAsLongAsTheIntervalOnly(String room, String epoch, String user) throws IOException {
        URI redis = URI.create(hub.address("redis"));
        String key = Sayings.key(Ids.DEFAULT_TENANT, room, epoch, user);
        try (Socket socket = new Socket(redis.getHost(), redis.getPort())) {
            socket.getOutputStream().write(("PTTL " + key + "\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            long leftMs =
                    Long.parseLong(answer.lines().findFirst().orElseThrow().substring(1));
            assertTrue(leftMs > TEN_MINUTES_MS / 2 && leftMs <= TEN_MINUTES_MS, () -> key + " ends in " + leftMs);
        }
    }

    /** As far as slow mode may be exceeded: by one on each edge, for as long as an append takes. */
    @Test
    void ofSendsOnBothEdgesAtTheSameMomentAtMostOneOfEachIsTaken() {
        String room = api.createRoom("across-both", Map.of("slowModeMs", 50_000));
        for (int pair = 0; pair < PAIRS; pair++) {
            String user = room + ".u" + pair;
            try (Clients clients = new Clients(1);
                    Witness here = Witness.viewer(clients, hub, user, 1);
                    Witness there = Witness.viewer(clients, hub, user, 2)) {
                here.join(room);
                there.join(room);
                List<CompletableFuture<Answer>> sent = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    sent.add(here.client().chat(room, cid(), "here " + i));
                    sent.add(there.client().chat(room, cid(), "there " + i));
                }
                List<Answer> answers = sent.stream().map(here::wait).toList();
                List<Answer> taken =
                        answers.stream().filter(Answer::acknowledged).toList();
                assertTrue(taken.size() == 1 || taken.size() == 2, answers::toString);
                long last = taken.stream()
                        .mapToLong(answer -> answer.ok().get("o").asLong())
                        .max()
                        .getAsLong();
                for (Witness witness : List.of(here, there)) {
                    witness.awaitCovered(last, SOON);
                    assertEquals("slow_mode", chat(witness, room, "a third").code());
                }
            }
        }
    }

    @Test
    void aUserWithManyConnectionsHasTheRateOfOne() throws Exception {
        String room = api.createRoom("across-rate", Map.of("bestEffortPerSecond", 0));
        String user = room + ".u";
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, user, 1);
                Witness two = Witness.viewer(clients, hub, user, 1);
                Witness three = Witness.viewer(clients, hub, user, 2);
                Witness four = Witness.viewer(clients, hub, user, 2);
                Witness other = Witness.viewer(clients, hub, room + ".v", 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 2)) {
            List<Witness> all = List.of(one, two, three, four);
            all.forEach(witness -> witness.join(room));
            List.of(other, host).forEach(witness -> witness.join(room));
            // each is within its own rate
            long beganNs = System.nanoTime();
            List<Answer> onOne = atOnce(List.of(one, two), room, AT_ONCE);
            assertTakenInTime(onOne, beganNs);
            assertTrue(refused(onOne) > 0, onOne::toString);
            long last = onOne.stream()
                    .filter(Answer::acknowledged)
                    .mapToLong(answer -> answer.ok().get("o").asLong())
                    .max()
                    .getAsLong();
            three.awaitCovered(last, SOON);
            List<Answer> both = new ArrayList<>(onOne);
            both.addAll(atOnce(List.of(three, four), room, AT_ONCE));
            assertTakenInTime(both, beganNs);
            // whom that does not concern
            for (int i = 0; i < AT_ONCE; i++) {
                other.say(room, cid(), "i " + i);
            }
            for (int i = 0; i < 3 * AT_ONCE; i++) {
                host.say(room, cid(), "i " + i);
            }
        }
    }

    private List<Answer> atOnce(List<Witness> senders, String room, int each) {
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            for (Witness sender : senders) {
                sent.add(sender.client().chat(room, cid(), "r " + i));
            }
        }
        return sent.stream().map(senders.get(0)::wait).toList();
    }

    /** Of edge 2 nothing was on its way: it had read what edge 1 took. */
    private static void assertTakenInTime(List<Answer> answers, long beganNs) {
        long taken = answers.stream().filter(Answer::acknowledged).count();
        long seconds = (System.nanoTime() - beganNs) / 1_000_000_000L + 1;
        assertTrue(taken <= AT_ONCE + 1 + seconds * SENDS_PER_SECOND, taken + " in " + seconds + " s: " + answers);
        assertEquals(answers.size(), taken + refused(answers), answers::toString);
        answers.stream()
                .filter(answer -> !answer.acknowledged())
                .forEach(answer -> assertWaits("rate_limited", 1, 1_000, answer));
    }

    private static long refused(List<Answer> answers) {
        return answers.stream()
                .filter(answer -> "rate_limited".equals(answer.code()))
                .count();
    }
}
