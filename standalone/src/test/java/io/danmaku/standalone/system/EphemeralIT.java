package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
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
    void whatTheBrokerDropsIsToldAsLostToEveryViewer() throws Exception {
        String room = api.createRoom("ephemeral", "ephemeral", Map.of());
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, "here", 1);
                Witness there = Witness.viewer(clients, hub, "there", 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 1);
                PulsarClient pulsar =
                        PulsarClient.builder().serviceUrl(hub.address("pulsar")).build();
                Producer<byte[]> edge = pulsar.newProducer()
                        .topic(topic(room))
                        .enableBatching(false)
                        .create()) {
            List<Witness> all = List.of(here, there);
            all.forEach(witness -> witness.join(room));
            host.join(room);
            append(edge, 10, "first");
            append(edge, 11, "second");
            append(edge, 15, "behind three that were dropped");
            append(edge, 16, "the next");
            for (Witness witness : all) {
                Eventually.await(SEEN_MAX, witness.user() + " sees all", () -> witness.covered() == 7);
                assertEquals(List.of("3..5 lost"), witness.gaps());
                assertEquals(Set.of(1L, 2L, 6L, 7L), witness.events().keySet());
            }
            assertEquals(8, host.say(room, "c", "another producer has numbers of its own"));
            for (Witness witness : all) {
                witness.awaitCovered(8, SEEN_MAX);
                assertEquals(1, witness.gaps().size());
            }
        }
    }

    /** The log of a room, as edges name it. */
    private String topic(String room) {
        String epoch = api.get("/api/rooms/" + room, hub.adminToken())
                .body()
                .get("epoch")
                .asText();
        return Topics.room(new RoomKey(Ids.DEFAULT_TENANT, room), epoch, Durability.EPHEMERAL);
    }

    private static void append(Producer<byte[]> edge, long number, String text) throws PulsarClientException {
        ObjectNode detail = JsonNodeFactory.instance.objectNode().put("text", text);
        byte[] record = new RoomRecord(
                        EventType.CHAT,
                        false,
                        false,
                        1,
                        0,
                        0,
                        "someone",
                        "cid" + number,
                        "",
                        EventDetail.fragment(EventType.CHAT, "someone", "Someone", detail))
                .encode();
        edge.newMessage().sequenceId(number).value(record).send();
    }

    @Test
    void whoResumesOnTheSameEdgeFindsTheTailAndOnAnotherBeginsAtItsHead() {
        String room = api.createRoom("ephemeral", "ephemeral", Map.of());
        try (Clients clients = new Clients(1);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 1);
                Witness there = Witness.viewer(clients, hub, "there", 2);
                Witness same = Witness.viewer(clients, hub, "same", 1);
                Witness moved = Witness.viewer(clients, hub, "moved", 2)) {
            String epoch = host.join(room).ok().path("epoch").asText();
            there.join(room);
            for (int i = 1; i <= TEXTS; i++) {
                host.say(room, "c" + i, "text " + i);
            }
            there.awaitCovered(TEXTS, SEEN_MAX);
            Answer resumed = same.joined(c -> c.joinSince(room, 10, epoch));
            assertEquals(epoch, resumed.ok().path("epoch").asText());
            same.awaitCovered(TEXTS, SEEN_MAX);
            assertEquals(host.eventsAbove(10), same.events());

            Answer begun = moved.joined(c -> c.joinSince(room, 10, epoch));
            assertNotEquals(epoch, begun.ok().path("epoch").asText());
            long head = begun.ok().path("head").asLong();
            host.say(room, "end", "the end");
            moved.awaitCovered(head + 1, SEEN_MAX);
            assertEquals(List.of("the end"), moved.texts());
            assertEquals(List.of(), moved.gaps());
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
