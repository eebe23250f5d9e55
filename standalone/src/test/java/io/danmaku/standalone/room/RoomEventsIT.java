package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What was decided is told in the room's log. */
class RoomEventsIT {
    private static final Duration TOLD_MAX = Duration.ofSeconds(30);

    private final TestHub hub = TestHub.get();
    private final RoomHttp rooms = new RoomHttp(hub.roomService(), hub.adminToken());
    private final RoomHttp pulsar = new RoomHttp(URI.create(hub.address("pulsarAdmin")), null);
    private int titles;

    private boolean isToldOfAChange(String room, String topic) throws Exception {
        String path = "/api/rooms/" + room;
        assertEquals(200, rooms.patch(path, "{\"title\":\"t" + titles++ + "\"}").status());
        RoomHttp.Answer stats = pulsar.get(topic + "/stats");
        return stats.status() == 200 && stats.body().path("msgInCounter").intValue() > 0;
    }

    @Test
    void aLogThatThePulsarClientHasGivenUpIsOpenedAnew() throws Exception {
        JsonNode made = rooms.post("/api/rooms", "{\"id\":\"events-anew\"}").body();
        RoomKey key = new RoomKey(Ids.DEFAULT_TENANT, "events-anew");
        String topic = "/admin/v2/"
                + Topics.room(key, made.path("epoch").asText(), Durability.LOGGED)
                        .replace("://", "/");
        Eventually.await(TOLD_MAX, "an event", () -> isToldOfAChange("events-anew", topic));
        // a producer of a terminated topic never comes back, although the topic does
        assertEquals(200, pulsar.post(topic + "/terminate", null).status());
        assertEquals(
                200,
                rooms.patch("/api/rooms/events-anew", "{\"title\":\"lost\"}").status());
        Eventually.await(
                TOLD_MAX,
                "the topic is gone",
                () -> pulsar.delete(topic + "?force=true").status() < 300);
        Eventually.await(TOLD_MAX, "an event again", () -> isToldOfAChange("events-anew", topic));
    }
}
