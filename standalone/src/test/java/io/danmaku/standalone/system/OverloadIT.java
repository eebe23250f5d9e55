package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.lifecycle.Handshakes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** An edge that is asked for more than it can do, or than it is allowed: who is there goes on, and all comes back by itself. */
@Alone
final class OverloadIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pattern RETRY_AFTER = Pattern.compile("(?i)\r\nretry-after: (\\d+)\r\n");
    private static final Pattern RETRY_MS = Pattern.compile("\"retryMs\":(\\d+)");

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    private Witness viewer(Clients clients, OwnService edge, String user) {
        return Witness.connect(clients, List.of(edge.webSocket()), user, hub.token(user));
    }

    @Test
    void aBurstOfHandshakesIsToldToComeBackAndARunningViewerDoesNotNotice() throws Exception {
        String room = api.createRoom("burst", Map.of("bestEffortPerSecond", 0));
        int perSecond = 5;
        int burst = 60;
        try (OwnService edge = OwnService.start(
                        hub,
                        OwnService.Kind.EDGE,
                        Map.of("DANMAKU_EDGE_ACCEPT_PER_SECOND", Integer.toString(perSecond)));
                Clients clients = new Clients(1);
                Witness running = viewer(clients, edge, "running");
                Speaker speaker = new Speaker(clients, hub, room, "", 1)) {
            running.join(room);
            speaker.start(50);
            long startNs = System.nanoTime();
            List<String> answers = knockTogether(edge, burst);
            List<String> refused = answers.stream()
                    .filter(answer -> !answer.startsWith("HTTP/1.1 101 "))
                    .toList();
            long tookS = Duration.ofNanos(System.nanoTime() - startNs).toSeconds() + 1;
            assertTrue(
                    burst - refused.size() <= perSecond * (1 + tookS),
                    () -> refused.size() + " were refused in " + tookS + " s");
            assertRefused(refused);
            assertEquals(refused.size(), edge.metric("danmaku_handshakes_refused_total", "reason=\"rate\""));

            // a client comes in by itself, when it may
            try (Witness late = viewer(clients, edge, "late")) {
                late.join(room);
                long last = speaker.stop();
                running.awaitCovered(last, SOON);
                late.awaitCovered(last, SOON);
            }
            assertEquals(1, running.connects());
            assertEquals(List.of(), running.gaps());
            assertEquals(
                    speaker.spoken(),
                    running.events("chat").size() + running.events("announce").size());
            edge.stop();
        }
    }

    private static List<String> knockTogether(OwnService edge, int many) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(many);
        try {
            List<CompletableFuture<String>> knocks = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                knocks.add(CompletableFuture.supplyAsync(() -> Handshakes.once(edge.address()), threads));
            }
            return knocks.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdownNow();
        }
    }

    /** 503, a problem, and times that are not the same for all. */
    private static void assertRefused(List<String> answers) {
        Set<String> times = new HashSet<>();
        for (String answer : answers) {
            assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
            assertTrue(answer.contains("application/problem+json") && answer.contains("\"code\":\"busy\""), answer);
            Matcher after = RETRY_AFTER.matcher(answer);
            Matcher ms = RETRY_MS.matcher(answer);
            assertTrue(after.find() && ms.find(), answer);
            assertEquals((Long.parseLong(ms.group(1)) + 999) / 1_000, Long.parseLong(after.group(1)));
            times.add(ms.group(1));
        }
        assertTrue(times.size() > answers.size() / 2, () -> "come back at " + times);
    }

    /** Steps at lags that a quiet loop does not have and a flooded one has at every look. */
    private static Map<String, String> lowSteps() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "DANMAKU_EDGE_EVENT_LOOPS", "1",
                // those who flood have no token
                "DANMAKU_EDGE_AUTHENTICATE_WITHIN", "600s",
                "DANMAKU_EDGE_OVERLOAD_RISE_AFTER", "200ms",
                "DANMAKU_EDGE_OVERLOAD_FALL_AFTER", "1s"));
        int at = 0;
        for (String step : List.of("STRETCH", "SAMPLE", "SHED", "REFUSE")) {
            environment.put("DANMAKU_EDGE_" + step + "_LAG", 8 + at + "ms");
            environment.put("DANMAKU_EDGE_" + step + "_RING_PERCENT", Integer.toString(97 + at));
            environment.put("DANMAKU_EDGE_" + step + "_MEMORY_PERCENT", Integer.toString(97 + at));
            at++;
        }
        return environment;
    }

    @Test
    void aFloodedEdgeLeavesOutStepByStepAndComesBackByItself() throws Exception {
        String room = api.createRoom("flooded", Map.of("bestEffortPerSecond", 0));
        try (OwnService edge = OwnService.start(hub, OwnService.Kind.EDGE, lowSteps());
                Clients clients = new Clients(1);
                Witness running = viewer(clients, edge, "running");
                Witness liker = viewer(clients, edge, "liker");
                Witness late = viewer(clients, edge, "late");
                Speaker speaker = new Speaker(clients, hub, room, "", 1)) {
            running.join(room);
            liker.join(room);
            Eventually.await(SOON, "a quiet edge is at no step", () -> edge.metric("danmaku_overload_step") == 0);
            speaker.start(20);
            int likes = 0;
            CompletableFuture<Answer> joined;
            try (Flood flood = new Flood(edge.address(), 8)) {
                flood.begin();
                Eventually.await(SOON, "nobody is let in", () -> edge.metric("danmaku_overload_step") == 4);
                Answer join = late.wait(late.client().request(join(room)));
                assertEquals("busy", join.code());
                assertTrue(join.retryMs() >= 3_000 && join.retryMs() <= 10_000, () -> "retryMs " + join.retryMs());
                assertRefused(knockTogether(edge, 5));
                assertSocketEnds(edge);
                for (int i = 0; i < 10; i++) {
                    Answer like = liker.wait(
                            liker.client().send(room, "like", "l" + i, JsonNodeFactory.instance.objectNode()));
                    assertTrue(like.acknowledged(), like::toString);
                    likes++;
                }
                Eventually.await(SOON, "likes are left out", () -> edge.metric("danmaku_events_shed_total") >= 1);
                joined = late.client().join(room);
                assertTrue(edge.metric("danmaku_joins_refused_total") >= 1);
                assertFalse(joined.isDone());
            }
            assertTrue(late.wait(joined).acknowledged());
            Eventually.await(SOON, "it is at no step", () -> edge.metric("danmaku_overload_step") == 0);
            likes++;
            Answer counted =
                    liker.wait(liker.client().send(room, "like", "last", JsonNodeFactory.instance.objectNode()));
            assertEquals("{\"counted\":1}", counted.ok().toString());
            Eventually.await(
                    SOON, "likes are told again", () -> !running.events("like").isEmpty());
            long last = speaker.stop();

            running.awaitCovered(last, SOON);
            late.awaitCovered(last, SOON);
            assertEquals(1, running.connects());
            assertEquals(List.of(), running.gaps());
            long shed = running.skipped().getOrDefault("shed", 0L);
            assertTrue(shed >= 1, () -> "left out: " + running.skipped());
            assertEquals((double) shed, edge.metric("danmaku_events_shed_total"));
            assertTrue(likes(running.events("like")) < likes, "some were left out");
            assertEquals(likes, likes(running.history(room)), "history has them all");
            // a host's, RELIABLE or not
            assertEquals(
                    speaker.spoken(),
                    running.events("chat").size() + running.events("announce").size());
            for (String step : List.of("stretch", "sample", "shed", "refuse", "normal")) {
                assertTrue(edge.metric("danmaku_overload_changes_total", "step=\"" + step + "\"") >= 1, step);
            }
            String said = String.join("\n", edge.output());
            assertTrue(said.contains("overload: refuse after shed: loop lag "), said);
            assertTrue(said.contains("overload eases: normal after stretch: loop lag "), said);
            edge.stop();
        }
    }

    /** The sum of all likes among some events. */
    private static int likes(Map<Long, JsonNode> events) {
        return events.values().stream()
                .filter(event -> event.get("t").asText().equals("like"))
                .mapToInt(event -> event.get("d").get("n").asInt())
                .sum();
    }

    private static ObjectNode join(String room) {
        return JsonNodeFactory.instance.objectNode().put("op", "join").put("room", room);
    }

    /** Who is refused does not keep a socket. */
    private static void assertSocketEnds(OwnService edge) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress(
                    edge.address().getHost(), edge.address().getPort()));
            socket.getOutputStream()
                    .write(("GET /ws HTTP/1.1\r\nHost: " + edge.address().getAuthority()
                                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(all.startsWith("HTTP/1.1 503 ") && all.endsWith("}"), all);
        }
    }
}
