package io.danmaku.edge.connection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.edge.quota.Tenants;
import io.danmaku.node.config.TenantQuotas;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.packet.Packet;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reader of packets hears as long as it is in no room; the rest needs a hub. The channel is embedded. */
class PacketDialectTest {
    private static final long NEVER_MS = Long.MAX_VALUE;
    private static final int MESSAGE_BYTES_MAX = ConnectionClockTest.LIMITS.frameBytesMax();
    private static final TenantQuotas NO_QUOTAS = new TenantQuotas(new TenantQuotas.Quota(0, 0, 0), Map.of());
    private static final Packet HEARTBEAT = packet(Packet.HEARTBEAT, 7, "");

    private final Commands commands = new Commands(
            new Tokens("a secret of these tests, 32 bytes and more"),
            new Tenants(NO_QUOTAS, tenant -> 0, null, new SimpleMeterRegistry()),
            null,
            null,
            null,
            null,
            null,
            null,
            ConnectionClockTest.LIMITS,
            new Incarnation(1),
            null,
            null,
            null,
            new ConnectionLoops(1, ConnectionClockTest.LIMITS),
            null);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ConnectionLoop loop = new ConnectionLoop(channel.eventLoop(), 0, 5_000, () -> 100);
    private final Connection connection = new Connection(
            new PacketDialect(commands, 1_024),
            loop,
            ConnectionClockTest.LIMITS,
            commands,
            "session",
            null,
            System.nanoTime());

    @BeforeEach
    void open() {
        channel.pipeline().addLast(new ViewerSocket(connection, MESSAGE_BYTES_MAX));
        connection.opened(channel.pipeline().lastContext(), true);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static Packet packet(int operation, int sequence, String body) {
        return new Packet(Packet.CONTROL, operation, sequence, body.getBytes(StandardCharsets.UTF_8));
    }

    private void accepted() {
        connection.authenticated(new Claims("7", "Ann", Ids.DEFAULT_TENANT, Map.of(), false, NEVER_MS), "token", null);
    }

    private void hears(byte[] message) {
        channel.writeInbound(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(message)));
    }

    /** Payload of the next frame, which begins with this byte. */
    private byte[] payload(int first) {
        ByteBuf frame = channel.readOutbound();
        assertEquals(first, frame.getUnsignedByte(0));
        byte[] payload = ByteBufUtil.getBytes(frame.skipBytes(frame.getUnsignedByte(1) < 126 ? 2 : 4));
        frame.release();
        return payload;
    }

    private Packet says() {
        Packet.Decoded said = Packet.decode(payload(0x82), MESSAGE_BYTES_MAX);
        assertNull(said.refusal());
        assertEquals(1, said.packets().size());
        assertEquals(Packet.CONTROL, said.packets().get(0).version());
        return said.packets().get(0);
    }

    private void assertRefused(int operation, int status, String error, int closeCode) throws IOException {
        Packet packet = says();
        JsonNode body = Json.MAPPER.readTree(packet.body());
        assertEquals(operation, packet.operation(), body::toString);
        assertEquals(status, body.path("code").asInt(), body::toString);
        assertEquals(error, body.path("error").asText());
        assertFalse(body.path("message").asText().isBlank());
        assertClosed(closeCode);
    }

    private void assertClosed(int closeCode) {
        byte[] close = payload(0x88);
        assertEquals(closeCode, ((close[0] & 0xff) << 8) | (close[1] & 0xff));
        assertNull(channel.readOutbound(), "nothing comes behind a closing frame");
        assertTrue(connection.closing());
    }

    @Test
    void aHeartbeatIsAnsweredWithFourBytesAndItsOwnNumber() {
        accepted();
        hears(HEARTBEAT.encode());
        Packet answer = says();
        assertEquals(Packet.HEARTBEAT_REPLY, answer.operation());
        assertEquals(7, answer.sequence());
        assertArrayEquals(new byte[4], answer.body(), "it is in no room");
    }

    @Test
    void aMessageMayHoldSeveralPacketsAndComeInPieces() {
        accepted();
        byte[] two = Packet.encode(List.of(HEARTBEAT, packet(Packet.HEARTBEAT, -1, "[object Object]")));
        channel.writeInbound(
                new BinaryWebSocketFrame(false, 0, Unpooled.wrappedBuffer(two, 0, 5)),
                new ContinuationWebSocketFrame(true, 0, Unpooled.wrappedBuffer(two, 5, two.length - 5)));
        assertEquals(7, says().sequence());
        assertEquals(-1, says().sequence());
    }

    @Test
    void aNewTokenWhoseKeyIsBeingLookedForEndsNoConnectionThatReadsARoom() throws IOException {
        accepted();
        Refusal notYet = Refusal.retry(ErrorCode.UNAVAILABLE, "newer keys are being looked for", 1_000);
        connection.rooms().put("42", new Membership());
        connection.refuse((long) Packet.AUTH << Integer.SIZE | 3, notYet);
        Packet answer = says();
        assertEquals(Packet.AUTH_REPLY, answer.operation());
        assertEquals(3, answer.sequence());
        assertEquals(503, Json.MAPPER.readTree(answer.body()).path("code").asInt());
        assertFalse(connection.closing());

        connection.rooms().clear();
        connection.refuse((long) Packet.AUTH << Integer.SIZE | 4, notYet);
        assertRefused(Packet.AUTH_REPLY, 503, "unavailable", 4005);
    }

    @Test
    void otherOperationsArePassedOver() {
        accepted();
        for (int operation : new int[] {0, 4, 5, 9, 12, 14, 24, 1_000, -1, Integer.MIN_VALUE}) {
            hears(packet(operation, 1, "1000,1001").encode());
        }
        assertNull(channel.readOutbound());
        assertFalse(connection.closing());
    }

    @Test
    void whoSaysAnythingButATokenFirstIsPutOut() throws IOException {
        hears(HEARTBEAT.encode());
        assertRefused(Packet.AUTH_REPLY, 401, "unauthenticated", 4005);
    }

    @Test
    void aWrongTokenIsItsCodeAndTheEnd() throws IOException {
        hears(Packet.encode(List.of(packet(Packet.AUTH, 3, "{\"key\":\"x\",\"roomid\":42}"), HEARTBEAT)));
        assertRefused(Packet.AUTH_REPLY, 401, "bad_token", 4005);
    }

    @Test
    void anAuthThatCannotBeReadIsItsCodeAndTheEnd() throws IOException {
        hears(packet(Packet.AUTH, 3, "{\"key\":\"x\"}").encode());
        assertRefused(Packet.AUTH_REPLY, 400, "bad_field", 4005);
    }

    @Test
    void whatIsNoPacketIsAnErrorThenTheCodeForIt() throws IOException {
        accepted();
        hears(new byte[] {1, 2, 3});
        assertRefused(Packet.DISCONNECT_REPLY, 400, "bad_frame", 1002);
    }

    @Test
    void aPacketBeyondItsBoundIsAnErrorThenTooBig() throws IOException {
        hears(packet(Packet.AUTH, 1, "x".repeat(1_024)).encode());
        assertRefused(Packet.AUTH_REPLY, 413, "frame_too_big", 1009);
    }

    @Test
    void textIsAnErrorThenTheCodeForIt() throws IOException {
        accepted();
        channel.writeInbound(new TextWebSocketFrame("{\"op\":\"ping\",\"id\":1}"));
        assertRefused(Packet.DISCONNECT_REPLY, 400, "bad_frame", 1003);
    }

    @Test
    void whoAsksForMoreThanTheRateIsPutOut() throws IOException {
        accepted();
        hears(Packet.encode(Collections.nCopies(1_000, HEARTBEAT)));
        int answers = 0;
        Packet last = says();
        while (last.operation() == Packet.HEARTBEAT_REPLY) {
            answers++;
            last = says();
        }
        assertTrue(answers >= 2 * ConnectionClockTest.LIMITS.commandsPerSecond(), "too soon");
        assertEquals(Packet.DISCONNECT_REPLY, last.operation());
        JsonNode body = Json.MAPPER.readTree(last.body());
        assertEquals(429, body.path("code").asInt());
        assertTrue(body.path("retryMs").asInt() > 0);
        assertClosed(4005);
    }

    @Test
    void aTokenThatExpiresIsToldBeforeTheEnd() throws IOException {
        connection.authenticated(new Claims("7", "Ann", Ids.DEFAULT_TENANT, Map.of(), false, 5), "token", null);
        connection.tick(System.nanoTime(), 6);
        assertRefused(Packet.DISCONNECT_REPLY, 401, "token_expired", 4003);
    }

    @Test
    void anEdgeThatStopsSaysItByTheClosingFrameAlone() {
        accepted();
        assertFalse(connection.reconnect(200).isEmpty());
        connection.tellReconnect(5_000);
        assertTrue(connection.depart(100));
        assertClosed(1012);
    }
}
