package io.danmaku.standalone.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.supervise.Part;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Speaker;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An edge that is told to stop, or killed, while it is in use. */
class DrainIT {
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    private static final int EXIT_TERM = 143;
    private static final int EVERY_MS = 5;
    private static final int SENT_BEFORE = 200;
    private static final int SENT_AFTER = 100;
    private static final int TALK_PER_SECOND = 20;
    /** Answers that say: not done, ask again. */
    private static final Set<String> NOT_DONE = Set.of("busy", "unavailable");

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    /** Sends each of its texts once on one connection and never comes back: what is answered to it is what the edge said. */
    private static final class Plain implements HubListener {
        private final CompletableFuture<String> end = new CompletableFuture<>();
        private final List<CompletableFuture<Answer>> answers = new ArrayList<>();
        private final String room;
        private final HubClient client;

        Plain(Clients clients, URI edge, String room, String token) {
            this.room = room;
            client = clients.open(
                    ClientOptions.of(List.of(edge), () -> token).sendingOnly().once(), this);
            assertTrue(client.join(room).join().acknowledged());
        }

        synchronized void send() {
            String text = "plain " + answers.size();
            var command = Json.object()
                    .put("op", "send")
                    .put("room", room)
                    .put("t", "chat")
                    .put("cid", "p" + answers.size());
            command.putObject("d").put("text", text);
            answers.add(client.request(command));
        }

        synchronized List<CompletableFuture<Answer>> sent() {
            return List.copyOf(answers);
        }

        @Override
        public void disconnected(URI edge, String why) {
            end.complete(why);
        }
    }

    @Test
    void anEdgeThatStopsAnswersWhatItTookAndItsViewersGoOnElsewhere() throws Exception {
        String room = api.createRoom("drain", Map.of("bestEffortPerSecond", 0));
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try (OwnService edge = OwnService.start(hub, OwnService.Kind.EDGE, Map.of());
                Clients clients = new Clients(1);
                Witness stays = Witness.viewer(clients, hub, "stays", 2);
                Witness moves = Witness.connect(clients, edges(edge), "moves", hub.token("moves"));
                Witness speaker = Witness.connect(clients, edges(edge), "speaker", hub.hostToken("speaker", room))) {
            List.of(stays, moves, speaker).forEach(witness -> witness.join(room));
            Plain plain = new Plain(clients, edge.webSocket(), room, hub.hostToken("plain", room));
            List<CompletableFuture<Answer>> spoken = new ArrayList<>();
            timer.scheduleAtFixedRate(
                    () -> {
                        synchronized (spoken) {
                            spoken.add(speaker.client().chat(room, "s" + spoken.size(), "spoken " + spoken.size()));
                        }
                        plain.send();
                    },
                    0,
                    EVERY_MS,
                    TimeUnit.MILLISECONDS);
            Eventually.await(WAIT_MAX, "it is in use", () -> plain.sent().size() >= SENT_BEFORE);

            List<CompletableFuture<Answer>> before = plain.sent();
            plain.client.unanswered().get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS); // all of them are written
            edge.term();
            CompletableFuture<List<String>> knocks = Handshakes.knock(edge.address(), edge::isAlive);
            int exit = edge.awaitEnd(Part.STOP_GRACE);
            int spokenOnIt = size(spoken);
            Eventually.await(WAIT_MAX, "they go on", () -> size(spoken) >= spokenOnIt + SENT_AFTER);
            timer.shutdown();
            assertTrue(timer.awaitTermination(WAIT_MAX.toSeconds(), TimeUnit.SECONDS));

            assertEquals(EXIT_TERM, exit);
            assertEquals(
                    "closed with 1012 restart: connect again", plain.end.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS));
            assertRefused(knocks.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS));

            long last = acknowledged(speaker, spoken);
            assertTrue(last >= spoken.size());
            for (Witness witness : List.of(stays, moves)) {
                witness.awaitCovered(last, WAIT_MAX);
                witness.assertNoTextTwice();
                assertEquals(List.of(), witness.gaps());
                assertTrue(Set.of("repeat").containsAll(witness.skipped().keySet()), witness.skipped()::toString);
                List<String> heard = texts(witness, "spoken ");
                assertEquals(
                        IntStream.range(0, spoken.size())
                                .mapToObj(i -> "spoken " + i)
                                .sorted()
                                .toList(),
                        heard.stream().sorted().toList());
                assertAgree(plain.sent(), before.size(), witness);
            }
            assertEquals(stays.events(), moves.events());
            assertEquals(2, moves.connects());
        } finally {
            timer.shutdownNow();
        }
    }

    @Test
    void viewersOfAnEdgeThatStopsAreMovedOffOneAfterAnother() throws Exception {
        int size = 200;
        int perSecond = 25; // so it takes 8 s
        String room = api.createRoom("moved", Map.of("bestEffortPerSecond", 0));
        try (OwnService edge = OwnService.start(
                        hub,
                        OwnService.Kind.EDGE,
                        Map.of(
                                "DANMAKU_EDGE_RECONNECT_PER_SECOND",
                                Integer.toString(perSecond),
                                "DANMAKU_EDGE_DRAIN_WITHIN",
                                "30s"));
                Clients clients = new Clients(1);
                Speaker speaker = new Speaker(clients, hub, room, "", 2);
                Witness first = Witness.connect(clients, edges(edge), "first", hub.token("first"))) {
            first.join(room);
            try (Crowd crowd = new Crowd(clients, hub, room, size, edges(edge))) {
                speaker.start(TALK_PER_SECOND);
                first.awaitCovered(TALK_PER_SECOND, WAIT_MAX);
                assertEquals(size, crowd.at(edge.webSocket()));
                Plain asks = new Plain(clients, edge.webSocket(), room, hub.token("asks"));

                long termNs = System.nanoTime();
                edge.term();
                Eventually.await(
                        WAIT_MAX,
                        "some are moved",
                        () -> edge.metric("danmaku_connections_drained_total") > 0
                                && edge.metric("danmaku_connections") > 0);
                assertEquals(503, edge.get("/readyz", Map.of()));
                assertTrue(first.wait(asks.client.request(Json.object().put("op", "ping")))
                        .acknowledged());
                Answer refused = first.wait(
                        asks.client.request(Json.object().put("op", "join").put("room", "another")));
                assertEquals("busy", refused.code());
                asks.end.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
                assertTrue(crowd.lostMs(termNs).size() < size, "who asked in vain is moved before its turn");
                Eventually.await(WAIT_MAX, "all are elsewhere", () -> crowd.at(hub.webSocket(2)) == size);
                assertEquals(EXIT_TERM, edge.awaitEnd(WAIT_MAX));
                long last = speaker.stop();

                crowd.assertToldOnce(last, WAIT_MAX);
                List<Long> lostMs = crowd.lostMs(termNs);
                long fifthMs = 1_000L * size / perSecond / 5;
                assertEquals(size, lostMs.size());
                assertTrue(lostMs.get(size / 2) > fifthMs, () -> "half of them left at once: " + lostMs);
            }
        }
    }

    @Test
    void viewersOfAnEdgeThatIsKilledComeBackElsewhereSpreadOverTheWindow() throws Exception {
        int size = 300;
        int perSecond = 100; // told for 512 viewers: 5 s
        String room = api.createRoom("storm", Map.of("bestEffortPerSecond", 0));
        try (OwnService edge = OwnService.start(
                        hub,
                        OwnService.Kind.EDGE,
                        Map.of("DANMAKU_EDGE_RECONNECT_PER_SECOND", Integer.toString(perSecond)));
                Clients clients = new Clients(1);
                Speaker speaker = new Speaker(clients, hub, room, "", 2);
                Witness first = Witness.connect(clients, edges(edge), "first", hub.token("first"))) {
            first.join(room);
            try (Crowd crowd = new Crowd(clients, hub, room, size, edges(edge))) {
                speaker.start(TALK_PER_SECOND);
                // meanwhile they are told of the window again, as it has grown
                first.awaitCovered(2 * TALK_PER_SECOND, WAIT_MAX);
                assertEquals(size, crowd.at(edge.webSocket()));

                long killedNs = System.nanoTime();
                edge.kill9();
                Eventually.await(WAIT_MAX, "all are elsewhere", () -> crowd.at(hub.webSocket(2)) == size);
                long last = speaker.stop();

                crowd.assertToldOnce(last, WAIT_MAX);
                List<Long> backMs = crowd.backMs(killedNs);
                assertTrue(backMs.get(0) >= 100, () -> "too soon: " + backMs);
                // a fifth of them is due then; who comes late is late by this machine's fault
                assertTrue(backMs.get(size / 2) > 1_000, () -> "half of them came at once: " + backMs);
            }
        }
    }

    /** That one first, and then one that stays. */
    private List<URI> edges(OwnService first) {
        return List.of(first.webSocket(), hub.webSocket(2));
    }

    /** Once it takes nobody more, it says so with a time to come back, for as long as its port is open. */
    private static void assertRefused(List<String> knocks) {
        List<String> refused = knocks.stream()
                .dropWhile(answer -> answer.startsWith("HTTP/1.1 101 "))
                .toList();
        List<String> told = refused.stream()
                .filter(answer -> !answer.equals(Handshakes.REFUSED))
                .toList();
        assertFalse(told.isEmpty(), () -> "nobody was told to come back: " + knocks);
        for (String answer : told) {
            assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
            assertTrue(answer.toLowerCase(Locale.ROOT).contains("\r\nretry-after: "), answer);
            assertTrue(answer.contains("\"code\":\"busy\""), answer);
        }
    }

    /** What the edge said of each send is what a viewer saw; and it said something of all that came before it stopped. */
    private static void assertAgree(List<CompletableFuture<Answer>> sent, int before, Witness witness) {
        Map<String, Long> offsets = new HashMap<>();
        witness.events("chat")
                .forEach((offset, event) ->
                        offsets.put(event.path("d").path("text").asText(), offset));
        for (int i = 0; i < sent.size(); i++) {
            Answer answer = witness.wait(sent.get(i));
            Long seen = offsets.get("plain " + i);
            if (answer.acknowledged()) {
                assertEquals(answer.ok().get("o").asLong(), seen, "plain " + i);
            } else if (NOT_DONE.contains(answer.code())) {
                assertEquals(null, seen, "plain " + i + " was said to be not done");
            } else {
                // came when nobody read any more
                assertEquals("disconnected", answer.code());
                assertTrue(i >= before, "plain " + i + " was taken and not answered");
            }
        }
    }

    private static long acknowledged(Witness speaker, List<CompletableFuture<Answer>> spoken) {
        long last = 0;
        for (CompletableFuture<Answer> waiting : spoken) {
            Answer answer = speaker.wait(waiting);
            assertTrue(answer.acknowledged(), answer::toString);
            last = Math.max(last, answer.ok().get("o").asLong());
        }
        return last;
    }

    private static List<String> texts(Witness witness, String start) {
        return witness.texts().stream().filter(text -> text.startsWith(start)).toList();
    }

    private static int size(List<?> list) {
        synchronized (list) {
            return list.size();
        }
    }
}
