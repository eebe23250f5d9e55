package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Bad input: a clear error each, the connection stays where it can, and a viewer of the same room on the same edge is not
 * disturbed.
 */
final class BadInputIT {
    private static final Duration SEEN_MAX = Duration.ofSeconds(20);
    private static final byte[] MEGABYTE = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final Clients clients = new Clients(1);
    private String room;
    private Witness bystander;

    @BeforeEach
    void enter() {
        room = api.createRoom("bad-input", Map.of());
        bystander = Witness.connect(clients, hub, "bystander", hub.hostToken("bystander", room), 1);
        bystander.join(room);
    }

    @AfterEach
    void theBystanderWasNotDisturbed() {
        try {
            long offset = bystander.say(room, "still-here", "still here");
            bystander.awaitCovered(offset, SEEN_MAX);
            bystander.assertClean();
            assertEquals(1, bystander.connects());
        } finally {
            clients.close();
        }
    }

    private RawSocket connect() throws IOException {
        return new RawSocket(hub.edge(1));
    }

    private RawSocket member() throws IOException {
        RawSocket socket = connect();
        socket.text("{\"op\":\"auth\",\"id\":1,\"token\":\"" + hub.token("mallory") + "\"}");
        assertTrue(socket.reply().has("ok"));
        socket.text("{\"op\":\"join\",\"id\":2,\"room\":\"" + room + "\"}");
        assertTrue(socket.reply().has("ok"));
        return socket;
    }

    private static void assertStays(RawSocket socket) throws IOException {
        socket.text("{\"op\":\"ping\",\"id\":4711}");
        JsonNode pong = socket.reply();
        assertEquals(4711, pong.get("re").asInt(), pong::toString);
        assertTrue(pong.has("ok"), pong::toString);
    }

    private static void assertError(String code, JsonNode reply) {
        assertEquals(code, reply.path("error").path("code").asText(), reply::toString);
        assertFalse(reply.path("error").path("message").asText().isBlank(), reply::toString);
    }

    private static void assertRefused(String code, RawSocket socket, String text) throws IOException {
        socket.text(text);
        assertError(code, socket.reply());
    }

    @Test
    void whatIsNoCommandIsRefusedAndTheConnectionStays() throws Exception {
        try (RawSocket socket = member()) {
            assertRefused("bad_json", socket, "hello");
            assertRefused("bad_json", socket, "");
            assertRefused("bad_json", socket, "[1]");
            assertRefused("bad_json", socket, "{\"op\":\"ping\",\"id\":1");
            assertRefused("bad_json", socket, "{\"op\":\"ping\",\"id\":1,\"x\":" + "[".repeat(5_000));
            assertRefused(
                    "bad_json",
                    socket,
                    "{\"op\":\"ping\",\"id\":1,\"x\":" + "{\"a\":".repeat(1_000) + "1" + "}".repeat(1_001));
            assertRefused("bad_command", socket, "{}");
            assertRefused("bad_command", socket, "{\"op\":\"ping\"}");
            assertRefused("bad_command", socket, "{\"op\":\"ping\",\"id\":\"7\"}");
            assertRefused("bad_command", socket, "{\"op\":7,\"id\":7}");
            assertRefused("unknown_command", socket, "{\"op\":\"explode\",\"id\":7}");
            assertStays(socket);
        }
    }

    @Test
    void fieldsOfTheWrongTypeAreRefusedAndTheConnectionStays() throws Exception {
        try (RawSocket socket = member()) {
            String send = "{\"op\":\"send\",\"id\":9,\"room\":\"" + room + "\",\"t\":\"chat\",";
            assertRefused("bad_field", socket, "{\"op\":\"join\",\"id\":9,\"room\":42}");
            assertRefused("bad_field", socket, "{\"op\":\"join\",\"id\":9,\"room\":\"../../etc\"}");
            assertRefused("bad_field", socket, "{\"op\":\"join\",\"id\":9,\"room\":\"x\",\"since\":\"1\"}");
            assertRefused("bad_field", socket, "{\"op\":\"history\",\"id\":9,\"room\":\"x\",\"limit\":1e9}");
            assertRefused("bad_field", socket, send + "\"cid\":\"a\",\"d\":\"hi\"}");
            assertRefused("bad_field", socket, send + "\"cid\":7,\"d\":{\"text\":\"hi\"}}");
            assertRefused("bad_field", socket, send + "\"cid\":\"a\",\"d\":{\"text\":[]}}");
            assertRefused("bad_json", socket, send + "\"cid\":\"a\",\"d\":{\"text\":\"\\ud83d\"}}");
            assertRefused("bad_field", socket, "{\"op\":\"dm.send\",\"id\":9,\"to\":null,\"cid\":\"a\"}");
            assertRefused("bad_field", socket, "{\"op\":\"auth\",\"id\":9,\"token\":{}}");
            assertStays(socket);
        }
    }

    @Test
    void theErrorCarriesTheCommandsNumberWhereThereIsOne() throws Exception {
        try (RawSocket socket = member()) {
            socket.text("{\"op\":\"explode\",\"id\":12345}");
            assertEquals(12345, socket.reply().get("re").asInt());
            socket.text("nonsense");
            assertTrue(socket.reply().get("re").isNull());
        }
    }

    @Test
    void whatMayNotBeSentIsRefusedAndTheConnectionStays() throws Exception {
        String closed = api.createRoom("bad-input", Map.of());
        assertEquals(200, api.closeRoom(closed).status());
        try (RawSocket socket = member()) {
            String chat = "\"t\":\"chat\",\"cid\":\"a\",\"d\":{\"text\":\"";
            Eventually.await(SEEN_MAX, "the room is closed here", () -> {
                socket.text("{\"op\":\"join\",\"id\":9,\"room\":\"" + closed + "\"}");
                return "room_closed"
                        .equals(socket.reply().path("error").path("code").asText());
            });
            assertRefused("no_such_room", socket, "{\"op\":\"join\",\"id\":9,\"room\":\"nowhere-at-all\"}");
            assertRefused("already_joined", socket, "{\"op\":\"join\",\"id\":9,\"room\":\"" + room + "\"}");
            assertRefused("not_joined", socket, "{\"op\":\"send\",\"id\":9,\"room\":\"other\"," + chat + "hi\"}}");
            assertRefused("not_joined", socket, "{\"op\":\"leave\",\"id\":9,\"room\":\"other\"}");
            assertRefused(
                    "too_long",
                    socket,
                    "{\"op\":\"send\",\"id\":9,\"room\":\"" + room + "\"," + chat + "x".repeat(500) + "\"}}");
            for (String event : List.of(
                    "announce\",\"d\":{\"text\":\"hi\"}",
                    "superchat\",\"d\":{\"text\":\"hi\",\"value\":100,\"currency\":\"CNY\"}",
                    "state\",\"d\":{\"key\":\"k\",\"value\":1}")) {
                String send = "{\"op\":\"send\",\"id\":9,\"room\":\"" + room + "\",\"cid\":\"a\",\"t\":\"";
                assertRefused("forbidden", socket, send + event + "}");
            }
            assertStays(socket);
        }
    }

    @Test
    void badTokensAreRefusedAndAGoodOneMayFollow() throws Exception {
        long now = System.currentTimeMillis();
        Claims expired = new Claims("mallory", "Mallory", "default", Map.of(), false, now - 1_000);
        Claims valid = new Claims("mallory", "Mallory", "default", Map.of(), true, now + 60_000);
        String foreign = new Tokens("the secret of some other hub, 32 bytes and more").sign(valid);
        try (RawSocket socket = connect()) {
            assertRefused("unauthenticated", socket, "{\"op\":\"ping\",\"id\":1}");
            assertRefused("unauthenticated", socket, "{\"op\":\"join\",\"id\":1,\"room\":\"" + room + "\"}");
            for (String token : new String[] {"x", foreign, foreign.substring(0, foreign.length() - 4)}) {
                assertRefused("bad_token", socket, "{\"op\":\"auth\",\"id\":1,\"token\":\"" + token + "\"}");
            }
            assertRefused(
                    "token_expired", socket, "{\"op\":\"auth\",\"id\":1,\"token\":\"" + hub.token(expired) + "\"}");
            socket.text("{\"op\":\"auth\",\"id\":2,\"token\":\"" + hub.token("mallory") + "\"}");
            assertTrue(socket.reply().has("ok"));
            assertRefused("forbidden", socket, "{\"op\":\"auth\",\"id\":3,\"token\":\"" + hub.token("other") + "\"}");
            assertStays(socket);
        }
    }

    @Test
    void aTokenThatExpiresEndsTheConnectionWithItsReason() throws Exception {
        Claims brief = new Claims(
                "mallory", "Mallory", "default", Map.of(), false, (System.currentTimeMillis() / 1_000 + 3) * 1_000);
        try (RawSocket socket = connect()) {
            socket.text("{\"op\":\"auth\",\"id\":1,\"token\":\"" + hub.token(brief) + "\"}");
            assertTrue(socket.reply().has("ok"));
            assertError("token_expired", socket.reply());
            assertEquals(4003, socket.closeCode());
            assertTrue(socket.ends());
        }
    }

    @Test
    void whoSaysNoTokenIsSentAwayInTime() throws Exception {
        try (RawSocket socket = connect()) {
            assertError("unauthenticated", socket.reply());
            assertEquals(4002, socket.closeCode());
            assertTrue(socket.ends());
        }
    }

    @Test
    void aFrameOfAMegabyteIsAnErrorThenTooBig() throws Exception {
        try (RawSocket socket = member()) {
            socket.frame(RawSocket.FIN | RawSocket.TEXT, MEGABYTE);
            assertError("frame_too_big", socket.reply());
            assertEquals(1009, socket.closeCode());
            assertTrue(socket.ends());
        }
    }

    @Test
    void aMegabyteInPiecesIsAnErrorThenTooBig() throws Exception {
        byte[] piece = new byte[32 * 1024];
        try (RawSocket socket = member()) {
            socket.frame(RawSocket.TEXT, piece);
            for (int i = 0; i < 30; i++) {
                socket.frame(RawSocket.CONTINUATION, piece);
            }
            assertError("frame_too_big", socket.reply());
            assertEquals(1009, socket.closeCode());
            assertTrue(socket.ends());
        }
    }

    @Test
    void invalidUtf8IsAnErrorThenTheCodeForIt() throws Exception {
        byte[][] invalid = {
            {(byte) 0xc3, (byte) 0x28},
            {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            {(byte) 0xf5, 0, 0, 0},
            {'{', (byte) 0xff}
        };
        for (byte[] bytes : invalid) {
            try (RawSocket socket = member()) {
                socket.frame(RawSocket.FIN | RawSocket.TEXT, bytes);
                assertError("invalid_utf8", socket.reply());
                assertEquals(1007, socket.closeCode());
                assertTrue(socket.ends());
            }
        }
    }

    @Test
    void aCommandInPiecesIsACommandAlsoWhenACharacterIsCutInTwo() throws Exception {
        try (RawSocket socket = member()) {
            byte[] whole = ("{\"op\":\"send\",\"id\":9,\"room\":\"" + room
                            + "\",\"t\":\"chat\",\"cid\":\"pieces\",\"d\":{\"text\":\"你好\"}}")
                    .getBytes(StandardCharsets.UTF_8);
            int cut = whole.length - 7;
            socket.frame(RawSocket.TEXT, java.util.Arrays.copyOfRange(whole, 0, 10));
            socket.frame(RawSocket.CONTINUATION, java.util.Arrays.copyOfRange(whole, 10, cut));
            // a ping may come between
            socket.frame(RawSocket.FIN | RawSocket.PING, new byte[] {1, 2, 3});
            RawSocket.Frame pong = socket.read();
            assertEquals(RawSocket.PONG, pong.opcode());
            assertEquals(3, pong.payload().length);
            socket.frame(
                    RawSocket.FIN | RawSocket.CONTINUATION, java.util.Arrays.copyOfRange(whole, cut, whole.length));
            assertTrue(socket.reply().path("ok").has("o"));
            Eventually.await(
                    SEEN_MAX, "it was delivered", () -> bystander.texts().contains("你好"));
        }
    }

    @Test
    void framesThatBreakTheProtocolAreAnErrorThenTheCodeForIt() throws Exception {
        byte[] ping = "{\"op\":\"ping\",\"id\":1}".getBytes(StandardCharsets.US_ASCII);
        try (RawSocket socket = member()) {
            socket.unmasked(RawSocket.FIN | RawSocket.TEXT, ping);
            assertBroken(socket);
        }
        try (RawSocket socket = member()) {
            socket.frame(RawSocket.FIN | 0x40 | RawSocket.TEXT, ping);
            assertBroken(socket);
        }
        try (RawSocket socket = member()) {
            socket.frame(RawSocket.FIN | 0x3, ping);
            assertBroken(socket);
        }
        try (RawSocket socket = member()) {
            socket.frame(RawSocket.FIN | RawSocket.CONTINUATION, ping);
            assertBroken(socket);
        }
        try (RawSocket socket = member()) {
            socket.frame(RawSocket.TEXT, ping);
            socket.frame(RawSocket.FIN | RawSocket.TEXT, ping);
            assertBroken(socket);
        }
        try (RawSocket socket = member()) {
            socket.frame(RawSocket.FIN | RawSocket.PING, new byte[126]);
            assertBroken(socket);
        }
    }

    private static void assertBroken(RawSocket socket) throws IOException {
        assertError("bad_frame", socket.reply());
        assertEquals(1002, socket.closeCode());
        assertTrue(socket.ends());
    }

    @Test
    void aBinaryFrameIsAnErrorThenTheCodeForIt() throws Exception {
        try (RawSocket socket = member()) {
            socket.frame(RawSocket.FIN | RawSocket.BINARY, new byte[] {1, 2, 3});
            assertError("bad_frame", socket.reply());
            assertEquals(1003, socket.closeCode());
            assertTrue(socket.ends());
        }
    }

    @Test
    void aClosingFrameIsAnsweredWithItsCode() throws Exception {
        try (RawSocket socket = member()) {
            socket.frame(RawSocket.FIN | RawSocket.CLOSE, new byte[] {0x03, (byte) 0xe9});
            RawSocket.Frame frame = socket.read();
            while (frame.opcode() != RawSocket.CLOSE) {
                frame = socket.read();
            }
            assertEquals(1001, frame.closeCode());
            assertTrue(socket.ends());
        }
    }

    @Test
    void tooManyCommandsASecondAreRefusedAndTheConnectionStays() throws Exception {
        try (RawSocket socket = member()) {
            int refused = 0;
            for (int i = 0; i < 200; i++) {
                socket.text("{\"op\":\"ping\",\"id\":" + (100 + i) + "}");
            }
            long retryMs = 0;
            for (int i = 0; i < 200; i++) {
                JsonNode reply = socket.reply();
                assertEquals(100 + i, reply.get("re").asInt());
                if (reply.has("error")) {
                    assertError("rate_limited", reply);
                    retryMs = reply.get("error").get("retryMs").asLong();
                    refused++;
                }
            }
            assertTrue(refused > 100 && retryMs > 0, refused + " refused, retry in " + retryMs);
            Eventually.await(SEEN_MAX, "commands are taken again", () -> {
                socket.text("{\"op\":\"ping\",\"id\":1}");
                return socket.reply().has("ok");
            });
        }
    }

    @Test
    void tooManySendsASecondAreRefusedAndTheConnectionStays() throws Exception {
        try (RawSocket socket = member()) {
            for (int i = 0; i < 30; i++) {
                socket.text("{\"op\":\"send\",\"id\":" + i + ",\"room\":\"" + room + "\",\"t\":\"chat\",\"cid\":\"fast"
                        + i + "\",\"d\":{\"text\":\"fast\"}}");
            }
            int sent = 0;
            for (int i = 0; i < 30; i++) {
                JsonNode reply = socket.reply();
                if (reply.has("ok")) {
                    sent++;
                } else {
                    assertError("rate_limited", reply);
                }
            }
            assertTrue(sent >= 10 && sent < 25, sent + " sent");
        }
    }

    @Test
    void tooManyRoomsAreRefusedAndTheConnectionStays() throws Exception {
        int roomsMax = 20;
        try (Witness greedy = Witness.connect(clients, hub, "greedy", hub.hostToken("greedy", room), 1)) {
            for (int i = 0; i < roomsMax; i++) {
                greedy.join(api.createRoom("bad-input-many", Map.of()));
            }
            String oneMore = api.createRoom("bad-input-many", Map.of());
            Eventually.await(
                    SEEN_MAX,
                    "the room is known",
                    () -> "too_many_rooms"
                            .equals(greedy.wait(greedy.client().join(oneMore)).code()));
            assertEquals(1, greedy.connects());
        }
    }
}
