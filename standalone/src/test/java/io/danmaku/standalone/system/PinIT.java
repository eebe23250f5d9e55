package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a moderator pins is seen by who is there and by who comes later, and goes with the event that it is. */
final class PinIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration BACK_MAX = Duration.ofSeconds(60);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    /** What somebody who joins now is told to be pinned; missing when nothing is. */
    private JsonNode pinOnJoining(Clients clients, String room, int edge) {
        try (Witness late = Witness.viewer(clients, hub, "late", edge)) {
            return late.join(room).ok().path("pin");
        }
    }

    /** The {@code d} of the last pin event, missing when there was none. */
    private static JsonNode lastTold(Witness witness) {
        var pins = witness.events("pin");
        return pins.isEmpty()
                ? MissingNode.getInstance()
                : pins.lastEntry().getValue().get("d");
    }

    private JsonNode pinOfRoom(String room) {
        return api.get("/api/rooms/" + room, hub.adminToken()).body().path("pin");
    }

    @Test
    void aPinIsSeenLiveInALateJoinAndAfterAKillAndGoesWithItsEvent() {
        String room = api.createRoom("pin", Map.of());
        String moderator = hub.hostToken("m", room);
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, "here", 1);
                Witness there = Witness.viewer(clients, hub, "there", 2)) {
            here.join(room);
            assertFalse(there.join(room).ok().has("pin"));
            HubApi.Reply text = api.pin(moderator, room, Map.of("text", "at eight", "seconds", 3_600));
            assertEquals(200, text.status(), text::toString);
            assertEquals("at eight", text.body().get("text").asText());
            assertEquals(
                    3_600_000L,
                    text.body().get("until").asLong() - text.body().get("at").asLong());
            for (Witness witness : List.of(here, there)) {
                Eventually.await(SOON, "the pin is told live", () -> text.body().equals(lastTold(witness)));
            }
            Eventually.await(SOON, "and who joins", () -> text.body().equals(pinOnJoining(clients, room, 2)));

            long o = there.say(room, "c", "remember this");
            HubApi.Reply event = api.pin(moderator, room, Map.of("o", o, "user", "there"));
            assertEquals(200, event.status(), event::toString);
            assertEquals(
                    "{\"o\":" + o + ",\"user\":\"there\",\"by\":\"m\",\"at\":"
                            + event.body().get("at").asLong() + ",\"until\":null}",
                    event.body().toString());
            Eventually.await(
                    SOON, "another pin takes its place", () -> event.body().equals(lastTold(here)));

            hub.kill9("room-service");
            assertEquals(event.body(), pinOnJoining(clients, room, 1), "edges know it by themselves");
            hub.awaitBack("room-service");
            Eventually.await(
                    BACK_MAX, "the pin is read again", () -> event.body().equals(pinOfRoom(room)));
            assertEquals(event.body(), pinOnJoining(clients, room, 2));

            Eventually.await(
                    BACK_MAX,
                    "another user's events are deleted",
                    () -> api.delete(moderator, room, "?user=here").status() == 200);
            assertEquals(event.body(), pinOfRoom(room));
            HubApi.Reply deleted = api.delete(moderator, room, "/" + o);
            assertEquals(200, deleted.status(), deleted::toString);
            for (Witness witness : List.of(here, there)) {
                Eventually.await(
                        SOON,
                        "it is taken down live",
                        () -> "{\"lifted\":true}".equals(lastTold(witness).toString()));
                witness.assertClean();
            }
            Eventually.await(
                    SOON,
                    "and for who joins",
                    () -> pinOnJoining(clients, room, 1).isMissingNode());
            assertTrue(pinOfRoom(room).isNull());
            assertRefused(404, "not_found", api.pin(moderator, room, Map.of("o", o, "user", "there")));
        }
    }

    @Test
    void aPinIsTakenDownByHandOrWithAllThatItsUserSent() {
        String room = api.createRoom("unpin", Map.of());
        String moderator = hub.hostToken("m", room);
        try (Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, "v", 2)) {
            viewer.join(room);
            assertEquals(200, api.unpin(moderator, room).status(), "nothing was pinned, nothing changes");
            assertEquals(200, api.pin(moderator, room, Map.of("text", "hello")).status());
            assertEquals(200, api.unpin(moderator, room).status());
            Eventually.await(
                    SOON,
                    "both are told",
                    () -> viewer.events("pin").size() == 2 && lastTold(viewer).has("lifted"));
            long o = viewer.say(room, "c", "mine");
            assertEquals(
                    200, api.pin(moderator, room, Map.of("o", o, "user", "v")).status());
            assertEquals(200, api.delete(moderator, room, "?user=v").status());
            Eventually.await(
                    SOON,
                    "it goes with all of its user",
                    () -> viewer.events("pin").size() == 4 && lastTold(viewer).has("lifted"));
            assertTrue(pinOfRoom(room).isNull());
            viewer.assertClean();
        }
    }

    @Test
    void aPinForAWhileIsNotToldToWhoComesAfterIt() {
        String room = api.createRoom("while", Map.of());
        try (Clients clients = new Clients(1)) {
            HubApi.Reply pin = api.pin(hub.hostToken("m", room), room, Map.of("text", "now", "seconds", 3));
            assertEquals(200, pin.status(), pin::toString);
            Eventually.await(
                    SOON,
                    "it is over",
                    () -> pinOnJoining(clients, room, 1).isMissingNode()
                            && System.currentTimeMillis()
                                    >= pin.body().get("until").asLong());
            assertEquals(pin.body(), pinOfRoom(room), "nobody has taken it down");
        }
    }

    @Test
    void whoMayNotOrAsksForTheImpossibleIsToldSo() {
        String room = api.createRoom("nopin", Map.of());
        String moderator = hub.hostToken("m", room);
        Map<String, Object> text = Map.of("text", "hi");
        assertRefused(403, "forbidden", api.pin(hub.token("7"), room, text));
        assertRefused(403, "forbidden", api.unpin(hub.token("7"), room));
        assertRefused(404, "no_such_room", api.pin(hub.adminToken(), "no-such-room", text));
        assertRefused(400, "bad_field", api.pin(moderator, room, Map.of("o", 1)));
        assertRefused(404, "not_found", api.pin(moderator, room, Map.of("o", 1_000, "user", "7")));
        assertEquals(200, api.give(hub.adminToken(), room, "7", "moderator").status());
        assertEquals(200, api.pin(hub.token("7"), room, text).status(), "by a role that was given");
        String passing = api.createRoom("passing", "ephemeral", Map.of());
        assertRefused(422, "unsupported", api.pin(hub.adminToken(), passing, text));
        assertEquals(200, api.closeRoom(room).status());
        assertRefused(410, "room_closed", api.pin(moderator, room, text));
    }

    private static void assertRefused(int status, String code, HubApi.Reply reply) {
        assertEquals(status, reply.status(), reply::toString);
        assertEquals(code, reply.body().path("code").asText(), reply::toString);
    }
}
