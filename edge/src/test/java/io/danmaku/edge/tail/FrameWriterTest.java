package io.danmaku.edge.tail;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.SkipReason;
import io.danmaku.protocol.json.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our frames, read by a decoder that is not ours. */
class FrameWriterTest {
    private static final int FRAME_BYTES_MAX = 1 << 20;

    private static byte[] payload(ByteBuf... frames) {
        EmbeddedChannel client = new EmbeddedChannel(new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(false)
                .allowMaskMismatch(false)
                .allowExtensions(false)
                .maxFramePayloadLength(FRAME_BYTES_MAX)
                .build()));
        client.writeInbound((Object[]) frames);
        TextWebSocketFrame frame = assertInstanceOf(TextWebSocketFrame.class, client.readInbound());
        assertTrue(frame.isFinalFragment());
        assertEquals(0, frame.rsv());
        byte[] payload = ByteBufUtil.getBytes(frame.content());
        frame.release();
        assertNull(client.readInbound(), "one frame and nothing behind it");
        client.finishAndReleaseAll();
        return payload;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 124, 125, 126, 127, 65_534, 65_535, 65_536, 65_537, 200_000})
    void aTextOfAnyLengthHasTheHeaderThatFits(int length) {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ('a' + i % 26);
        }
        assertArrayEquals(text, payload(BatchWriter.textFrame(text)));
    }

    @ParameterizedTest
    @ValueSource(ints = {125, 126, 127, 65_535, 65_536, 65_537})
    void aBatchThatIsExactlySoLongHasTheHeaderThatFits(int length) throws Exception {
        int bare = payload(batch(1, "")).length;
        byte[] payload = payload(batch(1, "x".repeat(length - bare)));
        assertEquals(length, payload.length);
        JsonNode json = Json.MAPPER.readTree(payload);
        assertEquals(1, json.path("from").asLong());
        assertEquals(
                length - bare, json.path("events").get(0).path("x").asText().length());
    }

    private static ByteBuf batch(long offset, String filling) {
        FrameWriter frame = new FrameWriter("r", offset);
        frame.event(offset, 0, ("\"x\":\"" + filling + "\"}").getBytes(StandardCharsets.US_ASCII));
        return frame.finish(offset, new int[SkipReason.count()]);
    }

    @Property(tries = 300)
    void aBatchReadsBackAsItWasWritten(
            @ForAll @IntRange(max = 60) int events,
            @ForAll @LongRange(min = 1, max = Long.MAX_VALUE - 100) long from,
            @ForAll @LongRange(min = 0) long tsMs,
            @ForAll @IntRange(max = 3_000) int filling)
            throws Exception {
        BatchWriter writer = new BatchWriter("r".repeat(64));
        byte[] fragment = ("\"x\":\"" + "弹".repeat(filling) + "\"}").getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < events; i++) {
            writer.add(from + i, tsMs, DeliveryClass.BEST_EFFORT, "", fragment);
        }
        writer.skip(from + events, SkipReason.REPEAT);
        Batch batch = writer.finish();
        byte[] cut = payload(batch.cut(from - 1));
        JsonNode json = Json.MAPPER.readTree(payload(batch.full().retainedDuplicate()));
        assertEquals(from + events, FrameReader.follow(json, from - 1));
        assertEquals(1, json.path("skipped").path("repeat").asInt());
        for (int i = 0; i < events; i++) {
            JsonNode event = json.path("events").get(i);
            assertEquals(from + i, event.path("o").asLong());
            assertEquals(tsMs, event.path("ts").asLong());
            assertEquals("弹".repeat(filling), event.path("x").asText());
        }
        assertEquals(json, Json.MAPPER.readTree(cut), "what is cut at its beginning is the whole");
        batch.release();
    }
}
