package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A room without a log: it broadcasts, and says what it cannot do. */
final class EphemeralIT {
    private static final Duration SEEN_MAX = Duration.ofSeconds(20);
    private static final int TEXTS = 30;

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    @Test
    void chatsReachTheViewersOfBothEdgesAndAreAcknowledgedWhenReadBack() {
        String room = api.createRoom("ephemeral", "ephemeral", Map.of("bestEffortPerSecond", 0));
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, "here", 1);
                Witness there = Witness.viewer(clients, hub, "there", 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 1)) {
            String epochHere = here.join(room).ok().path("epoch").asText();
            String epochThere = there.join(room).ok().path("epoch").asText();
            host.join(room);
            assertNotEquals(epochHere, epochThere, "offsets belong to one edge, and so does the epoch");
            List<String> said = new ArrayList<>();
            for (int i = 0; i < TEXTS; i++) {
                said.add("text " + i);
                assertEquals(i + 1, host.say(room, "c" + i, "text " + i));
            }
            for (Witness witness : List.of(here, there)) {
                Eventually.await(
                        SEEN_MAX,
                        witness.user() + " sees all",
                        () -> witness.texts().size() == TEXTS);
                assertEquals(said, witness.texts());
            }
        }
    }

    @Test
    void whatNeedsALogIsRefusedAsUnsupported() {
        String room = api.createRoom("ephemeral", "ephemeral", Map.of());
        try (Clients clients = new Clients(1);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 1)) {
            host.join(room);
            ObjectNode text = JsonNodeFactory.instance.objectNode().put("text", "n");
            Answer announced = host.wait(host.client().send(room, "announce", "a1", text));
            assertEquals("unsupported", announced.code());
            assertEquals(
                    "unsupported",
                    host.wait(host.client().history(room, Long.MAX_VALUE >> 10, 10))
                            .code());
            assertTrue(host.wait(host.client().chat(room, "c1", "still here")).acknowledged());
        }
    }
}
