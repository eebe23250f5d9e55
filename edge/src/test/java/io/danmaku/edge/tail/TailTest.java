package io.danmaku.edge.tail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.event.SkipReason;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.netty.buffer.ByteBuf;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TailTest {
    private static final long TS = 1_764_000_000_000L;

    static Batch batch(long from, int events) {
        BatchWriter writer = new BatchWriter("42");
        for (int i = 0; i < events; i++) {
            chat(writer, from + i);
        }
        return writer.finish();
    }

    private static void chat(BatchWriter writer, long offset) {
        ObjectNode d = Json.object().put("text", "弹幕 " + offset);
        writer.add(
                offset,
                TS + offset,
                DeliveryClass.BEST_EFFORT,
                "",
                EventDetail.fragment(EventType.CHAT, "7", "Ann", d));
    }

    private static void state(BatchWriter writer, long offset, String key) {
        ObjectNode d = Json.object().put("key", key).put("value", offset);
        writer.add(offset, TS, DeliveryClass.LATEST, key, EventDetail.fragment(EventType.STATE, "7", "Ann", d));
    }

    private static void announce(BatchWriter writer, long offset) {
        ObjectNode d = Json.object().put("text", "n");
        writer.add(offset, TS, DeliveryClass.RELIABLE, "", EventDetail.fragment(EventType.ANNOUNCE, null, null, d));
    }

    @Test
    void batchIsOneTextFrameWithItsEventsInOrder() {
        Batch batch = batch(1000, 3);
        JsonNode frame = FrameReader.json(batch.full());
        assertEquals("42", frame.path("room").asText());
        assertEquals(1002, FrameReader.follow(frame, 999));
        assertEquals(
                "弹幕 1001", frame.path("events").get(1).path("d").path("text").asText());
        assertEquals(TS + 1001, frame.path("events").get(1).path("ts").asLong());
        assertEquals("Ann", frame.path("events").get(2).path("u").path("name").asText());
        batch.release();
    }

    @Test
    void whatIsBeingAppendedIsNeverTakenForFallenOut() throws Exception {
        int rounds = 50_000;
        Tail tail = new Tail(4, 1 << 20, 0);
        AtomicReference<String> wrong = new AtomicReference<>();
        Thread reader = new Thread(
                () -> {
                    long covered = 0;
                    while (covered < rounds && wrong.get() == null) {
                        covered = tail.headOffset();
                        // the newest offset may be evicted between the two calls only when the head went on by a whole
                        // ring
                        long found = covered == 0 ? 0 : tail.find(covered);
                        if (found < 0 && tail.headOffset() < covered + 3) {
                            wrong.set(covered + " not found, head " + tail.headOffset());
                        }
                    }
                },
                "reader");
        reader.start();
        for (int i = 1; i <= rounds; i++) {
            tail.append(BatchWriter.gap("42", i, i, "lost"));
        }
        reader.join(20_000);
        tail.clear();
        assertNull(wrong.get());
    }

    /** Frames of 125, 126 and 65,536 bytes have headers of different lengths in front of the same JSON. */
    @Property(tries = 60)
    void framesOfEverySizeHaveTheHeaderThatFits(@ForAll @IntRange(min = 1, max = 1200) int events) {
        Batch batch = batch(7, events);
        assertEquals(6L + events, FrameReader.follow(FrameReader.json(batch.full()), 6));
        batch.release();
    }

    @Property(tries = 300)
    void everyFrameOfABatchCoversItsOffsetsHoweverItIsCut(@ForAll long seed) {
        Random random = new Random(seed);
        BatchWriter writer = new BatchWriter("42");
        long from = 1L + random.nextInt(1_000_000);
        int size = 1 + random.nextInt(40);
        for (int i = 0; i < size; i++) {
            long offset = from + i;
            switch (random.nextInt(5)) {
                case 0 -> chat(writer, offset);
                case 1 -> state(writer, offset, "k" + random.nextInt(3));
                case 2 -> announce(writer, offset);
                case 3 -> writer.skip(offset, SkipReason.REPEAT);
                default -> writer.skip(offset, SkipReason.SAMPLED);
            }
        }
        Batch batch = writer.finish();
        long to = from + (long) size - 1;
        assertEquals(to, FrameReader.follow(FrameReader.json(batch.full()), from - 1));
        JsonNode lean = FrameReader.json(batch.lean((key, offset) -> random.nextBoolean()));
        assertEquals(to, FrameReader.follow(lean, from - 1));
        for (JsonNode event : lean.path("events")) {
            assertFalse(event.path("t").asText().equals("chat"), "lean frames have no best effort");
        }
        for (long since = from - 1; since < to; since++) {
            ByteBuf cut = batch.cut(since);
            assertEquals(to, FrameReader.follow(FrameReader.json(cut), since));
            cut.release();
        }
        batch.release();
        assertFalse(batch.tryRetain(), "the last reference is gone");
    }

    @Test
    void leanFrameKeepsOnlyTheNewestValueOfAKeyInTheTail() {
        Tail tail = new Tail(8, 1 << 20, 0);
        BatchWriter writer = new BatchWriter("42");
        state(writer, 1, "a");
        state(writer, 2, "b");
        state(writer, 3, "a");
        tail.append(writer.finish());
        state(writer, 4, "b");
        tail.append(writer.finish());
        Batch first = tail.retain(0);
        JsonNode lean = FrameReader.json(first.lean(tail::hasNewer));
        assertEquals(1, lean.path("events").size());
        assertEquals(3, lean.path("events").get(0).path("o").asLong());
        assertEquals(2, lean.path("skipped").path("conflated").asInt());
        first.release();
        tail.clear();
    }

    @Test
    void eldestBatchesLeaveAtTheBoundOfBatchesAndOfBytes() {
        Tail byCount = new Tail(4, 1 << 20, 100);
        for (int i = 0; i < 10; i++) {
            byCount.append(batch(101 + i * 2L, 2));
        }
        assertEquals(120, byCount.headOffset());
        assertEquals(113, byCount.firstOffset());
        assertNull(byCount.retain(5));
        assertEquals(-1, byCount.find(112));
        assertEquals(6, byCount.find(114));
        assertEquals(byCount.head(), byCount.find(121));

        Batch one = batch(1, 2);
        int size = one.bytes();
        Tail byBytes = new Tail(64, size * 3L, 0);
        byBytes.append(one);
        for (int i = 1; i < 10; i++) {
            byBytes.append(batch(1 + i * 2L, 2));
        }
        assertTrue(byBytes.headOffset() - byBytes.firstOffset() < 6, "at most three batches");
        byCount.clear();
        byBytes.clear();
        assertEquals(21, byBytes.firstOffset());
    }

    @Test
    void batchThatIsStillReadOutlivesItsPlaceInTheTail() {
        Tail tail = new Tail(2, 1 << 20, 0);
        tail.append(batch(1, 1));
        Batch read = tail.retain(0);
        assertNotNull(read);
        tail.append(batch(2, 1));
        tail.append(batch(3, 1));
        assertNull(tail.retain(0));
        assertEquals(1, FrameReader.follow(FrameReader.json(read.full()), 0));
        read.release();
        assertEquals(0, read.full().refCnt());
        tail.clear();
    }

    @Test
    void batchThatDoesNotFollowIsRefused() {
        Tail tail = new Tail(2, 1 << 20, 10);
        Batch hole = batch(12, 1);
        assertThrows(IllegalStateException.class, () -> tail.append(hole));
        hole.release();
    }

    @Test
    void gapSaysWhatIsGoneAndWhy() {
        Batch gap = BatchWriter.gap("42", 5, 90, "retention");
        JsonNode frame = FrameReader.json(gap.full());
        assertEquals("retention", frame.path("gap").asText());
        assertEquals(90, FrameReader.follow(frame, 4));
        ByteBuf cut = gap.cut(50);
        assertEquals(90, FrameReader.follow(FrameReader.json(cut), 50));
        cut.release();
        gap.release();
    }
}
