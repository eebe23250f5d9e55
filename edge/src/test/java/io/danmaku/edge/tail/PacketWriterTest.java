package io.danmaku.edge.tail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.event.SkipReason;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PacketWriterTest {
    private static final EventType[] TYPES = {EventType.CHAT, EventType.ANNOUNCE, EventType.STATE};

    private static void add(BatchWriter writer, long offset, EventType type, int filling) {
        ObjectNode d = Json.object().put("text", "弹".repeat(filling));
        String key = type == EventType.STATE ? "k" + offset % 2 : "";
        writer.add(offset, 0, type.deliveryClass(), key, EventDetail.fragment(type, "7", "Ann", d));
    }

    private static Batch batch(long from, int size, Random random) {
        BatchWriter writer = new BatchWriter("42");
        for (long offset = from; offset < from + size; offset++) {
            if (random.nextInt(4) == 0) {
                writer.skip(offset, SkipReason.REPEAT);
            } else {
                add(writer, offset, TYPES[random.nextInt(TYPES.length)], random.nextInt(300));
            }
        }
        return writer.finish();
    }

    private static List<JsonNode> events(ByteBuf frame) {
        List<JsonNode> events = new ArrayList<>();
        FrameReader.json(frame).path("events").forEach(events::add);
        return events;
    }

    private static List<JsonNode> packets(ByteBuf frame) {
        return frame.isReadable() ? FrameReader.packets(frame) : List.of();
    }

    @Property(tries = 300)
    void packetsHaveTheEventsThatJsonHasHoweverTheyAreChosen(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 120) int size) {
        Batch batch = batch(1_000, size, new Random(seed));
        Batch.Superseded even = (key, offset) -> offset % 2 == 0;
        assertEquals(events(batch.full()), packets(batch.packets()));
        assertEquals(events(batch.lean(even)), packets(batch.leanPackets(even)));
        long since = 999L + Math.floorMod(seed, size);
        ByteBuf json = batch.cut(since);
        ByteBuf cut = batch.cutPackets(since);
        assertEquals(events(json), packets(cut));
        json.release();
        cut.release();
        batch.release();
        assertFalse(batch.tryRetain());
    }

    @Test
    void packetsAreMadeOnceAndReleasedWithTheirBatch() {
        BatchWriter writer = new BatchWriter("42");
        add(writer, 1, EventType.CHAT, 10);
        add(writer, 2, EventType.ANNOUNCE, 10);
        Batch batch = writer.finish();
        int bytes = batch.bytes();
        ByteBuf full = batch.packets();
        ByteBuf lean = batch.leanPackets((key, offset) -> false);
        assertSame(full, batch.packets());
        assertSame(lean, batch.leanPackets((key, offset) -> false));
        assertNotSame(full, lean);
        assertEquals(bytes + full.readableBytes() + lean.readableBytes(), batch.bytes());
        batch.release();
        assertEquals(0, full.refCnt());
        assertEquals(0, lean.refCnt());
    }

    @Test
    void whereThereIsNoEventThereIsNoFrame() {
        BatchWriter writer = new BatchWriter("42");
        add(writer, 1, EventType.CHAT, 10);
        writer.skip(2, SkipReason.SAMPLED);
        Batch chat = writer.finish();
        Batch gap = BatchWriter.gap("42", 3, 9, "retention");
        assertTrue(chat.packets().isReadable());
        assertFalse(chat.leanPackets((key, offset) -> false).isReadable());
        assertFalse(chat.cutPackets(1).isReadable());
        assertFalse(gap.packets().isReadable());
        assertFalse(gap.leanPackets((key, offset) -> false).isReadable());
        assertFalse(gap.cutPackets(5).isReadable());
        chat.release();
        gap.release();
    }

    @Test
    void whatIsDeletedIsInNoPacketAnyMore() {
        BatchWriter writer = new BatchWriter("42");
        add(writer, 1, EventType.CHAT, 10);
        add(writer, 2, EventType.CHAT, 10);
        Batch batch = writer.finish();
        assertEquals(2, packets(batch.packets()).size());
        Batch rest = batch.without(1, 1, (offset, sender) -> true);
        List<JsonNode> left = packets(rest.packets());
        assertEquals(1, left.size());
        assertEquals(2, left.get(0).path("o").asLong());
        rest.release();
        batch.release();
    }
}
