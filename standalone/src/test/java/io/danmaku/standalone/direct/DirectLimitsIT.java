package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How often a user may send: over HTTP, and over all connections and edges. */
class DirectLimitsIT {
    private static final int BURST = 10;
    /** As many as a viewer would need minutes for. */
    private static final int MANY = 300;

    private static final byte[] NO_JSON = "{".getBytes(StandardCharsets.UTF_8);

    /** Of a connection: {@code connection.sendsPerSecond}, and twice that at once. A user has one more. */
    private static final int SENDS_PER_SECOND = 5;

    private static final Duration PUSHED_MAX = Duration.ofSeconds(20);

    private final TestHub hub = TestHub.get();
    private final URI direct = hub.dmService();
    private final String run = "limits-" + Long.toString(System.nanoTime(), 36);
    private final AtomicInteger cids = new AtomicInteger();

    private static DirectClient.Answer firstRefused(DirectClient user, URI at, String path) throws Exception {
        for (int i = 0; i < MANY; i++) {
            DirectClient.Answer answer = user.post(at, path, NO_JSON);
            if (answer.status() == 429) {
                assertTrue(i >= BURST, "the burst is for all");
                return answer;
            }
            assertEquals("bad_json", answer.code());
        }
        throw new AssertionError("never refused");
    }

    @Test
    void aViewerWhoSendsTooFastIsToldWhenToComeBack() throws Exception {
        DirectClient.Answer refused =
                firstRefused(new DirectClient("limits-viewer", false), direct, "/api/dm/somebody/messages");
        assertEquals("rate_limited", refused.code());
        long retryMs = refused.body().path("retryMs").longValue();
        assertTrue(retryMs >= 1 && retryMs <= 200, refused.toString());
    }

    @Test
    void readMarksCountAndAnEdgesPortIsNoWayAround() throws Exception {
        URI edge = TestHub.get().edge(1);
        assertEquals(
                "rate_limited",
                firstRefused(new DirectClient("limits-reader", false), edge, "/api/dm/somebody/read")
                        .code());
    }

    @Test
    void aBackendSendsAsFastAsItNeeds() throws Exception {
        DirectClient backend = new DirectClient("limits-backend", true);
        for (int i = 0; i < MANY; i++) {
            assertEquals(
                    "bad_json",
                    backend.post(direct, "/api/dm/somebody/messages", NO_JSON).code());
        }
    }

    private Answer send(Witness who, String peer) {
        return who.wait(ask(who, peer));
    }

    private CompletableFuture<Answer> ask(Witness who, String peer) {
        return who.client().dmSend(peer, "c" + cids.incrementAndGet(), "hello");
    }

    private List<Answer> atOnce(List<Witness> senders, String peer) {
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            senders.forEach(sender -> sent.add(ask(sender, peer)));
        }
        return sent.stream().map(senders.get(0)::wait).toList();
    }

    private static List<JsonNode> taken(List<Answer> answers) {
        return answers.stream().filter(Answer::acknowledged).map(Answer::ok).toList();
    }

    /** Nothing was on its way between the nodes, so it is the user's rate and no more. */
    private static void assertTakenInTime(List<Answer> answers, int before, long beganNs) {
        int taken = before + taken(answers).size();
        long seconds = (System.nanoTime() - beganNs) / 1_000_000_000L + 1;
        assertTrue(taken <= BURST + 1 + seconds * SENDS_PER_SECOND, taken + " in " + seconds + " s: " + answers);
        answers.stream().filter(answer -> !answer.acknowledged()).forEach(refused -> {
            assertEquals("rate_limited", refused.code(), refused::toString);
            assertTrue(refused.retryMs() >= 1 && refused.retryMs() <= 1_000, refused::toString);
        });
    }

    private static boolean isPushed(Witness device, JsonNode place) {
        return device.direct().stream().anyMatch(message -> message.get("mid").equals(place.get("mid")));
    }

    /** A device is in the directory a moment after it was let in. Who sends is a backend: what it sends uses no rate up. */
    private void awaitPushes(List<Witness> devices, String user) {
        Eventually.await(PUSHED_MAX, "pushes reach all devices", () -> {
            new DirectClient(run + "-first", true).send(direct, user, "c" + cids.incrementAndGet(), "hello");
            return devices.stream().noneMatch(device -> device.direct().isEmpty());
        });
    }

    @Alone
    @Test
    void aUserWithManyConnectionsHasTheRateOfOneOnAllEdgesTogether() {
        String user = run + ".u";
        String peer = run + ".peer";
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, user, 1);
                Witness two = Witness.viewer(clients, hub, user, 1);
                Witness three = Witness.viewer(clients, hub, user, 2);
                Witness four = Witness.viewer(clients, hub, user, 2);
                Witness other = Witness.viewer(clients, hub, run + ".v", 2);
                Witness backend = Witness.connect(clients, hub, run + ".b", hub.adminToken(run + ".b"), 2)) {
            awaitPushes(List.of(one, two, three), user);
            // each is within its own rate
            long beganNs = System.nanoTime();
            List<Answer> here = atOnce(List.of(one, two), peer);
            assertTakenInTime(here, 0, beganNs);
            List<JsonNode> taken = taken(here);
            assertTrue(taken.size() > BURST && taken.size() < here.size(), here::toString);
            Eventually.await(
                    PUSHED_MAX,
                    "the other edge has read all of it",
                    () -> taken.stream().allMatch(place -> isPushed(three, place)));
            List<Answer> there = atOnce(List.of(three), peer);
            assertTakenInTime(there, taken.size(), beganNs);
            for (int i = 1; i <= BURST; i++) {
                Answer mark = four.wait(four.client().dmRead(peer, i));
                assertTrue(mark.acknowledged(), "each device says its own: " + mark);
            }
            // whom that does not concern
            for (int i = 0; i < BURST; i++) {
                assertTrue(send(other, peer).acknowledged());
            }
            for (int i = 0; i < 3 * BURST; i++) {
                assertTrue(send(backend, peer).acknowledged());
            }
        }
    }

    @Alone
    @Test
    void whatAUserSendsOverHttpCountsOnTheEdgesWhereTheUserIs() throws Exception {
        String user = run + ".h";
        String peer = run + ".peer";
        DirectClient overHttp = new DirectClient(user, false);
        try (Clients clients = new Clients(1);
                Witness device = Witness.viewer(clients, hub, user, 1)) {
            awaitPushes(List.of(device), user);
            long beganNs = System.nanoTime();
            List<JsonNode> taken = new ArrayList<>();
            for (int i = 0; i < BURST; i++) {
                DirectClient.Answer answer = overHttp.send(direct, peer, "h" + i, "hello");
                assertEquals(201, answer.status(), answer.toString());
                taken.add(answer.body());
            }
            Eventually.await(
                    PUSHED_MAX,
                    "the edge has read all of it",
                    () -> taken.stream().allMatch(place -> isPushed(device, place)));
            assertTakenInTime(atOnce(List.of(device), peer), taken.size(), beganNs);
        }
    }
}
