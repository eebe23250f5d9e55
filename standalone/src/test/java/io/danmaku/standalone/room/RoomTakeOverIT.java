package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.room.RoomHttp.Answer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two instances of room-service: any takes HTTP, one decides, and the other goes on when it dies. */
class RoomTakeOverIT {
    /** Enough to meet most of the 16 groups. */
    private static final int ROOMS = 24;

    private static final Duration TAKE_OVER_MAX = Duration.ofSeconds(15);

    private final TestHub hub = TestHub.get();
    private final RoomHttp first = new RoomHttp(hub.roomService(), hub.adminToken());

    private static String room(int i) {
        return "/api/rooms/over-" + i;
    }

    /** Changes a title until that is acknowledged. */
    private static void retitle(RoomHttp http, int i, String title) {
        Answer[] last = new Answer[1];
        Eventually.await(TAKE_OVER_MAX, "the title of " + room(i), () -> {
            last[0] = http.patch(room(i), "{\"title\":\"" + title + "\"}");
            return last[0].status() != 503 && last[0].status() != 504;
        });
        assertEquals(200, last[0].status(), String.valueOf(last[0].body()));
    }

    @Test
    void aSecondInstanceServesAtOnceAndDecidesWhenTheFirstIsKilled() throws Exception {
        for (int i = 0; i < ROOMS; i++) {
            assertEquals(
                    201, first.post("/api/rooms", "{\"id\":\"over-" + i + "\"}").status());
        }
        try (OwnService other = OwnService.start(hub, OwnService.Kind.ROOM_SERVICE, Map.of())) {
            RoomHttp second = new RoomHttp(other.address(), hub.adminToken());
            Map<Integer, JsonNode> acknowledged = new HashMap<>();
            for (int i = 0; i < ROOMS; i++) {
                Answer changed = second.patch(room(i), "{\"title\":\"by the second\"}");
                assertEquals(200, changed.status(), "any instance takes requests");
                acknowledged.put(i, changed.body());
            }
            assertEquals(
                    412,
                    second.patchIf("\"x.1\"", room(0), "{\"title\":\"no\"}").status(),
                    "the condition goes along");
            hub.kill9("room-service");
            for (int i = 0; i < ROOMS; i++) {
                retitle(second, i, "after the kill");
                JsonNode now = second.get(room(i)).body();
                assertEquals("after the kill", now.path("title").asText());
                assertTrue(
                        now.path("version").longValue()
                                > acknowledged.get(i).path("version").longValue(),
                        "decided on what had been acknowledged");
                assertEquals(acknowledged.get(i).path("epoch"), now.path("epoch"));
            }
            hub.awaitBack("room-service");
            for (int i = 0; i < ROOMS; i++) {
                retitle(first, i, "by the first again");
                assertEquals(
                        "by the first again",
                        second.get(room(i)).body().path("title").asText());
            }
            other.stop();
        }
        // it stopped in order, so the first one decides again
        for (int i = 0; i < ROOMS; i++) {
            retitle(first, i, "alone");
            assertEquals("alone", first.get(room(i)).body().path("title").asText());
        }
    }
}
