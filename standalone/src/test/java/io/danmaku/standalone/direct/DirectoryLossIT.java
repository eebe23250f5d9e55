package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.RedisLine;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Redis has forgotten who is connected where: the edges say it again by themselves, and tell pings that there is something to sync. */
class DirectoryLossIT {
    /** Leases are renewed every 10 s; a lost connection is opened again within 5 s. */
    private static final Duration REFILLED_MAX = Duration.ofSeconds(18);

    /** A client that syncs does so 36 to 54 s after it did. */
    private static final Duration UNASKED_MIN = Duration.ofSeconds(35);

    private final TestHub hub = TestHub.get();
    private final String users = "forgotten-" + Long.toString(System.nanoTime(), 36);
    private final List<String> positions = new ArrayList<>();
    private FourDevices devices;
    /** A device that asks for what it was not pushed, as the Java client does for who wants it. */
    private Witness syncing;

    @BeforeEach
    void connectAll() {
        devices = new FourDevices(hub, users);
        for (Witness device : devices.all()) {
            positions.add(device.wait(device.client().dmSync("now", 1))
                    .ok()
                    .get("pos")
                    .asText());
        }
        syncing = devices.syncing(hub, positions.get(2));
        Eventually.await(FourDevices.PUSHED_MAX, "it is pushed to", () -> {
            String mid = devices.say("known-" + System.nanoTime(), 0).get("mid").asText();
            Eventually.await(
                    Duration.ofSeconds(1),
                    "it is pushed",
                    () -> FourDevices.pushed(syncing).contains(mid));
            return true;
        });
    }

    @AfterEach
    void leave() {
        if (syncing != null) {
            syncing.close();
        }
        if (devices != null) {
            devices.close();
        }
    }

    @Test
    void aRedisThatDiesWithItsFileKnowsAllDevicesAgainSoon() throws Exception {
        assertEquals("+OK", RedisLine.ask(hub, "SET " + users + " there"));
        JsonNode lost;
        hub.pause("redis");
        try {
            forgetWhatIsOnDisk();
            lost = devices.say("while-it-stands-still", 0);
        } finally {
            // what it was asked for that message it takes with it
            hub.kill9("redis");
        }
        hub.awaitBack("redis");
        assertEquals("$-1", RedisLine.ask(hub, "GET " + users), "it came back empty");
        assertAllGoesOn(lost);
    }

    @Test
    void anEmptiedRedisKnowsAllDevicesAgainWithTheNextRenewal() throws Exception {
        JsonNode[] lost = new JsonNode[1];
        Eventually.await(REFILLED_MAX, "a message finds nobody in the directory", () -> {
            assertEquals("+OK", RedisLine.ask(hub, "FLUSHALL"));
            lost[0] = devices.say("emptied-" + System.nanoTime(), 0);
            return RedisLine.ask(hub, "EXISTS " + key("-a") + " " + key("-b")).equals(":0");
        });
        assertAllGoesOn(lost[0]);
    }

    @Test
    void whoIsPushedNothingMoreIsRepairedByItsNextPing() throws Exception {
        String user = users + "-quiet";
        long connectedNs = System.nanoTime();
        try (Witness quiet = devices.quiet(hub, user)) {
            awaitInDirectory(user);
            JsonNode[] lost = new JsonNode[1];
            Eventually.await(REFILLED_MAX, "a message finds nobody in the directory", () -> {
                awaitInDirectory(user);
                assertEquals("+OK", RedisLine.ask(hub, "FLUSHALL"));
                lost[0] = devices.write("quiet-" + System.nanoTime(), user);
                return RedisLine.ask(hub, "EXISTS " + key("-quiet")).equals(":0");
            });
            Eventually.await(
                    UNASKED_MIN.minusNanos(System.nanoTime() - connectedNs),
                    "it is told, before it would have asked by itself",
                    () -> FourDevices.pushed(quiet).contains(lost[0].get("mid").asText()));
            assertEquals(1, quiet.connects());
        }
    }

    private void awaitInDirectory(String user) {
        Eventually.await(
                REFILLED_MAX,
                user + " is in the directory",
                () -> RedisLine.ask(hub, "EXISTS " + "dir:" + Ids.DEFAULT_TENANT + ":" + user)
                        .equals(":1"));
    }

    private static JsonNode pong(Witness device) {
        return device.wait(device.client().request(Json.object().put("op", "ping")))
                .ok();
    }

    private String key(String user) {
        return "dir:" + Ids.DEFAULT_TENANT + ":" + users + user;
    }

    private void forgetWhatIsOnDisk() throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(hub.data().resolve("redis").resolve("appendonlydir"))) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    /** All devices are pushed to again on the connections that they had, and are told by a sync what they were not pushed. */
    private void assertAllGoesOn(JsonNode lost) {
        devices.awaitPushes("again-", REFILLED_MAX);
        String mid = lost.get("mid").asText();
        for (int i = 0; i < positions.size(); i++) {
            Witness device = devices.all().get(i);
            assertEquals(1, device.connects(), device.user() + " did not have to connect again");
            assertFalse(FourDevices.pushed(device).contains(mid), "the push is lost");
            assertTrue(pong(device).path("sync").asBoolean(), "its ping is told so");
            String from = positions.get(i);
            Eventually.await(FourDevices.PUSHED_MAX, "it is synced to " + device.user(), () -> {
                List<JsonNode> synced = FourDevices.synced(device, from);
                FourDevices.assertEachOnce(synced);
                return synced.stream()
                        .anyMatch(message -> message.get("mid").asText().equals(mid)
                                && message.get("seq").equals(lost.get("seq")));
            });
            Eventually.await(FourDevices.PUSHED_MAX, "a sync some seconds after the loss makes up for it", () -> {
                FourDevices.synced(device, from);
                return pong(device).isEmpty();
            });
        }
        // a push that followed left its number out
        Eventually.await(
                FourDevices.PUSHED_MAX,
                "a client that syncs by itself tells it",
                () -> FourDevices.pushed(syncing).contains(mid));
        FourDevices.assertEachOnce(syncing.direct());
    }
}
