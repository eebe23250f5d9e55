package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who reads without an account, over both edges. */
final class GuestsIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    /** A second, and what a busy machine adds. */
    private static final long TURN_OUT_MS_MAX = 3_000;

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    private static JsonNode ask(RawSocket socket, String command) throws IOException {
        socket.text(command);
        return socket.reply();
    }

    private static String code(JsonNode reply) {
        return reply.at("/error/code").asText();
    }

    private static JsonNode join(RawSocket guest, String room) throws IOException {
        return ask(guest, "{\"op\":\"join\",\"id\":2,\"room\":\"" + room + "\",\"last\":10}");
    }

    private static JsonNode until(RawSocket guest, String field) throws IOException {
        JsonNode frame = guest.read().json();
        while (!frame.has(field)) {
            frame = guest.read().json();
        }
        return frame;
    }

    private void assertLets(String room, boolean guests) {
        assertEquals(200, api.changePolicy(room, Map.of("guests", guests)).status());
    }

    @Test
    void aGuestReadsWhereTheRoomLetsItAndDoesNothingElseUntilTheRoomLetsItNoMore() throws Exception {
        String room = api.createRoom("guests", Map.of());
        try (Clients clients = new Clients(1);
                Witness ann = Witness.viewer(clients, hub, "guests-ann", 1);
                RawSocket guest = RawSocket.at(hub.edge(2), "/ws?guest=default");
                RawSocket other = new RawSocket(hub.edge(1))) {
            ann.join(room);
            Eventually.await(
                    SOON,
                    "the room takes no guests",
                    () -> code(join(guest, room)).equals("forbidden"));
            assertLets(room, true);
            JsonNode[] joined = new JsonNode[1];
            Eventually.await(SOON, "now it does", () -> {
                joined[0] = join(guest, room);
                return joined[0].has("ok");
            });
            assertEquals("guest", joined[0].at("/ok/role").asText());
            assertTrue(joined[0].at("/ok/policy/guests").asBoolean());
            JsonNode who = ask(other, "{\"op\":\"auth\",\"id\":1,\"guest\":\"default\"}");
            assertTrue(who.at("/ok/user").asText().startsWith("guest:"), who::toString);
            Eventually.await(SOON, "another joins", () -> join(other, room).has("ok"));

            ann.say(room, "c1", "for all");
            JsonNode told = until(guest, "events");
            while (!told.path("events").toString().contains("for all")) {
                told = until(guest, "events");
            }
            JsonNode history = ask(guest, "{\"op\":\"history\",\"id\":5,\"room\":\"" + room + "\"}");
            assertTrue(history.at("/ok/events").toString().contains("for all"), history::toString);
            Eventually.await(SOON, "guests are viewers and no users", () -> {
                JsonNode now = api.get("/api/rooms/" + room + "/presence", hub.adminToken())
                        .body();
                return now.path("online").asInt() == 3 && now.path("users").asInt() == 1;
            });

            String chat = "\"t\":\"chat\",\"cid\":\"g1\",\"d\":{\"text\":\"hi\"}}";
            assertEquals("forbidden", code(ask(guest, "{\"op\":\"send\",\"id\":6,\"room\":\"" + room + "\"," + chat)));
            assertEquals(
                    "forbidden",
                    code(
                            ask(
                                    guest,
                                    "{\"op\":\"dm.send\",\"id\":7,\"to\":\"guests-ann\",\"cid\":\"g2\",\"kind\":\"text\",\"body\":\"hi\"}")));
            assertEquals("forbidden", code(ask(guest, "{\"op\":\"dm.sync\",\"id\":8}")));
            assertEquals(
                    "forbidden",
                    code(ask(guest, "{\"op\":\"auth\",\"id\":9,\"token\":\"" + hub.token("guests-ann") + "\"}")));
            assertEquals(
                    400, api.give(hub.adminToken(), room, "guest:1", "member").status(), "a guest is given no role");
            assertEquals(
                    400, api.give(hub.adminToken(), room, "guests-ann", "guest").status());

            long beforeNs = System.nanoTime();
            assertLets(room, false);
            assertEquals(
                    "{\"room\":\"" + room + "\",\"left\":\"forbidden\"}",
                    until(guest, "left").toString());
            until(other, "left");
            long tookMs = (System.nanoTime() - beforeNs) / 1_000_000;
            System.out.println("guests of both edges are put out after " + tookMs + " ms");
            assertTrue(tookMs < TURN_OUT_MS_MAX, () -> "took " + tookMs + " ms");
            assertEquals("forbidden", code(join(guest, room)));
            ann.say(room, "c2", "among ourselves");
            Eventually.await(
                    SOON,
                    "she alone is left",
                    () -> api.get("/api/rooms/" + room + "/presence", hub.adminToken())
                                    .body()
                                    .path("online")
                                    .asInt()
                            == 1);
            assertEquals(1, ann.connects());
        }
    }

    @Test
    void whoReadsPacketsWithoutAKeyIsAGuest() throws Exception {
        String room = api.createRoom("guests-packets", Map.of("guests", true));
        try (Clients clients = new Clients(1);
                Witness ann = Witness.viewer(clients, hub, "guests-ann", 1);
                PacketViewer guest = PacketViewer.join(hub.edge(2), null, room)) {
            ann.join(room);
            ann.say(room, "c1", "for all");
            assertTrue(guest.next().json().toString().contains("for all"));
            assertLets(room, false);
            PacketViewer.Packet last = guest.answer();
            assertEquals(PacketViewer.DISCONNECT_REPLY, last.operation());
            assertEquals("forbidden", last.json().path("error").asText());
            assertEquals(4005, guest.socket().closeCode());
        }
        try (PacketViewer refused = new PacketViewer(hub.edge(1))) {
            refused.auth(null, room);
            assertEquals(403, refused.answer().json().path("code").asInt());
        }
    }

    @Test
    void aGuestSeesItsTenantOnlyAndOneThatThereCannotBeIsABadField() throws Exception {
        String room = api.createRoom("guests-tenant", Map.of("guests", true));
        try (RawSocket elsewhere = RawSocket.at(hub.edge(1), "/ws?guest=elsewhere");
                RawSocket nowhere = RawSocket.at(hub.edge(1), "/ws?guest=No%20Tenant")) {
            assertEquals("no_such_room", code(join(elsewhere, room)));
            assertEquals("bad_field", code(nowhere.reply()));
            assertEquals("unauthenticated", code(join(nowhere, room)));
        }
    }
}
