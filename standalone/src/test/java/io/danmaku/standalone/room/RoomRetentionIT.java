package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A room's topic in Pulsar keeps what the room's policy says. */
class RoomRetentionIT {
    private static final Duration SET_MAX = Duration.ofSeconds(20);

    private final TestHub hub = TestHub.get();
    private final RoomHttp rooms = new RoomHttp(hub.roomService(), hub.adminToken());
    private final RoomHttp pulsar = new RoomHttp(URI.create(hub.address("pulsarAdmin")), null);

    /** Path of the retention of a room's topic. */
    private String create(String room, int hours) throws IOException, InterruptedException {
        RoomHttp.Answer made =
                rooms.post("/api/rooms", "{\"id\":\"" + room + "\",\"policy\":{\"retentionHours\":" + hours + "}}");
        assertEquals(201, made.status());
        RoomKey key = new RoomKey(Ids.DEFAULT_TENANT, room);
        String topic = Topics.room(key, made.body().path("epoch").asText(), Durability.LOGGED);
        return "/admin/v2/" + topic.replace("://", "/") + "/retention";
    }

    private void change(String room, int hours) throws IOException, InterruptedException {
        RoomHttp.Answer changed = rooms.patch("/api/rooms/" + room, "{\"policy\":{\"retentionHours\":" + hours + "}}");
        assertEquals(200, changed.status());
        assertEquals(hours, changed.body().at("/policy/retentionHours").intValue());
    }

    private void assertKeeps(int hours, String retention) throws IOException, InterruptedException {
        JsonNode kept = pulsar.get(retention).body();
        assertEquals(hours * 60, kept.path("retentionTimeInMinutes").intValue(), String.valueOf(kept));
        assertEquals(-1, kept.path("retentionSizeInMB").intValue(), String.valueOf(kept));
    }

    private void awaitKeeps(int hours, String retention) {
        Eventually.await(SET_MAX, retention + " is " + hours + " h", () -> {
            JsonNode kept = pulsar.get(retention).body();
            return kept != null && kept.path("retentionTimeInMinutes").intValue() == hours * 60;
        });
    }

    @Test
    void theTopicKeepsWhatThePolicySays() throws Exception {
        String retention = create("keep-says", 5);
        assertKeeps(5, retention);
        change("keep-says", 48);
        assertKeeps(48, retention);
        change("keep-says", 1);
        awaitKeeps(1, retention);
        change("keep-says", 2);
        assertKeeps(2, retention);
    }

    @Test
    void aTopicThatMissedItsPolicyIsSetAfterATakeOver() throws Exception {
        String retention = create("keep-missed", 24);
        // as an owner leaves it that dies between the policy and the topic
        assertEquals(
                204,
                pulsar.post(retention, "{\"retentionTimeInMinutes\":60,\"retentionSizeInMB\":-1}")
                        .status());
        awaitKeeps(1, retention);
        hub.kill9("room-service");
        hub.awaitBack("room-service");
        awaitKeeps(24, retention);
    }
}
