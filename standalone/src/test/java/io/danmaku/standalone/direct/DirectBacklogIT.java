package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Ids;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.hub.Up;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What hangs on settings that the shared hub has not, on a hub of its own: the CQL store stands still for longer than may wait in the log, whose
 * bound is small; bodies are stored only until all devices have them; and messages may be changed for a short time only.
 */
class DirectBacklogIT {
    private static final int BACKLOG_MAX = 10;
    private static final int APPENDED = 2 * BACKLOG_MAX;
    private static final long RELAY_WITHIN_S = 3_600;
    private static final int RECALL_WITHIN_S = 2;
    /** Long enough for what is edited while bodies are relayed. */
    private static final int EDIT_WITHIN_S = 40;

    private static final Duration SEEN_MAX = Duration.ofSeconds(40);
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    private static Up up;
    private static TestHub hub;
    private static LateChanges late;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> settings = Map.of(
                "DANMAKU_DM_BACKLOG_MAX",
                Integer.toString(BACKLOG_MAX),
                "DANMAKU_DM_STORING",
                "relay",
                "DANMAKU_DM_RELAY_WITHIN",
                RELAY_WITHIN_S + "s",
                "DANMAKU_DM_RECALL_WITHIN",
                RECALL_WITHIN_S + "s",
                "DANMAKU_DM_EDIT_WITHIN",
                EDIT_WITHIN_S + "s");
        up = Up.start(Up.data("backlog", true), Up.freePorts(1), settings);
        hub = TestHub.of(up.awaitReady());
        // its time goes by while the others run
        late = LateChanges.begin(hub, Duration.ofSeconds(RECALL_WITHIN_S), Duration.ofSeconds(EDIT_WITHIN_S));
    }

    @AfterAll
    static void stop() {
        up.close();
    }

    @Test
    void whereBodiesAreRelayedTheyGoWhenAllDevicesHaveThem() throws Exception {
        RelayedBodies.check(hub, RELAY_WITHIN_S);
    }

    @Test
    void aMessageIsTakenBackAndEditedForSoLongAndNoLonger() throws Exception {
        late.check();
    }

    @Test
    void beyondTheBoundSendsAreRefusedAndWhatWasTakenIsStoredInOrderWhenTheStoreIsBack() throws Exception {
        try (Clients clients = new Clients(1);
                Witness ann = Witness.connect(clients, hub, "ann", hub.adminToken("ann"), 1)) {
            assertTrue(ask(ann, "bob", "0").acknowledged());
            assertTrue(ask(ann, elsewhere(), "0").acknowledged());
            hub.pause("cassandra");
            try {
                theLogTakesSoManyAndNoMore(ann);
            } finally {
                hub.resume("cassandra");
            }
            allThatWasTakenIsThereInOrder(ann);
        }
    }

    private static void theLogTakesSoManyAndNoMore(Witness ann) throws Exception {
        List<CompletableFuture<Answer>> asked = IntStream.rangeClosed(1, APPENDED)
                .mapToObj(i -> ann.client().request(send("bob", Integer.toString(i))))
                .toList();
        for (CompletableFuture<Answer> one : asked) {
            assertEquals("pending", ann.wait(one).code(), "its sender is told that it waits");
        }
        Eventually.await(
                SEEN_MAX,
                "an edge refuses",
                () -> "unavailable".equals(ask(ann, "bob", "late").code()));
        long beganNs = System.nanoTime();
        Answer refused = ask(ann, "bob", "never");
        assertEquals("unavailable", refused.code(), refused.toString());
        assertTrue(refused.retryMs() > 0, "and says when to come back");
        assertTrue(System.nanoTime() - beganNs < AT_ONCE.toNanos(), "at once");
        DirectClient overHttp = new DirectClient(hub, "ann", true);
        Eventually.await(
                SEEN_MAX,
                "dm-service refuses",
                () -> "unavailable"
                        .equals(overHttp.send(hub.dmService(), "bob", "http", "http")
                                .code()));
        assertEquals(
                503, overHttp.send(hub.dmService(), "bob", "never", "never").status());
        assertEquals("pending", ask(ann, elsewhere(), "1").code(), "other partitions are not full");
        assertTrue(metric(hub.edge(1), "direct_backlog") >= APPENDED, "it is told how many wait");
        assertTrue(metric(hub.dmService(), "danmaku_dm_backlog") >= APPENDED);
        assertTrue(metric(hub.edge(1), "direct_requests_full_total") >= 1);
    }

    private static void allThatWasTakenIsThereInOrder(Witness ann) throws Exception {
        assertTrue(ann.wait(ann.client().dmSend("bob", "after", "after")).acknowledged(), "sends go on by themselves");
        for (int i = 0; i <= APPENDED; i++) {
            Answer again = ask(ann, "bob", Integer.toString(i));
            assertTrue(again.acknowledged(), again::toString);
            assertEquals(i + 1, again.ok().path("seq").asLong(), "in the order in which they were sent");
        }
        assertEquals(2, ask(ann, elsewhere(), "1").ok().path("seq").asLong());
        List<String> inOrder =
                IntStream.rangeClosed(0, APPENDED).mapToObj(Integer::toString).toList();
        DirectClient bob = new DirectClient(hub, "bob", true);
        Eventually.await(
                SEEN_MAX,
                "a device is told all",
                () -> texts(bob.sync(hub.dmService(), null, 100).messages()).contains("after"));
        List<String> synced = texts(bob.sync(hub.dmService(), null, 100).messages());
        List<String> history = texts(bob.history(hub.dmService(), "ann", 100));
        assertEquals(history, synced);
        assertEquals(inOrder, history.subList(0, inOrder.size()));
        assertEquals(history.size(), new HashSet<>(history).size(), "once: " + history);
        assertTrue(history.contains("http"), "what HTTP was told to be pending: " + history);
        assertFalse(history.contains("never"), "what was refused is not there");
        assertTrue(ask(ann, "bob", "never").acknowledged(), "and can be sent now");
        Eventually.await(SEEN_MAX, "nothing waits any more", () -> metric(hub.edge(1), "direct_backlog") == 0);
    }

    private static Answer ask(Witness who, String to, String text) {
        return who.wait(who.client().request(send(to, text)));
    }

    private static ObjectNode send(String to, String text) {
        return Json.object()
                .put("op", "dm.send")
                .put("to", to)
                .put("cid", text)
                .put("kind", "text")
                .put("body", text);
    }

    /** A peer whose conversation lies in another partition. */
    private static String elsewhere() {
        return IntStream.range(0, 100)
                .mapToObj(i -> "carl" + i)
                .filter(peer -> partition(peer) != partition("bob"))
                .findFirst()
                .orElseThrow();
    }

    private static int partition(String peer) {
        return Topics.directPartition(DirectRecord.upTo(DirectRecord.Op.READ, Ids.DEFAULT_TENANT, "ann", peer, 1, "", 1)
                .conversation());
    }

    private static List<String> texts(List<JsonNode> messages) {
        List<String> texts = new ArrayList<>();
        messages.forEach(message -> texts.add(message.get("body").asText()));
        return texts;
    }

    static double metric(URI at, String name) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(at.resolve("/metrics")).build(), HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
