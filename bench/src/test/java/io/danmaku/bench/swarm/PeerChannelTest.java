package io.danmaku.bench.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Against Netty's frame decoder as the other side, which is not ours. */
final class PeerChannelTest {
    private static final String ANSWER = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n";

    private final Counts counts = new Counts();
    private final Latency latency = new Latency();
    private int joins;
    private String failure;

    private final PeerChannel.Life life = new PeerChannel.Life() {
        @Override
        public void joined() {
            joins++;
        }

        @Override
        public void failed(String why) {
            failure = why;
        }
    };

    private EmbeddedChannel channel(Dialog dialog, boolean checks) {
        return new EmbeddedChannel(new PeerChannel(dialog, "a.b.c", checks, counts, latency, new Scan(), life));
    }

    private static String said(EmbeddedChannel channel) {
        ByteBuf bytes = channel.readOutbound();
        String text = bytes.toString(StandardCharsets.US_ASCII);
        bytes.release();
        return text;
    }

    private static void hear(EmbeddedChannel channel, String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private static WebSocketFrame frame(EmbeddedChannel channel) {
        EmbeddedChannel server = new EmbeddedChannel(new WebSocket13FrameDecoder(
                WebSocketDecoderConfig.newBuilder().expectMaskedFrames(true).build()));
        server.writeInbound((ByteBuf) channel.readOutbound());
        return server.readInbound();
    }

    @Example
    void overAWebSocketItSaysItsOpenersInFramesAndWaitsForTheAnswer() {
        Dialog dialog = Dialog.webSocket("/ws?token={token}").saying(List.of("let me in"), "you are in");
        EmbeddedChannel channel = channel(dialog, false);
        String request = said(channel);
        assertTrue(request.startsWith("GET /ws?token=a.b.c HTTP/1.1\r\n"), request);
        assertNull(channel.readOutbound());
        hear(channel, ANSWER);
        TextWebSocketFrame opener = (TextWebSocketFrame) frame(channel);
        assertEquals("let me in", opener.text());
        opener.release();
        assertEquals(0, joins);
        hear(channel, "well, you ar");
        hear(channel, "e in, and bench 5 0.");
        assertEquals(1, joins);
        assertEquals(1, counts.events);
        ((PeerChannel) channel.pipeline().first()).keepAlive();
        WebSocketFrame ping = frame(channel);
        assertTrue(ping instanceof PingWebSocketFrame, () -> ping.toString());
        ReferenceCountUtil.release(ping);
        channel.finishAndReleaseAll();
    }

    @Example
    void overTcpItSaysAllAsItIs() {
        Dialog dialog = new Dialog("HELLO\r\n", false, List.of("SUB\r\n"), "+OK", "PONG\r\n");
        EmbeddedChannel channel = channel(dialog, false);
        assertEquals("HELLO\r\n", said(channel));
        assertEquals("SUB\r\n", said(channel));
        hear(channel, "INFO {}\r\n+OK\r\n");
        assertEquals(1, joins);
        ((PeerChannel) channel.pipeline().first()).keepAlive();
        assertEquals("PONG\r\n", said(channel));
        channel.finishAndReleaseAll();
    }

    @Property(tries = 300)
    void whereverReadsEndEveryMessageIsTakenOnce(
            @ForAll @IntRange(min = 1, max = 200) int readBytes, @ForAll boolean checks) {
        new PeerChannelTest().takesEveryMessageOnce(readBytes, checks);
    }

    private void takesEveryMessageOnce(int readBytes, boolean checks) {
        latency.measure(0, Long.MAX_VALUE, 1);
        EmbeddedChannel channel = channel(Dialog.webSocket("/sub"), checks);
        StringBuilder all = new StringBuilder(ANSWER);
        for (int i = 0; i < 50; i++) {
            // of all kinds of servers: bare, within JSON, within a string within JSON
            all.append("\u0001b be ben bbench {\"text\":\"bench ")
                    .append(123_456_789L + i)
                    .append(' ')
                    .append(i)
                    .append(i % 2 == 0 ? "\"}" : "\\\"}");
        }
        for (int at = 0; at < all.length(); at += readBytes) {
            hear(channel, all.substring(at, Math.min(all.length(), at + readBytes)));
        }
        assertNull(failure);
        assertEquals(1, joins);
        assertEquals(all.length(), counts.bytes);
        // "bbench {" has the mark but no message: it counts, and who checks says that it is none
        assertEquals(100, counts.events);
        assertEquals(checks ? 50 : 0, counts.miscounted);
        assertEquals(0, counts.doubled);
        assertEquals(checks ? 50 : 0, latency.us(0).getTotalCount());
        channel.finishAndReleaseAll();
    }

    @Example
    void aMessageThatComesTwiceIsSeenByWhoChecks() {
        EmbeddedChannel channel = channel(Dialog.webSocket("/sub"), true);
        hear(channel, ANSWER + "bench 7 1\nbench 7 1\n");
        assertEquals(2, counts.events);
        assertEquals(1, counts.doubled);
        channel.finishAndReleaseAll();
    }

    @Example
    void aRefusedHandshakeIsAFailureWithItsReason() {
        EmbeddedChannel channel = channel(Dialog.webSocket("/sub"), false);
        hear(channel, "HTTP/1.1 403 Forbidden\r\n\r\n");
        assertTrue(failure.contains("403"), failure);
        assertEquals(0, joins);
        channel.finishAndReleaseAll();
    }

    @Example
    void anEndAfterJoiningIsCounted() {
        EmbeddedChannel channel = channel(Dialog.webSocket("/sub"), false);
        hear(channel, ANSWER);
        channel.close();
        assertNull(failure);
        assertEquals(1, counts.dropped);
        channel.releaseOutbound();
    }
}
