package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two users with a device on each edge: all four hear every message. */
class DevicesIT {
    private static final int MESSAGES = 40;
    private static final Duration PUSHED_MAX = Duration.ofSeconds(30);
    /** A lost directory is filled by the edges' next renewal of their leases. */
    private static final Duration REFILLED_MAX = Duration.ofSeconds(60);

    private final TestHub hub = TestHub.get();
    private final String users = "devices-" + Long.toString(System.nanoTime(), 36);
    private Clients clients;
    /** The first user's on edge 1 and 2, then the second user's. */
    private List<Witness> devices;

    @BeforeEach
    void connectAll() {
        clients = new Clients(1);
        devices = List.of(device("-a", 1), device("-a", 2), device("-b", 1), device("-b", 2));
        // a device is in the directory a moment after it was let in
        awaitPushesEverywhere("hello-", PUSHED_MAX);
    }

    @AfterEach
    void leave() {
        devices.forEach(Witness::close);
        clients.close();
    }

    private Witness device(String user, int edge) {
        // a backend's, because a user may send 5 a second on all of these together
        return Witness.connect(clients, hub, users + user, hub.adminToken(users + user), edge);
    }

    @Test
    void everyDeviceOfBothGetsEachMessageOnceWithTheSameNumber() {
        Map<Long, String> sent = new TreeMap<>();
        for (int i = 0; i < MESSAGES; i++) {
            // each device writes, so that each is once the sender's other one
            JsonNode ok = say("m" + i, i % devices.size());
            sent.put(ok.get("seq").asLong(), ok.get("mid").asText());
        }
        assertEquals(MESSAGES, sent.size());
        for (Witness device : devices) {
            Eventually.await(PUSHED_MAX, "all is pushed to " + device.user(), () -> {
                assertEquals(sent, ofThese(sent, device.direct()));
                return true;
            });
            assertEachOnce(device.direct());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "dm-service"})
    void nothingIsLostByAKillAndPushesComeAgainAfterTheKillOf(String part) {
        Map<Long, String> sent = new TreeMap<>();
        hub.kill9(part);
        for (int i = 0; i < MESSAGES; i++) {
            JsonNode ok = say("k" + i, i % devices.size());
            sent.put(ok.get("seq").asLong(), ok.get("mid").asText());
        }
        hub.awaitBack(part);
        assertEquals(MESSAGES, sent.size(), "each has a number of its own");
        awaitPushesEverywhere("after-the-kill-", REFILLED_MAX);
        for (Witness device : devices) {
            Eventually.await(PUSHED_MAX, "all is synced to " + device.user(), () -> {
                List<JsonNode> synced = synced(device);
                assertEachOnce(synced);
                assertEquals(sent, ofThese(sent, synced));
                return true;
            });
        }
    }

    /** Writes until one message was pushed to all devices. */
    private void awaitPushesEverywhere(String text, Duration atMost) {
        List<String> tries = new ArrayList<>();
        Eventually.await(atMost, "a message reaches all devices: " + text, () -> {
            tries.add(say(text + tries.size(), 0).get("mid").asText());
            String newest = tries.get(tries.size() - 1);
            Eventually.await(
                    Duration.ofSeconds(1),
                    "it is pushed",
                    () -> devices.stream().allMatch(device -> mids(device).contains(newest)));
            return true;
        });
    }

    /** One device writes to the other user. */
    private JsonNode say(String cid, int from) {
        Witness device = devices.get(from);
        String peer = devices.get(from < 2 ? 2 : 0).user();
        Answer answer = device.wait(device.client().dmSend(peer, cid + "-" + from, cid));
        assertTrue(answer.acknowledged(), answer::toString);
        return answer.ok();
    }

    private static void assertEachOnce(List<JsonNode> messages) {
        assertEquals(
                messages.size(),
                messages.stream().map(message -> message.get("mid")).distinct().count(),
                "no message twice");
    }

    private static Set<String> mids(Witness device) {
        Set<String> mids = new HashSet<>();
        device.direct().forEach(message -> mids.add(message.get("mid").asText()));
        return mids;
    }

    /** Message ids by number, of messages with the same numbers as these. */
    private static Map<Long, String> ofThese(Map<Long, String> sent, List<JsonNode> messages) {
        Map<Long, String> bySeq = new TreeMap<>();
        messages.forEach(message ->
                bySeq.put(message.get("seq").asLong(), message.get("mid").asText()));
        bySeq.keySet().retainAll(sent.keySet());
        return bySeq;
    }

    private static List<JsonNode> synced(Witness device) {
        List<JsonNode> messages = new ArrayList<>();
        String position = null;
        while (true) {
            Answer page = device.wait(device.client().dmSync(position, 100));
            assertTrue(page.acknowledged(), page::toString);
            page.ok().get("messages").forEach(messages::add);
            position = page.ok().get("pos").asText();
            if (!page.ok().get("more").asBoolean()) {
                return messages;
            }
        }
    }
}
