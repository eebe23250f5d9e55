package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two users with a device on each edge: all four hear every message. */
class DevicesIT {
    private static final int MESSAGES = 40;
    /** A lost directory is filled by the edges' next renewal of their leases. */
    private static final Duration REFILLED_MAX = Duration.ofSeconds(60);

    private final TestHub hub = TestHub.get();
    private FourDevices devices;

    @BeforeEach
    void connectAll() {
        devices = new FourDevices(hub, "devices-" + Long.toString(System.nanoTime(), 36));
    }

    @AfterEach
    void leave() {
        devices.close();
    }

    @Test
    void everyDeviceOfBothGetsEachMessageOnceWithTheSameNumber() {
        Map<Long, String> sent = say("m");
        for (Witness device : devices.all()) {
            Eventually.await(FourDevices.PUSHED_MAX, "all is pushed to " + device.user(), () -> {
                assertEquals(sent, ofThese(sent, device.direct()));
                return true;
            });
            FourDevices.assertEachOnce(device.direct());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "dm-service"})
    void nothingIsLostByAKillAndPushesComeAgainAfterTheKillOf(String part) {
        hub.kill9(part);
        Map<Long, String> sent = say("k");
        hub.awaitBack(part);
        devices.awaitPushes("after-the-kill-", REFILLED_MAX);
        for (Witness device : devices.all()) {
            Eventually.await(FourDevices.PUSHED_MAX, "all is synced to " + device.user(), () -> {
                List<JsonNode> synced = FourDevices.synced(device, null);
                FourDevices.assertEachOnce(synced);
                assertEquals(sent, ofThese(sent, synced));
                return true;
            });
        }
    }

    /** Each device writes in turn, so that each is once the sender's other one. Message ids by number. */
    private Map<Long, String> say(String text) {
        Map<Long, String> sent = new TreeMap<>();
        for (int i = 0; i < MESSAGES; i++) {
            JsonNode ok = devices.say(text + i, i % devices.all().size());
            sent.put(ok.get("seq").asLong(), ok.get("mid").asText());
        }
        assertEquals(MESSAGES, sent.size(), "each has a number of its own");
        return sent;
    }

    /** Message ids by number, of messages with the same numbers as these. */
    private static Map<Long, String> ofThese(Map<Long, String> sent, List<JsonNode> messages) {
        Map<Long, String> bySeq = new TreeMap<>();
        messages.forEach(message ->
                bySeq.put(message.get("seq").asLong(), message.get("mid").asText()));
        bySeq.keySet().retainAll(sent.keySet());
        return bySeq;
    }
}
