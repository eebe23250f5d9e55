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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two instances of room-service: any takes HTTP, one decides, and the other goes on when it dies. */
class RoomTakeOverIT {
    /** Enough to meet most of the 16 groups. */
    private static final int ROOMS = 24;

    private static final Duration TAKE_OVER_MAX = Duration.ofSeconds(15);
    /** For all rooms, from the moment at which the owner died or stood still: 5 s, and 3 for a machine that has more to do. */
    private static final Duration TAKEN_OVER_MAX = Duration.ofSeconds(8);
    /** Who asks has no patience with a request that the owner took with it. */
    private static final Duration IMPATIENT = Duration.ofMillis(500);

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
            long deadNs = System.nanoTime();
            for (int i = 0; i < ROOMS; i++) {
                decidedSoon(second, i, "after the kill", deadNs);
            }
            tell("killed", deadNs);
            for (int i = 0; i < ROOMS; i++) {
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

    /** Changes a title by whoever decides now, within what a take-over may take. */
    private static void decidedSoon(RoomHttp http, int i, String title, long sinceNs) {
        Duration left = TAKEN_OVER_MAX.minusNanos(System.nanoTime() - sinceNs);
        Eventually.await(
                left,
                "somebody decides for " + room(i),
                () -> http.within(IMPATIENT)
                                .patch(room(i), "{\"title\":\"" + title + "\"}")
                                .status()
                        == 200);
    }

    private static void tell(String what, long sinceNs) {
        System.out.printf(
                "room-service %s: all of %d rooms decided by the other one after %d ms%n",
                what, ROOMS, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNs));
    }

    @Test
    void anOwnerThatHangsIsThrownOutAndDecidesNothingWhenItGoesOn() throws Exception {
        for (int i = 0; i < ROOMS; i++) {
            int status = first.post("/api/rooms", "{\"id\":\"over-" + i + "\"}").status();
            assertTrue(status == 201 || status == 409, () -> "created: " + status);
            retitle(first, i, "before");
        }
        try (OwnService other = OwnService.start(hub, OwnService.Kind.ROOM_SERVICE, Map.of())) {
            RoomHttp second = new RoomHttp(other.address(), hub.adminToken());
            hub.pause("room-service");
            try {
                long hungNs = System.nanoTime();
                for (int i = 0; i < ROOMS; i++) {
                    decidedSoon(second, i, "while it hangs", hungNs);
                }
                tell("hung", hungNs);
            } finally {
                hub.resume("room-service");
            }
            // what it had taken in and not decided, and what it is asked now
            for (int i = 0; i < ROOMS; i++) {
                retitle(first, i, "when it goes on");
                assertEquals(
                        "when it goes on",
                        second.get(room(i)).body().path("title").asText());
            }
            for (int i = 0; i < ROOMS; i++) {
                retitle(second, i, "and again");
                assertEquals(
                        "and again", second.get(room(i)).body().path("title").asText());
            }
            other.stop();
        }
        for (int i = 0; i < ROOMS; i++) {
            retitle(first, i, "alone again");
            assertEquals("alone again", first.get(room(i)).body().path("title").asText());
        }
    }
}
