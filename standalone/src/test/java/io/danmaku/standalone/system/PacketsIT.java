package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Readers of packets at {@code /sub} of one edge, and viewers of JSON on the other. */
final class PacketsIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int CHATS = 200;

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final URI edge = hub.edge(2);

    private String newRoom() {
        return api.createRoom("packets", Map.of("bestEffortPerSecond", 0));
    }

    private Witness host(Clients clients, String room) {
        return Witness.connect(clients, hub, "host", hub.hostToken("host", room), 1);
    }

    private PacketViewer reader(String user, String room) {
        return PacketViewer.join(edge, hub.token(user), room);
    }

    private static String text(JsonNode event) {
        return event.path("d").path("text").asText();
    }

    private static void awaitText(PacketViewer reader, String text) throws IOException {
        while (!text.equals(text(reader.next().json()))) {
            // what came before
        }
    }

    private static void assertPutOut(int operation, int code, String error, int closeCode, PacketViewer reader)
            throws IOException {
        PacketViewer.Packet last = reader.answer();
        assertEquals(operation, last.operation(), last::toString);
        assertEquals(1, last.version());
        assertEquals(code, last.json().path("code").asInt(), last::toString);
        assertEquals(error, last.json().path("error").asText());
        assertEquals(closeCode, reader.socket().closeCode());
        assertTrue(reader.socket().ends());
    }

    private void assertRefused(int code, String error, String token, String room) throws IOException {
        try (PacketViewer reader = new PacketViewer(edge)) {
            reader.auth(token, room);
            assertPutOut(PacketViewer.AUTH_REPLY, code, error, 4005, reader);
        }
    }

    @Test
    void allThatIsSaidOnAnotherEdgeComesInOrderAndSeveralEventsInAMessage() throws Exception {
        String room = newRoom();
        try (Clients clients = new Clients(1);
                Witness host = host(clients, room);
                PacketViewer reader = reader("reader", room)) {
            host.join(room);
            assertNull(reader.socket().header("Sec-WebSocket-Extensions"));
            int before = reader.messages();
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < CHATS; i++) {
                answers.add(host.client().chat(room, "c" + i, "弹幕 " + i));
            }
            List<JsonNode> told = new ArrayList<>();
            while (told.size() < CHATS) {
                PacketViewer.Packet packet = reader.next();
                assertEquals(PacketViewer.MESSAGE, packet.operation());
                assertEquals(0, packet.version());
                if (packet.json().path("t").asText().equals("chat")) {
                    told.add(packet.json());
                }
            }
            int messages = reader.messages() - before;
            assertTrue(messages < CHATS, () -> messages + " messages for " + CHATS + " events");
            for (CompletableFuture<Answer> answer : answers) {
                assertTrue(host.wait(answer).acknowledged());
            }
            assertEquals(
                    IntStream.range(0, CHATS).mapToObj(i -> "弹幕 " + i).toList(),
                    told.stream().map(PacketsIT::text).toList());
            host.awaitCovered(told.get(CHATS - 1).path("o").asLong(), SOON);
            assertEquals(List.copyOf(host.events("chat").values()), told);
        }
    }

    @Test
    void aHeartbeatSaysHowManyWatchAndWhoReadsPacketsIsOneOfThem() throws Exception {
        String room = newRoom();
        double before = packetConnections();
        try (Clients clients = new Clients(1);
                Witness host = host(clients, room);
                PacketViewer reader = reader("reader", room)) {
            Eventually.await(SOON, "one is counted", () -> reader.heartbeat() == 1);
            host.join(room);
            Eventually.await(SOON, "both are counted", () -> reader.heartbeat() == 2);
            assertEquals(before + 1, packetConnections());
        }
        Eventually.await(SOON, "it is gone", () -> packetConnections() == before);
    }

    private double packetConnections() throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(edge.resolve("/metrics")).build(), HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith("danmaku_connections_packets{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void whoMayNotComeInIsToldWhyAndPutOut() throws Exception {
        String room = newRoom();
        assertRefused(401, "bad_token", "no token", room);
        assertRefused(404, "no_such_room", hub.token("reader"), "nowhere-at-all");
        assertRefused(400, "bad_field", hub.token("reader"), "no room's id");
    }

    @Test
    void theSameTokenAgainRenewsItAndAnotherRoomIsRefused() throws Exception {
        String room = newRoom();
        try (PacketViewer reader = reader("reader", room)) {
            reader.auth(hub.token("reader"), room);
            PacketViewer.Packet renewed = reader.answer();
            assertEquals(PacketViewer.AUTH_REPLY, renewed.operation());
            assertEquals(0, renewed.json().path("code").asInt(-1));
            reader.auth(hub.token("reader"), "another");
            assertPutOut(PacketViewer.AUTH_REPLY, 409, "already_joined", 4005, reader);
        }
        try (PacketViewer reader = reader("reader", room)) {
            reader.auth(hub.token("somebody-else"), room);
            assertPutOut(PacketViewer.AUTH_REPLY, 403, "forbidden", 4005, reader);
        }
    }

    @Test
    void whatIsNoPacketEndsItsConnectionAndNoOther() throws Exception {
        String room = newRoom();
        try (Clients clients = new Clients(1);
                Witness host = host(clients, room);
                Witness viewer = Witness.viewer(clients, hub, "viewer", 2);
                PacketViewer reader = reader("reader", room)) {
            host.join(room);
            viewer.join(room);
            byte[] tooShort =
                    ByteBuffer.allocate(16).putInt(15).putShort((short) 16).array();
            byte[] tooLong =
                    ByteBuffer.allocate(16).putInt(1 << 30).putShort((short) 16).array();
            byte[] cutOff =
                    ByteBuffer.allocate(20).putInt(40).putShort((short) 16).array();
            byte[] longHeader =
                    ByteBuffer.allocate(20).putInt(20).putShort((short) 20).array();
            for (byte[] message : List.of(new byte[0], new byte[15], tooShort, cutOff, longHeader)) {
                assertBroken(room, message, 400, "bad_frame", 1002);
            }
            assertBroken(room, tooLong, 413, "frame_too_big", 1009);
            try (PacketViewer broken = reader("mallory", room)) {
                broken.socket().text("{\"op\":\"ping\",\"id\":1}");
                assertPutOut(PacketViewer.DISCONNECT_REPLY, 400, "bad_frame", 1003, broken);
            }
            host.awaitCovered(host.say(room, "c", "still here"), SOON);
            awaitText(reader, "still here");
            Eventually.await(SOON, "told too", () -> viewer.texts().contains("still here"));
            assertEquals(1, viewer.connects());
            assertTrue(reader.heartbeat() >= 0);
        }
    }

    private void assertBroken(String room, byte[] message, int code, String error, int closeCode) throws IOException {
        try (PacketViewer broken = reader("mallory", room)) {
            broken.message(message);
            assertPutOut(PacketViewer.DISCONNECT_REPLY, code, error, closeCode, broken);
        }
    }

    @Test
    void whoIsBannedIsPutOutAndStaysOut() throws Exception {
        String room = newRoom();
        try (PacketViewer banned = reader("banned", room);
                PacketViewer other = reader("other", room)) {
            assertEquals(201, api.sanction(room, "banned", "ban").status());
            assertPutOut(PacketViewer.DISCONNECT_REPLY, 403, "banned", 4005, banned);
            assertRefused(403, "banned", hub.token("banned"), room);
            assertTrue(other.heartbeat() >= 0);
        }
    }

    @Test
    void whoReadsARoomThatIsClosedIsPutOut() throws Exception {
        String room = newRoom();
        try (PacketViewer reader = reader("reader", room)) {
            assertEquals(200, api.closeRoom(room).status());
            assertPutOut(PacketViewer.DISCONNECT_REPLY, 410, "room_closed", 4005, reader);
        }
    }
}
