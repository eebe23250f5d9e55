package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Two users with a device on each edge of the hub, who write to one another. */
final class FourDevices implements AutoCloseable {
    static final Duration PUSHED_MAX = Duration.ofSeconds(30);

    private final Clients clients = new Clients(1);
    private final List<Witness> devices;

    /** Connects them and waits until each of them is pushed to. */
    FourDevices(TestHub hub, String users) {
        devices = List.of(
                device(hub, users + "-a", 1),
                device(hub, users + "-a", 2),
                device(hub, users + "-b", 1),
                device(hub, users + "-b", 2));
        // a device is in the directory a moment after it was let in
        awaitPushes("hello-", PUSHED_MAX);
    }

    private Witness device(TestHub hub, String user, int edge) {
        // a backend's, because a user may send 5 a second on all of these together
        return Witness.connect(clients, hub, user, hub.adminToken(user), edge);
    }

    /** One more device of the second user, which syncs by itself from a position on. */
    Witness syncing(TestHub hub, String position) {
        String user = devices.get(2).user();
        return Witness.open(
                clients,
                user,
                ClientOptions.of(List.of(hub.webSocket(1)), () -> hub.token(user))
                        .syncing(position));
    }

    /** A device of somebody new, that syncs by itself. */
    Witness quiet(TestHub hub, String user) {
        return Witness.open(
                clients,
                user,
                ClientOptions.of(List.of(hub.webSocket(1)), () -> hub.token(user))
                        .syncing(""));
    }

    /** The first device writes to somebody else; what is answered. */
    JsonNode write(String cid, String peer) {
        Witness device = devices.get(0);
        Answer answer = device.wait(device.client().dmSend(peer, cid, cid));
        assertTrue(answer.acknowledged(), answer::toString);
        return answer.ok();
    }

    /** The first user's on edge 1 and 2, then the second user's. */
    List<Witness> all() {
        return devices;
    }

    /** One device writes to the other user; what is answered. */
    JsonNode say(String cid, int from) {
        Witness device = devices.get(from);
        String peer = devices.get(from < 2 ? 2 : 0).user();
        Answer answer = device.wait(device.client().dmSend(peer, cid + "-" + from, cid));
        assertTrue(answer.acknowledged(), answer::toString);
        return answer.ok();
    }

    /** Writes until one message was pushed to all devices. */
    void awaitPushes(String text, Duration atMost) {
        List<String> tries = new ArrayList<>();
        Eventually.await(atMost, "a message reaches all devices: " + text, () -> {
            tries.add(say(text + tries.size(), 0).get("mid").asText());
            String newest = tries.get(tries.size() - 1);
            Eventually.await(
                    Duration.ofSeconds(1),
                    "it is pushed",
                    () -> devices.stream().allMatch(device -> pushed(device).contains(newest)));
            return true;
        });
    }

    /** The ids of what was pushed to a device. */
    static Set<String> pushed(Witness device) {
        Set<String> mids = new HashSet<>();
        device.direct().forEach(message -> mids.add(message.get("mid").asText()));
        return mids;
    }

    static void assertEachOnce(List<JsonNode> messages) {
        assertEquals(
                messages.size(),
                messages.stream().map(message -> message.get("mid")).distinct().count(),
                "no message twice");
    }

    /** All that a device is told by syncs from a position on, null = from the beginning. */
    static List<JsonNode> synced(Witness device, String from) {
        List<JsonNode> messages = new ArrayList<>();
        String position = from;
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

    @Override
    public void close() {
        devices.forEach(Witness::close);
        clients.close();
    }
}
