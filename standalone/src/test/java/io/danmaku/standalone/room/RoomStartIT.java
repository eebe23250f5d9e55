package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What an instance of room-service answers before it is ready. */
class RoomStartIT {
    private static final Duration UP_MAX = Duration.ofSeconds(60);
    private static final long AN_HOUR_MS = 3_600_000;
    private static final int ROOMS = 24;

    private final TestHub hub = TestHub.get();

    /** An admin of a tenant that nobody else uses. */
    private RoomHttp admin(URI at, String tenant) {
        return new RoomHttp(
                at,
                hub.token(new Claims(
                        "b", "b", tenant, Map.<String, Role>of(), true, System.currentTimeMillis() + AN_HOUR_MS)));
    }

    @Test
    void withoutABrokerItNamesWhatItWaitsForAndListsNothing() throws Exception {
        try (OwnService other = OwnService.begin(
                hub, OwnService.Kind.ROOM_SERVICE, Map.of("DANMAKU_PULSAR_URL", "pulsar://127.0.0.1:1"))) {
            RoomHttp http = admin(other.address(), "start-alone");
            Eventually.await(UP_MAX, "it waits for what needs the broker", () -> {
                JsonNode waiting = http.get("/readyz").body().path("waiting");
                return waiting.toString().equals("[\"membership\",\"state\",\"webhooks\"]");
            });
            RoomHttp.Answer readiness = http.get("/readyz");
            assertEquals(503, readiness.status());
            assertEquals(false, readiness.body().path("ready").booleanValue());
            RoomHttp.Answer list = http.get("/api/rooms");
            assertEquals(503, list.status());
            assertEquals("unavailable", list.code());
            assertEquals(1_000, list.body().path("retryMs").intValue());
        }
    }

    @Test
    void itListsAllRoomsOrNone() throws Exception {
        RoomHttp first = admin(hub.roomService(), "start-lists");
        for (int i = 0; i < ROOMS; i++) {
            assertEquals(
                    201, first.post("/api/rooms", "{\"id\":\"r" + i + "\"}").status());
        }
        try (OwnService other = OwnService.begin(hub, OwnService.Kind.ROOM_SERVICE, Map.of())) {
            RoomHttp second = admin(other.address(), "start-lists");
            AtomicInteger refused = new AtomicInteger();
            Eventually.await(UP_MAX, "the second instance lists rooms", () -> {
                RoomHttp.Answer list;
                try {
                    list = second.get("/api/rooms");
                } catch (IOException notUp) {
                    return false;
                }
                if (list.status() == 200) {
                    assertEquals(ROOMS, list.body().path("rooms").size(), "after " + refused + " refusals");
                    return true;
                }
                assertEquals("unavailable", list.code());
                refused.incrementAndGet();
                return false;
            });
        }
    }
}
