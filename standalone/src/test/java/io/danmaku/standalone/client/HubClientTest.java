package io.danmaku.standalone.client;

import static io.danmaku.standalone.client.ScriptedEdge.JOINED;
import static io.danmaku.standalone.client.ScriptedEdge.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HubClientTest {
    private final Clients clients = new Clients(1);

    @AfterEach
    void close() {
        clients.close();
    }

    private HubClient open(HubListener listener, URI... edges) {
        return clients.open(ClientOptions.of(List.of(edges), () -> "token"), listener);
    }

    @Test
    void aSendWithoutAResultIsSentAgainWithItsCidUntilThereIsOne() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        try (ScriptedEdge edge =
                new ScriptedEdge((command, caller) -> switch (command.get("op").asText()) {
                    case "join" -> JOINED;
                    case "send" ->
                        switch (tries.incrementAndGet()) {
                            case 1 -> "'error':{'code':'unavailable','message':'','retryMs':10}";
                            case 2 -> {
                                caller.drop();
                                yield null;
                            }
                            case 3 -> "'error':{'code':'pending','message':''}";
                            default -> "'ok':{'o':11,'ts':5}";
                        };
                    default -> "'ok':{}";
                })) {
            HubClient client = open(new HubListener() {}, edge.uri());
            assertTrue(get(client.join("42")).acknowledged());
            Answer answer = get(client.chat("42", "c1", "hi"));
            assertTrue(answer.acknowledged());
            assertEquals(11, answer.ok().get("o").asInt());
            List<JsonNode> sends = edge.heard("send");
            assertEquals(4, sends.size());
            assertEquals(1, sends.stream().map(s -> s.get("cid")).distinct().count());
            assertEquals(4, sends.stream().map(s -> s.get("id")).distinct().count());
            client.close();
        }
    }

    @Test
    void aRefusalAfterATryThatMayHaveArrivedLeavesTheOutcomeUnknown() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        try (ScriptedEdge edge =
                new ScriptedEdge((command, caller) -> switch (command.get("op").asText()) {
                    case "join" -> JOINED;
                    case "send" ->
                        tries.incrementAndGet() == 1
                                ? "'error':{'code':'pending','message':''}"
                                : "'error':{'code':'muted','message':''}";
                    default -> "'ok':{}";
                })) {
            HubClient client = open(new HubListener() {}, edge.uri());
            get(client.join("42"));
            Answer first = get(client.chat("42", "c1", "hi"));
            assertEquals("muted", first.code());
            assertTrue(first.unknown());
            Answer second = get(client.chat("42", "c2", "hi"));
            assertEquals("muted", second.code());
            assertFalse(second.unknown());
            client.close();
        }
    }

    @Test
    void aViewerResumesOnTheNextEdgeAfterTheLastOffsetItHeard() throws Exception {
        LinkedBlockingQueue<JsonNode> batches = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<String> violations = new LinkedBlockingQueue<>();
        try (ScriptedEdge first = new ScriptedEdge((command, caller) -> {
                    if ("join".equals(command.get("op").asText())) {
                        caller.say("{'re':" + command.get("id") + "," + JOINED + "}");
                        caller.say("{'room':'42','from':11,'to':12,'events':[],'skipped':{'sampled':2}}");
                        caller.drop();
                    }
                    return null;
                });
                ScriptedEdge second = new ScriptedEdge((command, caller) -> {
                    if ("join".equals(command.get("op").asText())) {
                        caller.say("{'re':" + command.get("id") + "," + JOINED + "}");
                        caller.say("{'room':'42','from':13,'to':13,'events':[],'skipped':{'slow':1}}");
                        caller.say("{'room':'42','from':15,'to':15,'events':[],'skipped':{'slow':1}}");
                    }
                    return null;
                })) {
            HubClient client = open(
                    new HubListener() {
                        @Override
                        public void batch(String room, JsonNode batch) {
                            batches.add(batch);
                        }

                        @Override
                        public void violated(String room, String what) {
                            violations.add(what);
                        }
                    },
                    first.uri(),
                    second.uri());
            get(client.join("42"));
            assertEquals(11, batches.poll(20, TimeUnit.SECONDS).get("from").asInt());
            assertEquals(13, batches.poll(20, TimeUnit.SECONDS).get("from").asInt());
            JsonNode again = second.heard("join").get(0);
            assertEquals(12, again.get("since").asInt());
            assertEquals("k3", again.get("epoch").asText());
            assertTrue(violations.poll(20, TimeUnit.SECONDS).contains("14 was due"));
            client.close();
        }
    }

    @Test
    void whatIsStillOnItsWayOfAFormerStayInARoomIsNoPartOfTheNextOne() throws Exception {
        LinkedBlockingQueue<Integer> batches = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<String> wrong = new LinkedBlockingQueue<>();
        AtomicReference<JsonNode> leave = new AtomicReference<>();
        try (ScriptedEdge edge = new ScriptedEdge((command, caller) -> {
            if ("leave".equals(command.get("op").asText())) {
                leave.set(command.get("id"));
            } else if ("join".equals(command.get("op").asText())) {
                int head = leave.get() == null ? 10 : 20;
                if (leave.get() != null) {
                    caller.say("{'room':'42','from':11,'to':11,'events':[],'skipped':{'sampled':1}}");
                    caller.say("{'room':'42','left':'room_closed'}");
                    caller.say("{'re':" + leave.get() + ",'ok':{}}");
                }
                caller.say("{'re':" + command.get("id") + ",'ok':{'room':'42','epoch':'k3','head':" + head + "}}");
                caller.say("{'room':'42','from':%1$d,'to':%1$d,'events':[],'skipped':{'slow':1}}".formatted(head + 1));
            }
            return null;
        })) {
            HubClient client = open(
                    new HubListener() {
                        @Override
                        public void batch(String room, JsonNode batch) {
                            batches.add(batch.get("from").asInt());
                        }

                        @Override
                        public void violated(String room, String what) {
                            wrong.add(what);
                        }

                        @Override
                        public void left(String room, String reason) {
                            wrong.add("left: " + reason);
                        }
                    },
                    edge.uri());
            get(client.join("42"));
            assertEquals(11, batches.poll(20, TimeUnit.SECONDS));
            CompletableFuture<Answer> left = client.leave("42");
            assertTrue(get(client.join("42")).acknowledged());
            assertTrue(get(left).acknowledged());
            assertEquals(21, batches.poll(20, TimeUnit.SECONDS));
            assertEquals(List.of(), List.copyOf(wrong));
            client.close();
        }
    }

    @Test
    void aClientThatHasEndedRefusesWhatIsAskedOfIt() throws Exception {
        CompletableFuture<String> ended = new CompletableFuture<>();
        try (ScriptedEdge edge = new ScriptedEdge(
                (command, caller) -> "join".equals(command.get("op").asText()) ? JOINED : null)) {
            HubClient client = open(
                    new HubListener() {
                        @Override
                        public void ended(String why) {
                            ended.complete(why);
                        }
                    },
                    edge.uri());
            get(client.join("42"));
            client.close();
            ended.get(20, TimeUnit.SECONDS);
            Answer sent = get(client.chat("42", "c1", "hi"));
            assertEquals("disconnected", sent.code());
            assertFalse(sent.unknown());
            assertEquals("disconnected", get(client.dmSend("8", "c2", "hi")).code());
            assertEquals("disconnected", get(client.join("43")).code());
            assertEquals(0, client.unanswered().get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void anEdgeThatIsNotThereIsPassedOver() throws Exception {
        URI nobody;
        try (ScriptedEdge gone = new ScriptedEdge((command, caller) -> null)) {
            nobody = gone.uri();
        }
        try (ScriptedEdge edge = new ScriptedEdge((command, caller) -> "'ok':{}")) {
            HubClient client = open(new HubListener() {}, nobody, edge.uri());
            assertTrue(get(client.connected()).acknowledged());
            client.close();
        }
    }

    /** Waits as asked, which is here much sooner than by itself; and how long that took. */
    private long backMs(Consumer<HubClient> loss, ClientOptions options) throws Exception {
        LinkedBlockingQueue<Long> times = new LinkedBlockingQueue<>();
        HubClient client = clients.open(options, new HubListener() {
            @Override
            public void connected(URI edge, JsonNode auth) {
                times.add(System.nanoTime());
            }

            @Override
            public void disconnected(URI edge, String why) {
                times.add(System.nanoTime());
            }
        });
        get(client.join("42"));
        loss.accept(client);
        times.take(); // connected
        long lostNs = times.poll(20, TimeUnit.SECONDS);
        long backNs = times.poll(20, TimeUnit.SECONDS);
        client.close();
        return (backNs - lostNs) / 1_000_000;
    }

    /** Who left to itself would not come back before the test is over. */
    private static ClientOptions patient(URI... edges) {
        return new ClientOptions(
                List.of(edges), () -> "token", true, 10_000, 45_000, 120_000, 10_000, 300_000, 300_000, true, null);
    }

    @Test
    void anEdgeThatStopsIsLeftForTheNextWhenItSaysAndTheRoomGoesOn() throws Exception {
        try (ScriptedEdge first = new ScriptedEdge((command, caller) -> {
                    if ("join".equals(command.get("op").asText())) {
                        caller.say("{'re':" + command.get("id") + "," + JOINED + "}");
                        caller.say("{'room':'42','from':11,'to':12,'events':[],'skipped':{'sampled':2}}");
                        caller.say("{'bye':{'code':'restart','retryMs':150}}");
                        caller.restart();
                    }
                    return null;
                });
                ScriptedEdge second = new ScriptedEdge(
                        (command, caller) -> "join".equals(command.get("op").asText()) ? JOINED : "'ok':{}")) {
            long tookMs = backMs(client -> {}, patient(first.uri(), second.uri()));
            assertTrue(tookMs >= 150, tookMs + " ms");
            assertTrue(tookMs < 10_000, tookMs + " ms");
            JsonNode again = second.heard("auth").get(0);
            assertEquals("token", again.get("token").asText());
        }
    }

    @Test
    void whoseConnectionBreaksComesBackWithinTheWindowThatTheEdgeTold() throws Exception {
        String told = "'ok':{'user':'7','session':'s','reconnect':{'minMs':60000,'maxMs':60000}}";
        try (ScriptedEdge edge = new ScriptedEdge(told, (command, caller) -> {
            // it has grown fewer since: what was told last counts
            caller.say("{'reconnect':{'minMs':200,'maxMs':300}}");
            return JOINED;
        })) {
            long tookMs = backMs(client -> client.cut(0), patient(edge.uri()));
            assertTrue(tookMs >= 200, tookMs + " ms");
            assertTrue(tookMs < 10_000, tookMs + " ms");
        }
    }

    @Test
    void anEdgeThatSaysWhenToComeBackIsLeftAloneUntilThen() throws Exception {
        try (ScriptedEdge edge = new ScriptedEdge(1, 1, (command, caller) -> "'ok':{}")) {
            HubClient client = open(new HubListener() {}, edge.uri());
            assertTrue(get(client.connected()).acknowledged());
            List<Long> asked = edge.handshakesMs();
            assertEquals(2, asked.size());
            assertTrue(asked.get(1) - asked.get(0) >= 1_000, () -> "asked at " + asked);
            client.close();
        }
    }

    @Test
    void whileOneEdgeIsToBeLeftAloneTheOthersAreAsked() throws Exception {
        try (ScriptedEdge full = new ScriptedEdge(1_000, 30, (command, caller) -> "'ok':{}");
                ScriptedEdge edge = new ScriptedEdge((command, caller) -> "'ok':{}")) {
            HubClient client = open(new HubListener() {}, full.uri(), edge.uri());
            assertTrue(get(client.connected()).acknowledged());
            assertEquals(1, full.handshakesMs().size());
            assertEquals(1, edge.handshakesMs().size());
            client.close();
        }
    }

    @Test
    void aJoinThatIsRefusedForGoodEndsAndOneThatIsNotIsTriedAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        try (ScriptedEdge edge = new ScriptedEdge((command, caller) -> {
            if ("closed".equals(command.path("room").asText())) {
                return "'error':{'code':'room_closed','message':'it is over'}";
            }
            return tries.incrementAndGet() < 3 ? "'error':{'code':'busy','message':'','retryMs':5}" : JOINED;
        })) {
            HubClient client = open(new HubListener() {}, edge.uri());
            assertEquals("room_closed", get(client.join("closed")).code());
            assertTrue(get(client.join("42")).acknowledged());
            assertEquals("already_joined", get(client.join("42")).code());
            assertEquals("room_closed", get(client.join("closed")).code());
            client.close();
        }
    }

    @Test
    void whatIsOnItsWayWhenTheClientIsClosedIsUnknown() throws Exception {
        try (ScriptedEdge edge = new ScriptedEdge(
                (command, caller) -> "join".equals(command.get("op").asText()) ? JOINED : null)) {
            HubClient client = open(new HubListener() {}, edge.uri());
            get(client.join("42"));
            CompletableFuture<Answer> sent = client.chat("42", "c1", "hi");
            CompletableFuture<Answer> asked = client.request(ScriptedEdge.json("{'op':'ping'}"));
            client.close();
            assertEquals("disconnected", get(sent).code());
            assertTrue(get(sent).unknown());
            assertNotEquals("", get(asked).code());
        }
    }

    @Test
    void whatArrivesForNobodyIsHeardAsAnError() throws Exception {
        LinkedBlockingQueue<Answer> errors = new LinkedBlockingQueue<>();
        try (ScriptedEdge edge = new ScriptedEdge((command, caller) -> {
            caller.say("{'re':null,'error':{'code':'bad_json','message':'no'}}");
            return "'ok':{}";
        })) {
            HubClient client = open(
                    new HubListener() {
                        @Override
                        public void error(Answer error) {
                            errors.add(error);
                        }
                    },
                    edge.uri());
            get(client.connected());
            client.sendRaw("{\"id\":1}");
            assertEquals("bad_json", errors.poll(20, TimeUnit.SECONDS).code());
            client.close();
        }
    }
}
