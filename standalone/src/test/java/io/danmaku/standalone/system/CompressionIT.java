package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Viewers who agreed on compressed frames and viewers who did not, on an edge whose metrics are these tests' own. */
final class CompressionIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String BROWSERS = "permessage-deflate; client_max_window_bits";
    private static final int RSV1 = 0x40;
    private static final String LONG_TEXT = "前方高能，非战斗人员迅速撤离 ".repeat(60);

    private static TestHub hub;
    private static OwnService edge;
    private static HubApi api;

    @BeforeAll
    static void start() throws IOException {
        hub = TestHub.get();
        api = new HubApi(hub);
        edge = OwnService.start(hub, OwnService.Kind.EDGE, Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        try (OwnService stopped = edge) {
            stopped.stop();
        }
    }

    private static String newRoom() {
        return api.createRoom("compression", Map.of("bestEffortPerSecond", 0, "textLengthMax", 2_000));
    }

    private static Witness viewer(Clients clients, String user, String room) {
        return Witness.connect(clients, List.of(edge.webSocket()), user, hub.hostToken(user, room));
    }

    private static RawSocket member(String extensions, String room) throws IOException {
        RawSocket socket = new RawSocket(edge.address(), extensions);
        socket.text("{\"op\":\"auth\",\"id\":1,\"token\":\"" + hub.token("mallory") + "\"}");
        assertTrue(socket.reply().has("ok"));
        if (room != null) {
            Eventually.await(SOON, "the room is known", () -> {
                socket.text("{\"op\":\"join\",\"id\":2,\"room\":\"" + room + "\"}");
                return socket.reply().has("ok");
            });
        }
        return socket;
    }

    /** As a client does it. */
    private static byte[] deflate(byte[] message) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(message);
        byte[] out = new byte[message.length + 100];
        int size = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, size - 4);
    }

    private static void assertRefused(String code, int closeCode, RawSocket socket) throws IOException {
        JsonNode error = socket.reply();
        assertEquals(code, error.path("error").path("code").asText(), error::toString);
        assertEquals(closeCode, socket.closeCode());
        assertTrue(socket.ends());
    }

    @Test
    void whoCompressesAndWhoDoesNotSeeTheSameEventsInTheSameOrder() throws Exception {
        String room = newRoom();
        try (Clients plainly = new Clients(1);
                Clients compressing = Clients.compressing(1);
                Witness plain = viewer(plainly, "plain", room);
                Witness compressed = viewer(compressing, "compressed", room)) {
            plain.join(room);
            double batches = edge.metric("danmaku_batches_compressed_total");
            plain.say(room, "alone", LONG_TEXT);
            assertEquals(batches, edge.metric("danmaku_batches_compressed_total"), "nobody here takes it so");

            compressed.join(room);
            double saved = edge.metric("danmaku_bytes_saved_bytes_total");
            for (int i = 0; i < 10; i++) {
                plain.say(room, "a" + i, i + LONG_TEXT);
                compressed.say(room, "b" + i, i + LONG_TEXT);
            }
            long last = plain.say(room, "end", "short");
            for (Witness witness : List.of(plain, compressed)) {
                witness.awaitCovered(last, SOON);
                assertEquals(1, witness.connects());
            }
            long first = last - 20;
            assertEquals(21, compressed.eventsAbove(first - 1).size());
            assertEquals(plain.eventsAbove(first - 1), compressed.eventsAbove(first - 1));
            assertTrue(edge.metric("danmaku_batches_compressed_total") > batches);
            assertTrue(edge.metric("danmaku_bytes_saved_bytes_total") > saved + 10_000);
        }
    }

    @Test
    void whoResumesGetsTheTailAndTheLogCompressedWithNothingMissing() {
        String room = newRoom();
        try (Clients plainly = new Clients(1);
                Clients compressing = Clients.compressing(1);
                Witness plain = viewer(plainly, "plain", room);
                Witness late = viewer(compressing, "late", room)) {
            String epoch = plain.join(room).ok().path("epoch").asText();
            long last = 0;
            for (int i = 0; i < 20; i++) {
                last = plain.say(room, "a" + i, i + LONG_TEXT);
            }
            plain.awaitCovered(last, SOON);
            late.joined(c -> c.joinSince(room, 0, epoch));
            late.awaitCovered(last, SOON);
            assertEquals(plain.texts(), late.texts());
        }
    }

    @Test
    void whatABrowserOffersIsAgreedOnAndItsCommandsAreRead() throws Exception {
        String room = newRoom();
        try (RawSocket socket = member(BROWSERS, room)) {
            assertEquals(
                    "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
                    socket.header("Sec-WebSocket-Extensions"));
            byte[] ping = deflate("{\"op\":\"ping\",\"id\":3}".getBytes(StandardCharsets.UTF_8));
            socket.frame(RawSocket.FIN | RSV1 | RawSocket.TEXT, ping);
            assertEquals(3, socket.reply().path("re").asInt());

            byte[] chat = deflate(("{\"op\":\"send\",\"id\":4,\"room\":\"" + room
                            + "\",\"t\":\"chat\",\"cid\":\"c\",\"d\":{\"text\":\"" + LONG_TEXT + "\"}}")
                    .getBytes(StandardCharsets.UTF_8));
            socket.frame(RSV1 | RawSocket.TEXT, Arrays.copyOf(chat, 9));
            socket.frame(RawSocket.FIN | RawSocket.PING, new byte[] {1});
            socket.frame(RawSocket.FIN | RawSocket.CONTINUATION, Arrays.copyOfRange(chat, 9, chat.length));
            assertTrue(socket.reply().path("ok").has("o"), "in pieces, too");
            socket.text("{\"op\":\"ping\",\"id\":5}");
            assertEquals(5, socket.reply().path("re").asInt(), "a message may go plain all the same");
        }
    }

    @Test
    void whatCannotBeKeptIsNotAgreedOnAndFramesGoPlain() throws Exception {
        for (String offered : new String[] {"permessage-deflate; server_max_window_bits=9", "x-other", "", null}) {
            try (RawSocket socket = member(offered, null)) {
                assertNull(socket.header("Sec-WebSocket-Extensions"), offered);
                socket.frame(RawSocket.FIN | RSV1 | RawSocket.TEXT, deflate(new byte[] {'{', '}'}));
                assertRefused("bad_frame", 1002, socket);
            }
        }
    }

    @Test
    void aMessageThatInflatesBeyondTheBoundIsAnErrorThenTooBig() throws Exception {
        String room = newRoom();
        byte[] bomb = deflate(new byte[32 << 20]);
        assertTrue(bomb.length < 64 * 1024, "the bound of frames does not see it");
        byte[] slightly = deflate(" ".repeat(64 * 1024 + 1).getBytes(StandardCharsets.US_ASCII));
        byte[] allowed =
                deflate(("{\"op\":\"ping\",\"id\":3}" + " ".repeat(60 * 1024)).getBytes(StandardCharsets.US_ASCII));
        try (Clients clients = Clients.compressing(1);
                Witness bystander = viewer(clients, "bystander", room)) {
            bystander.join(room);
            for (byte[] message : new byte[][] {bomb, slightly}) {
                try (RawSocket socket = member(BROWSERS, room)) {
                    socket.frame(RawSocket.FIN | RSV1 | RawSocket.TEXT, message);
                    assertRefused("frame_too_big", 1009, socket);
                }
                try (RawSocket socket = member(BROWSERS, room)) {
                    socket.frame(RSV1 | RawSocket.TEXT, Arrays.copyOf(message, 50));
                    socket.frame(
                            RawSocket.FIN | RawSocket.CONTINUATION, Arrays.copyOfRange(message, 50, message.length));
                    assertRefused("frame_too_big", 1009, socket);
                }
            }
            try (RawSocket socket = member(BROWSERS, room)) {
                socket.frame(RawSocket.FIN | RSV1 | RawSocket.TEXT, allowed);
                assertEquals(3, socket.reply().path("re").asInt());
            }
            bystander.awaitCovered(bystander.say(room, "here", LONG_TEXT), SOON);
            assertEquals(1, bystander.connects());
        }
    }

    @Test
    void framesThatBreakTheExtensionAreAnErrorThenTheCodeForIt() throws Exception {
        byte[] ping = deflate("{\"op\":\"ping\",\"id\":3}".getBytes(StandardCharsets.UTF_8));
        try (RawSocket socket = member(BROWSERS, null)) {
            socket.frame(RawSocket.FIN | RSV1 | RawSocket.TEXT, new byte[] {(byte) 0xff, (byte) 0xff, 1, 2, 3});
            assertRefused("bad_frame", 1002, socket);
        }
        try (RawSocket socket = member(BROWSERS, null)) {
            socket.frame(RSV1 | RawSocket.TEXT, Arrays.copyOf(ping, 4));
            socket.frame(RawSocket.FIN | RSV1 | RawSocket.CONTINUATION, Arrays.copyOfRange(ping, 4, ping.length));
            assertRefused("bad_frame", 1002, socket);
        }
        try (RawSocket socket = member(BROWSERS, null)) {
            socket.frame(RawSocket.FIN | RSV1 | RawSocket.PING, new byte[] {1});
            assertRefused("bad_frame", 1002, socket);
        }
        try (RawSocket socket = member(BROWSERS, null)) {
            socket.frame(RawSocket.FIN | 0x20 | RawSocket.TEXT, ping);
            assertRefused("bad_frame", 1002, socket);
        }
        try (RawSocket socket = member(BROWSERS, null)) {
            socket.frame(RawSocket.FIN | RSV1 | RawSocket.TEXT, deflate(new byte[] {(byte) 0xc3, 0x28}));
            assertRefused("invalid_utf8", 1007, socket);
        }
    }

    @Test
    void anEdgeWithoutItAgreesOnNothing() throws Exception {
        try (OwnService plain = OwnService.start(hub, OwnService.Kind.EDGE, Map.of("DANMAKU_EDGE_COMPRESSION", "off"));
                RawSocket socket = new RawSocket(plain.address(), BROWSERS)) {
            assertNull(socket.header("Sec-WebSocket-Extensions"));
            assertFalse(socket.header("Sec-WebSocket-Accept").isEmpty());
        }
    }
}
