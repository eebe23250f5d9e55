package io.danmaku.edge.tail;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateClientExtensionHandshaker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RoomCompressionTest {
    private static final int FRAME_BYTES_MAX = 1 << 22;
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    private static final String[] WORDS = {"前方高能", "哈哈哈哈", "GG", "nice", "草", "what", "弹幕", "👏"};

    private final LongAdder compressed = new LongAdder();
    private final RoomCompression room = new RoomCompression(compressed);

    /** Chats and announcements, so that the lean frame has some events and lacks some. */
    private static Batch chats(long seed, int events) {
        Random random = new Random(seed);
        BatchWriter writer = new BatchWriter("42");
        for (int i = 1; i <= events; i++) {
            StringBuilder text = new StringBuilder();
            for (int w = random.nextInt(10); w >= 0; w--) {
                text.append(WORDS[random.nextInt(WORDS.length)]);
            }
            add(writer, i, random.nextBoolean() ? EventType.CHAT : EventType.ANNOUNCE, text.toString());
        }
        return writer.finish();
    }

    /** No text is like that: even random letters leave a bit or two of a byte. */
    private static ByteBuf noise(int bytes) {
        byte[] random = new byte[bytes];
        new Random(1).nextBytes(random);
        return BatchWriter.textFrame(random);
    }

    private static void add(BatchWriter writer, long offset, EventType type, String text) {
        ObjectNode d = Json.object().put("text", text);
        writer.add(offset, 0, type.deliveryClass(), "", EventDetail.fragment(type, "7", "Ann", d));
    }

    private static byte[] payload(ByteBuf frame) {
        int start = FrameWriter.payloadStart(frame);
        return ByteBufUtil.getBytes(frame, start, frame.writerIndex() - start);
    }

    /** By the JDK, as RFC 7692, section 7.2.2 says it. */
    private static byte[] inflated(ByteBuf frame, int size) throws DataFormatException {
        byte[] payload = payload(frame);
        byte[] input = java.util.Arrays.copyOf(payload, payload.length + TAIL.length);
        System.arraycopy(TAIL, 0, input, payload.length, TAIL.length);
        Inflater inflater = new Inflater(true);
        inflater.setInput(input);
        byte[] message = new byte[size + 1];
        int length = inflater.inflate(message);
        assertTrue(inflater.needsInput() && !inflater.finished(), "nothing is behind it, and no block was the last");
        inflater.end();
        return java.util.Arrays.copyOf(message, length);
    }

    /** By a client that knows nothing of us, which keeps its window if it is not told otherwise. */
    private static final class Client {
        private final EmbeddedChannel channel = new EmbeddedChannel(
                new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                        .expectMaskedFrames(false)
                        .allowMaskMismatch(false)
                        .allowExtensions(true)
                        .maxFramePayloadLength(FRAME_BYTES_MAX)
                        .build()),
                new PerMessageDeflateClientExtensionHandshaker(6, false, 15, true, true, FRAME_BYTES_MAX)
                        .handshakeExtension(new WebSocketExtensionData(
                                "permessage-deflate",
                                java.util.Collections.singletonMap("server_no_context_takeover", null)))
                        .newExtensionDecoder());

        byte[] hears(ByteBuf frame) {
            channel.writeInbound(frame.retainedDuplicate());
            TextWebSocketFrame message = assertInstanceOf(TextWebSocketFrame.class, channel.readInbound());
            assertEquals(0, message.rsv());
            assertTrue(message.isFinalFragment());
            byte[] text = ByteBufUtil.getBytes(message.content());
            message.release();
            return text;
        }

        void leaves() {
            channel.finishAndReleaseAll();
        }
    }

    @Property(tries = 150)
    void everyCompressedFrameIsThePlainOneToWhoInflatesIt(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 900) int events) throws Exception {
        Client client = new Client();
        Batch batch = chats(seed, events);
        ByteBuf lean = batch.lean((key, offset) -> false);
        for (Map.Entry<ByteBuf, ByteBuf> pair : List.of(
                Map.entry(batch.full(), batch.fullCompressed(room)),
                Map.entry(lean, batch.leanCompressed((key, offset) -> false, room)))) {
            byte[] plain = payload(pair.getKey());
            ByteBuf shared = pair.getValue();
            assertArrayEquals(plain, client.hears(shared));
            if ((shared.getByte(shared.readerIndex()) & 0x40) != 0) {
                assertArrayEquals(plain, inflated(shared, plain.length));
                assertTrue(shared.readableBytes() < pair.getKey().readableBytes() * 0.92, "it saves something");
            } else {
                assertSame(pair.getKey(), shared);
            }
        }
        batch.release();
        client.leaves();
    }

    @Test
    void batchIsCompressedOnceAndSharedAndGoesWithTheBatch() {
        Batch batch = chats(1, 50);
        int plain = batch.bytes();
        ByteBuf frame = batch.fullCompressed(room);
        assertNotSame(batch.full(), frame);
        assertSame(frame, batch.fullCompressed(room));
        assertEquals(1, compressed.sum());
        assertEquals(plain + frame.readableBytes(), batch.bytes());
        assertTrue(frame.capacity() < batch.full().readableBytes() / 2, "it holds no more memory than it needs");
        ByteBuf lean = batch.leanCompressed((key, offset) -> false, room);
        assertEquals(2, compressed.sum());
        assertTrue(batch.tryRetain());
        batch.release();
        assertEquals(1, frame.refCnt());
        batch.release();
        assertEquals(0, frame.refCnt());
        assertEquals(0, lean.refCnt());
        assertEquals(0, batch.full().refCnt());
    }

    @Test
    void threadsThatCompressTheSameBatchAtATimeShareOneFrame() throws Exception {
        for (int round = 0; round < 200; round++) {
            Batch batch = chats(round, 20);
            CountDownLatch start = new CountDownLatch(1);
            List<ByteBuf> frames = java.util.Collections.synchronizedList(new ArrayList<>());
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        start.await();
                        frames.add(batch.fullCompressed(room));
                    } catch (InterruptedException cut) {
                        Thread.currentThread().interrupt();
                    }
                });
                thread.start();
                threads.add(thread);
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(3, frames.size());
            frames.forEach(frame -> assertSame(frames.get(0), frame));
            batch.release();
            assertEquals(0, frames.get(0).refCnt());
        }
    }

    @Test
    void smallAndHugeFramesGoPlainAndCountAsNoFailure() {
        BatchWriter writer = new BatchWriter("42");
        add(writer, 1, EventType.CHAT, "a".repeat(100));
        Batch small = writer.finish();
        assertTrue(payload(small.full()).length < RoomCompression.PAYLOAD_BYTES_MIN);
        add(writer, 2, EventType.CHAT, "a".repeat(RoomCompression.PAYLOAD_BYTES_MAX));
        Batch huge = writer.finish();
        for (int i = 0; i < 2 * RoomCompression.FAILURES_MAX; i++) {
            assertEquals(null, room.compress(small.full()));
            assertEquals(null, room.compress(huge.full()));
        }
        assertSame(small.full(), small.fullCompressed(room));
        assertSame(huge.full(), huge.fullCompressed(room));
        small.release();
        huge.release();
        Batch worth = chats(1, 50);
        assertNotSame(worth.full(), worth.fullCompressed(room));
        worth.release();
    }

    @Test
    void roomWhoseFramesDoNotShrinkRestsAndThenIsTriedAgain() {
        ByteBuf noise = noise(2_000);
        Batch worth = chats(1, 50);
        for (int i = 0; i < RoomCompression.FAILURES_MAX; i++) {
            ByteBuf tried = room.compress(worth.full());
            assertTrue(tried != null, "so many failures in a row are needed");
            tried.release();
            for (int j = 0; j <= i; j++) {
                assertEquals(null, room.compress(noise));
            }
        }
        for (int i = 0; i < RoomCompression.RESTING_FRAMES; i++) {
            assertEquals(null, room.compress(worth.full()));
        }
        ByteBuf again = room.compress(worth.full());
        assertTrue(again != null);
        again.release();
        noise.release();
        worth.release();
    }

    @Test
    void tailForgetsAsManyBytesOfABatchAsItCounted() {
        Tail tail = new Tail(64, 100_000, 0);
        long kept = 0;
        for (int i = 0; i < 500; i++) {
            BatchWriter writer = new BatchWriter("42");
            add(writer, i + 1, EventType.CHAT, "哈".repeat(400));
            Batch batch = writer.finish();
            batch.fullCompressed(room);
            tail.append(batch);
            batch.lean((key, offset) -> false);
            batch.leanCompressed((key, offset) -> false, room);
            kept = tail.headOffset() - tail.firstOffset();
        }
        assertEquals(63, kept, "as many as its bound of batches, for they are far from its bound of bytes");
        tail.clear();
    }
}
