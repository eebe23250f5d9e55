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
import java.util.zip.Deflater;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;

/** Against Netty's frame decoder as the other side, which is not ours. */
final class ViewerChannelTest {
    private static final String ANSWER =
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nsec-websocket-accept: x\r\n\r\n";
    private static final String JOINED = "{\"re\":1,\"ok\":{\"room\":\"42\",\"epoch\":\"e\",\"head\":7,\"online\":0}}";

    private final Counts counts = new Counts();
    private final Watch watch = new Watch("42", true, counts, new Latency());
    private int joins;
    private int ends;
    private String failure;

    private long retryMs;
    private String hint = "";

    private final ViewerChannel.Life life = new ViewerChannel.Life() {
        @Override
        public void opened() {}

        @Override
        public void told(long returnMsMin, long returnMsMax) {
            hint = returnMsMin + ".." + returnMsMax;
        }

        @Override
        public void joined(String epoch, long head) {
            assertEquals("e", epoch);
            joins++;
            watch.joined(head);
        }

        @Override
        public void failed(String why, long afterMs) {
            failure = why;
            retryMs = afterMs;
        }

        @Override
        public void ended() {
            ends++;
        }
    };

    private final ViewerChannel viewer = viewer(Hello.watch("127.0.0.1:80", "a.b.c", "42"));
    private final EmbeddedChannel channel = new EmbeddedChannel(viewer);
    private final EmbeddedChannel server = new EmbeddedChannel(new WebSocket13FrameDecoder(
            WebSocketDecoderConfig.newBuilder().expectMaskedFrames(true).build()));

    @AfterTry
    void releaseWhatIsLeft() {
        channel.finishAndReleaseAll();
        server.finishAndReleaseAll();
    }

    private ViewerChannel viewer(Hello hello) {
        return new ViewerChannel(hello, watch, counts, new Scan(), new Inflation(), life);
    }

    private String said() {
        ByteBuf bytes = channel.readOutbound();
        String text = bytes.toString(StandardCharsets.US_ASCII);
        bytes.release();
        return text;
    }

    private WebSocketFrame frame() {
        server.writeInbound((ByteBuf) channel.readOutbound());
        return server.readInbound();
    }

    private void hear(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private static byte[] text(String payload) {
        byte[] utf8 = payload.getBytes(StandardCharsets.US_ASCII);
        ByteBuf frame = Unpooled.buffer().writeByte(0x81);
        if (utf8.length < 126) {
            frame.writeByte(utf8.length);
        } else if (utf8.length < 65_536) {
            frame.writeByte(126).writeShort(utf8.length);
        } else {
            frame.writeByte(127).writeLong(utf8.length);
        }
        frame.writeBytes(utf8);
        byte[] bytes = new byte[frame.readableBytes()];
        frame.readBytes(bytes);
        return bytes;
    }

    private static String batch(long offset, int padding) {
        return "{\"room\":\"42\",\"from\":" + offset + ",\"to\":" + offset + ",\"events\":[{\"o\":" + offset
                + ",\"pad\":\"" + "x".repeat(padding) + "\"}]}";
    }

    @Example
    void itConnectsJoinsAndPingsInFramesThatAServerTakes() {
        String request = said();
        assertTrue(request.startsWith("GET /ws?token=a.b.c HTTP/1.1\r\n"), request);
        assertTrue(request.contains("Sec-WebSocket-Protocol: danmaku.v1.json\r\n"), request);
        hear(ANSWER);
        TextWebSocketFrame join = (TextWebSocketFrame) frame();
        assertEquals("{\"id\":1,\"op\":\"join\",\"room\":\"42\"}", join.text());
        join.release();
        channel.writeInbound(Unpooled.wrappedBuffer(text(JOINED)));
        assertEquals(1, joins);
        assertEquals(8, watch.next());
        viewer.ping();
        WebSocketFrame ping = frame();
        assertTrue(ping instanceof PingWebSocketFrame, () -> ping.toString());
        ReferenceCountUtil.release(ping);
    }

    @Property(tries = 200)
    void whereverReadsEndEveryFrameIsTakenOnce(
            @ForAll @IntRange(min = 1, max = 300) int readBytes,
            @ForAll @IntRange(min = 0, max = 3) int size,
            @ForAll @IntRange(min = 0, max = 400) int padding) {
        new ViewerChannelTest().takesEveryFrameOnce(readBytes, size, padding);
    }

    private void takesEveryFrameOnce(int readBytes, int size, int padding) {
        int large = size == 3 ? 66_000 : padding;
        ByteBuf all = Unpooled.buffer();
        all.writeBytes(ANSWER.getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(text(JOINED)).writeBytes(text(batch(8, padding)));
        all.writeBytes(text("{\"room\":\"42\",\"stats\":{\"online\":1}}")).writeBytes(text(batch(9, large)));
        all.writeBytes(new byte[] {(byte) 0x8a, 0}); // a pong
        all.writeBytes(text(batch(10, 0)));
        int bytes = all.readableBytes();
        int step = size == 3 ? readBytes * 50 : readBytes;
        while (all.isReadable()) {
            channel.writeInbound(all.readRetainedSlice(Math.min(step, all.readableBytes())));
        }
        all.release();
        channel.releaseOutbound();
        assertNull(failure);
        assertEquals(1, joins);
        assertEquals(bytes, counts.bytes);
        assertEquals(3, counts.frames);
        assertEquals(3, counts.events);
        assertEquals(0, counts.lost + counts.doubled + counts.disordered + counts.miscounted);
        assertEquals(11, watch.next());
        channel.finishAndReleaseAll();
    }

    @Example
    void aRefusedHandshakeAndARefusedJoinAreFailuresWithTheirReason() {
        channel.releaseOutbound();
        hear("HTTP/1.1 503 Service Unavailable\r\n\r\n{\"code\":\"busy\"}");
        assertTrue(failure.contains("503"), failure);
        assertEquals(0, joins);
    }

    @Example
    void aRoomThatIsClosedIsNotAskedForAgain() {
        channel.releaseOutbound();
        hear(ANSWER);
        channel.releaseOutbound();
        channel.writeInbound(Unpooled.wrappedBuffer(
                text("{\"re\":1,\"error\":{\"code\":\"room_closed\",\"message\":\"the room is closed\"}}")));
        assertTrue(failure.contains("room_closed"), failure);
    }

    @Example
    void anEndAfterJoiningIsCounted() {
        channel.releaseOutbound();
        hear(ANSWER);
        channel.releaseOutbound();
        channel.writeInbound(Unpooled.wrappedBuffer(text(JOINED)));
        channel.close();
        assertNull(failure);
        assertEquals(1, counts.dropped);
        assertEquals(1, ends);
    }

    @Example
    void aBusyEdgeSaysWhenToAskAgain() {
        channel.releaseOutbound();
        hear("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\ncontent-length: 0\r\n\r\n");
        assertTrue(failure.contains("503"), failure);
        assertEquals(3_000, retryMs);
        assertEquals(1, counts.refused);
    }

    @Example
    void whoComesBackAsksForWhatFollowsAndIsToldWhenToReturn() {
        EmbeddedChannel again =
                new EmbeddedChannel(viewer(new Hello("127.0.0.1:80", "a.b.c", "42", true, false, 1290, "k3")));
        ByteBuf request = again.readOutbound();
        assertTrue(request.toString(StandardCharsets.US_ASCII).startsWith("GET /ws HTTP/1.1\r\n"));
        request.release();
        again.writeInbound(Unpooled.copiedBuffer(ANSWER, StandardCharsets.US_ASCII));
        assertEquals("{\"id\":0,\"op\":\"auth\",\"token\":\"a.b.c\"}", command(again));
        assertEquals("{\"id\":1,\"op\":\"join\",\"room\":\"42\",\"since\":1290,\"epoch\":\"k3\"}", command(again));
        again.writeInbound(Unpooled.wrappedBuffer(text(
                "{\"re\":0,\"ok\":{\"user\":\"7\",\"session\":\"s\",\"reconnect\":{\"minMs\":500,\"maxMs\":4000}}}")));
        assertEquals("500..4000", hint);
        again.finishAndReleaseAll();
    }

    private String command(EmbeddedChannel from) {
        server.writeInbound((ByteBuf) from.readOutbound());
        TextWebSocketFrame frame = server.readInbound();
        String text = frame.text();
        frame.release();
        return text;
    }

    @Example
    void compressedAndPlainFramesAreTakenAlike() {
        channel.releaseOutbound();
        hear(ANSWER);
        channel.releaseOutbound();
        channel.writeInbound(Unpooled.wrappedBuffer(text(JOINED)));
        channel.writeInbound(Unpooled.wrappedBuffer(deflated(batch(8, 50_000))));
        channel.writeInbound(Unpooled.wrappedBuffer(text(batch(9, 0))));
        channel.writeInbound(Unpooled.wrappedBuffer(deflated(batch(10, 7))));
        assertEquals(3, counts.frames);
        assertEquals(2, counts.compressed);
        assertEquals(11, watch.next());
        assertEquals(0, counts.lost + counts.doubled + counts.disordered + counts.miscounted);
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {(byte) 0xc1, 3, 0x7f, 0x7f, 0x7f}));
        assertEquals(1, counts.miscounted);
    }

    private static byte[] deflated(String payload) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(payload.getBytes(StandardCharsets.US_ASCII));
        byte[] out = new byte[payload.length() + 64];
        // what a sync flush ends with is not sent (RFC 7692)
        int bytes = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH) - 4;
        deflater.end();
        ByteBuf frame = Unpooled.buffer().writeByte(0xc1);
        if (bytes < 126) {
            frame.writeByte(bytes);
        } else {
            frame.writeByte(126).writeShort(bytes);
        }
        frame.writeBytes(out, 0, bytes);
        byte[] all = new byte[frame.readableBytes()];
        frame.readBytes(all);
        return all;
    }

    @Example
    void aConnectionThatIsClosedAsTooSlowIsCounted() {
        channel.releaseOutbound();
        hear(ANSWER);
        channel.releaseOutbound();
        channel.writeInbound(Unpooled.wrappedBuffer(text(JOINED)));
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {(byte) 0x88, 2, 4004 >> 8, (byte) 4004}));
        assertEquals(1, counts.tooSlow);
    }
}
