package io.danmaku.edge.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a connection's time is over. The clock is the test's, the channel is embedded. */
class ConnectionClockTest {
    private static final long IDLE_MS = 60_000;
    private static final long SLOW_MS = 30_000;
    private static final long NEVER_MS = Long.MAX_VALUE;
    static final ConnectionLimits LIMITS =
            new ConnectionLimits(10, 65_536, 20, 20, 5, 500, true, 10_000, IDLE_MS, SLOW_MS, 5_000, 1_000);
    /** Nothing here asks for more of it than to forget a connection. */
    static final Commands COMMANDS = new Commands(
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            LIMITS,
            new Incarnation(1),
            null,
            null,
            null,
            new ConnectionLoops(1, LIMITS),
            null);

    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final ConnectionLoop loop = new ConnectionLoop(channel.eventLoop(), 0, 5_000, () -> 100);
    /** So long ago that it would be idle by the real clock, which {@link Connection#heard} asks. */
    private final long openedNs = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(2 * IDLE_MS);

    private final Connection connection =
            new Connection(new JsonDialect(COMMANDS), loop, LIMITS, COMMANDS, "session", null, openedNs);

    @BeforeEach
    void open() {
        connection.opened(channel.pipeline().firstContext(), false);
        connection.authenticated(new Claims("7", "Ann", Ids.DEFAULT_TENANT, Map.of(), false, NEVER_MS), "token", null);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void tickAfter(long ms) {
        connection.tick(openedNs + TimeUnit.MILLISECONDS.toNanos(ms), 0);
    }

    private void writable(boolean writable) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        channel.runPendingTasks();
    }

    /** The code of the closing frame that lies in the channel behind whatever else, or -1. */
    private int closeCode() {
        int code = -1;
        for (ByteBuf frame = channel.readOutbound(); frame != null; frame = channel.readOutbound()) {
            if (frame.getUnsignedByte(0) == 0x88) {
                code = frame.getUnsignedShort(2);
                assertNull(channel.readOutbound(), "nothing comes behind a closing frame");
            }
            frame.release();
        }
        return code;
    }

    @Test
    void whoSaysNothingForTooLongIsIdle() {
        tickAfter(IDLE_MS);
        assertEquals(-1, closeCode());
        tickAfter(IDLE_MS + 1);
        assertEquals(4001, closeCode());
        assertTrue(connection.closing());
    }

    @Test
    void whoSaysAnythingIsNotIdleFromThenOn() {
        connection.heard();
        connection.tick(System.nanoTime(), 0);
        assertEquals(-1, closeCode());
        connection.tick(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MS + 1), 0);
        assertEquals(4001, closeCode());
    }

    @Test
    void whoTakesNothingForTooLongIsTooSlow() {
        writable(false);
        tickAfter(1_000);
        tickAfter(1_000 + SLOW_MS);
        assertFalse(connection.closing());
        tickAfter(1_000 + SLOW_MS + 1);
        assertTrue(connection.closing());
        assertEquals(4004, closeCode());
    }

    @Test
    void whoTakesSomethingIsNotTooSlowFromThenOn() {
        writable(false);
        tickAfter(1_000);
        writable(true);
        connection.writable();
        writable(false);
        tickAfter(SLOW_MS);
        tickAfter(2 * SLOW_MS);
        assertFalse(connection.closing());
        tickAfter(2 * SLOW_MS + 1);
        assertEquals(4004, closeCode());
    }

    @Test
    void aPushThatFoundTheSocketFullIsMissed() {
        connection.push(new byte[] {'{', '}'});
        channel.runPendingTasks();
        assertFalse(connection.missed.isMarked());
        writable(false);
        connection.push(new byte[] {'{', '}'});
        channel.runPendingTasks();
        assertTrue(connection.missed.isMarked());
    }

    @Test
    void whoWasToldAWindowIsToldAgainOnlyWhenItHasGrown() {
        assertEquals(2_000, connection.reconnect(2_000).get("maxMs").asLong());
        assertFalse(connection.tellReconnect(2_000));
        assertNull(channel.readOutbound());
        assertTrue(connection.tellReconnect(4_000));
        ByteBuf frame = channel.readOutbound();
        assertEquals(
                "{\"reconnect\":{\"minMs\":100,\"maxMs\":4000}}",
                frame.toString(2, frame.readableBytes() - 2, StandardCharsets.UTF_8));
        frame.release();
        assertFalse(connection.tellReconnect(4_000));
    }

    @Test
    void whoDoesNotReadIsToldOfTheWindowLater() {
        writable(false);
        assertFalse(connection.tellReconnect(4_000));
        writable(true);
        assertTrue(connection.tellReconnect(4_000));
    }

    @Test
    void aGuestsTimeIsOverAfterSoManyHoursAlsoWhenItAsksAgain() {
        Connection guest = new Connection(new JsonDialect(COMMANDS), loop, LIMITS, COMMANDS, "g", null, openedNs);
        assertEquals(
                ErrorCode.UNAUTHENTICATED,
                Guests.check("default", false, guest, 5).refusal().code());
        assertEquals(
                ErrorCode.BAD_FIELD,
                Guests.check("A b", true, guest, 5).refusal().code());
        Claims first = Guests.check("default", true, guest, 5).claims();
        assertEquals(5 + Guests.SESSION_MS, first.expiresAtMs());
        assertFalse(Ids.isUser(first.user()));
        guest.opened(channel.pipeline().firstContext(), false);
        guest.authenticated(first, null, null);
        assertEquals(first, Guests.check("default", true, guest, 1_000).claims());
        guest.heard();
        guest.tick(System.nanoTime(), first.expiresAtMs() - 1);
        assertEquals(-1, closeCode());
        guest.tick(System.nanoTime(), first.expiresAtMs());
        assertEquals(4003, closeCode());
    }

    @Test
    void aClosedConnectionIsClosedOnceAndSaysNothingMore() {
        tickAfter(IDLE_MS + 1);
        assertEquals(4001, closeCode());
        tickAfter(2 * IDLE_MS);
        connection.reply(new byte[] {'{', '}'});
        assertEquals(-1, closeCode());
        assertNull(channel.readOutbound());
    }
}
