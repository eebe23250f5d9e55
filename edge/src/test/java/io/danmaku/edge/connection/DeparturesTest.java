package io.danmaku.edge.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How connections leave an edge that stops. The clock is the test's, the channels are embedded. */
class DeparturesTest {
    private static final int COUNT = 100;
    private static final long DURATION_MS = 1_000;
    private static final long TICKS = DURATION_MS / Departures.TICK_MS;

    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private final EmbeddedChannel loopChannel = channel();
    private final ConnectionLoop loop = new ConnectionLoop(loopChannel.eventLoop(), 0, 5_000, () -> 100);
    private final Departures departures = new Departures();
    private final List<Connection> connections = new ArrayList<>();

    private EmbeddedChannel channel() {
        EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
        channels.add(channel);
        return channel;
    }

    private Connection connection() {
        Connection connection = new Connection(
                new JsonDialect(ConnectionClockTest.COMMANDS),
                loop,
                ConnectionClockTest.LIMITS,
                ConnectionClockTest.COMMANDS,
                "session",
                null,
                System.nanoTime());
        connection.opened(channel().pipeline().firstContext(), false);
        connections.add(connection);
        return connection;
    }

    private void begin(int count) {
        for (int i = 0; i < count; i++) {
            connection();
        }
        departures.begin(connections, 0, DURATION_MS);
    }

    private void tick(long number) {
        departures.tick(TimeUnit.MILLISECONDS.toNanos(number * Departures.TICK_MS));
    }

    @AfterEach
    void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    @Test
    void theyLeaveEvenlyOverTheTime() {
        begin(COUNT);
        for (long tick = 1; tick <= TICKS; tick++) {
            tick(tick);
            assertEquals(tick * COUNT / (double) TICKS, departures.departed(), 1.0, "after tick " + tick);
        }
        assertEquals(COUNT, departures.departed());
        assertTrue(connections.stream().allMatch(Connection::closing));
    }

    @Test
    void aStallIsMadeUpForWithoutABurst() {
        begin(COUNT);
        int before = 0;
        for (long tick = TICKS / 2; tick <= TICKS; tick++) {
            tick(tick);
            int left = departures.departed() - before;
            assertTrue(left <= 2 * COUNT / TICKS, left + " left at once");
            before = departures.departed();
        }
        assertEquals(COUNT, departures.departed());
    }

    @Test
    void aFewLeaveOneByOne() {
        begin(2);
        tick(TICKS / 4);
        assertEquals(1, departures.departed());
        tick(TICKS / 3);
        assertEquals(1, departures.departed());
        tick(TICKS);
        assertEquals(2, departures.departed());
    }

    @Test
    void whoWantedSomethingGoesFirst() {
        Connection[] ten = new Connection[10];
        for (int i = 0; i < ten.length; i++) {
            ten[i] = connection();
        }
        departures.hurry(ten[7]);
        departures.begin(connections, 0, DURATION_MS);
        departures.hurry(ten[4]);
        departures.hurry(ten[4]);
        tick(TICKS / 10);
        assertTrue(ten[7].closing());
        assertFalse(ten[4].closing());
        tick(TICKS / 5);
        assertTrue(ten[4].closing());
        assertFalse(ten[0].closing());
        for (long tick = TICKS / 5; tick <= 2 * TICKS; tick++) {
            tick(tick);
        }
        assertEquals(ten.length, departures.departed());
    }

    @Test
    void whoIsGoneIsNotCountedAndWhoComesLateLeavesToo() {
        begin(4);
        connections.get(0).close(CloseReason.IDLE);
        Connection late = connection();
        departures.add(late);
        for (long tick = 1; tick <= 2 * TICKS; tick++) {
            tick(tick);
        }
        assertEquals(4, departures.departed());
        assertTrue(late.closing());
    }

    @Test
    void itIsToldWhenToComeBackAndThenClosed() {
        begin(1);
        tick(TICKS);
        EmbeddedChannel channel = channels.get(1);
        ByteBuf bye = channel.readOutbound();
        String said = bye.toString(2, bye.readableBytes() - 2, StandardCharsets.UTF_8);
        bye.release();
        assertTrue(said.matches("\\{\"bye\":\\{\"code\":\"restart\",\"retryMs\":[0-9]+}}"), said);
        int retryMs = Integer.parseInt(said.replaceAll("[^0-9]", ""));
        assertTrue(retryMs >= 1 && retryMs <= Departures.RETRY_MS_MAX, said);
        ByteBuf close = channel.readOutbound();
        assertEquals(1012, close.getUnsignedShort(2));
        close.release();
        assertNull(channel.readOutbound());
    }

    @Test
    void withoutTimeTheyLeaveAtOnce() {
        for (int i = 0; i < COUNT; i++) {
            connection();
        }
        departures.begin(connections, 0, 0);
        tick(1);
        assertEquals(COUNT, departures.departed());
    }
}
