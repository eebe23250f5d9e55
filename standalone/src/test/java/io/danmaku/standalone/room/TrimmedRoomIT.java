package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.node.pulsar.LogHead;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClient;
import org.junit.jupiter.api.Test;

/** A room whose records are all past its retention still knows where it stands. */
final class TrimmedRoomIT {
    private static final int SAID = 20;
    private static final Duration SEEN_MAX = Duration.ofSeconds(30);

    private final TestHub hub = TestHub.get();

    @Test
    void anEdgeThatOpensARoomWithoutAnyRecordLeftGoesOnBehindTheLastOneAndTellsAGap() throws Exception {
        String room = new HubApi(hub).createRoom("trimmed", Map.of("bestEffortPerSecond", 0));
        String epoch;
        try (Clients clients = new Clients(1)) {
            try (Witness early = Witness.connect(clients, hub, "early", hub.hostToken("early", room), 1)) {
                epoch = early.join(room).ok().get("epoch").asText();
                for (int i = 1; i <= SAID; i++) {
                    assertEquals(i, early.say(room, "c" + i, "text " + i));
                }
            }
            assertEquals(Optional.of(0L), oldestIndex(room, epoch));
            TrimmedLog.trim(hub, room, epoch);
            assertEquals(Optional.empty(), oldestIndex(room, epoch));
            // edge 2 never had the room open
            try (Witness fresh = Witness.connect(clients, hub, "fresh", hub.hostToken("fresh", room), 2);
                    Witness back = Witness.viewer(clients, hub, "back", 2);
                    Witness all = Witness.viewer(clients, hub, "all", 2)) {
                Answer joined = fresh.join(room);
                assertEquals(SAID, joined.ok().get("head").asLong());
                back.joined(c -> c.joinSince(room, SAID, epoch));
                all.joined(c -> c.joinSince(room, 0, null));
                for (String nothing : List.of("", "?after=0", "?from=1", "?after=0&from=1")) {
                    assertGone(List.of(), historyOfEdge2(room, nothing));
                }
                assertEquals(SAID + 1, fresh.say(room, "c" + (SAID + 1), "goes on"));
                assertEquals(Optional.of((long) SAID), oldestIndex(room, epoch));
                for (Witness witness : List.of(fresh, back, all)) {
                    witness.awaitCovered(SAID + 1, SEEN_MAX);
                    assertEquals(List.of("goes on"), witness.texts());
                }
                assertEquals(List.of(), back.gaps());
                assertEquals(List.of("1.." + SAID + " retention"), all.gaps());
                JsonNode events =
                        back.wait(back.client().history(room, 0, 50)).ok().get("events");
                assertEquals(1, events.size());
                for (String one : List.of("", "?after=0", "?from=1", "?after=0&from=1")) {
                    assertGone(List.of(SAID + 1L), historyOfEdge2(room, one));
                }
                String before = "to=" + events.get(0).get("ts").asLong();
                assertGone(List.of(), historyOfEdge2(room, "?" + before));
                assertGone(List.of(), historyOfEdge2(room, "?after=0&" + before));
            }
        }
    }

    /** What room-service asks the log before it forgets what was deleted of it. */
    private Optional<Long> oldestIndex(String room, String epoch) throws Exception {
        String topic = Topics.room(new RoomKey(Ids.DEFAULT_TENANT, room), epoch, Durability.LOGGED);
        try (PulsarClient client =
                PulsarClient.builder().serviceUrl(hub.address("pulsar")).build()) {
            return Optional.ofNullable(
                            LogHead.oldest(client, topic, SEEN_MAX.toMillis()).get())
                    .flatMap(Message::getIndex);
        }
    }

    private JsonNode historyOfEdge2(String room, String query) throws Exception {
        RoomHttp.Answer answer =
                new RoomHttp(hub.edge(2), hub.adminToken()).get("/api/rooms/" + room + "/events" + query);
        assertEquals(200, answer.status(), () -> query + ": " + answer);
        return answer.body();
    }

    private static void assertGone(List<Long> left, JsonNode page) {
        List<Long> offsets = new ArrayList<>();
        page.get("events").forEach(event -> offsets.add(event.get("o").asLong()));
        assertEquals(left, offsets);
        assertEquals(
                "{\"from\":1,\"to\":" + SAID + ",\"reason\":\"retention\"}",
                page.path("gap").toString());
        assertFalse(page.get("more").booleanValue());
    }
}
