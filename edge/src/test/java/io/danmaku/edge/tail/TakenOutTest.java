package io.danmaku.edge.tail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.event.SkipReason;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.RoomKey;
import io.netty.buffer.ByteBuf;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that were deleted leave the frames that a tail holds already. */
class TakenOutTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");

    private RoomTable table;
    private Deletions deletions;

    @BeforeEach
    @BeforeTry
    void nothingIsDeleted() {
        table = new RoomTable(null, new RoomTable.Decided() {});
        deletions = table.deletions(ROOM, "e");
    }

    private void delete(String user, long from, long upTo) {
        Deletion deletion = new Deletion(ROOM, "e", user, from, upTo, "1", 0);
        table.take(StateKeys.deletion(deletion), Json.bytes(deletion));
    }

    private static String user(long offset) {
        return offset % 5 == 0 ? "" : Long.toString(offset % 3);
    }

    private static Batch batch(long from, int size, Random random) {
        BatchWriter writer = new BatchWriter("42");
        for (long offset = from; offset < from + size; offset++) {
            switch (random.nextInt(4)) {
                case 0 -> writer.skip(offset, SkipReason.SAMPLED);
                case 1 -> add(writer, offset, EventType.ANNOUNCE, "");
                case 2 -> add(writer, offset, EventType.STATE, "k");
                default -> add(writer, offset, EventType.CHAT, "");
            }
        }
        return writer.finish();
    }

    private static void add(BatchWriter writer, long offset, EventType type, String key) {
        String user = user(offset).isEmpty() ? null : user(offset);
        writer.add(offset, 1, type.deliveryClass(), key, EventDetail.fragment(type, user, user, Json.object()));
    }

    private static Set<Long> offsets(JsonNode frame) {
        Set<Long> offsets = new TreeSet<>();
        frame.path("events").forEach(event -> offsets.add(event.get("o").asLong()));
        return offsets;
    }

    @Property(tries = 300)
    void everyFrameOfABatchCountsWhatWasTakenOutAndHoldsNoneOfIt(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 60) int size,
            @ForAll @IntRange(min = 1, max = 60) int one,
            @ForAll @IntRange(min = 2, max = 60) int upTo,
            @ForAll @IntRange(min = 1, max = 60) int since) {
        Batch before = batch(1, size, new Random(seed));
        delete("", one, one);
        delete("1", 1, upTo);
        Batch after = before.without(0, Long.MAX_VALUE, deletions::cover);

        Set<Long> wanted = offsets(FrameReader.json(before.full()));
        wanted.removeIf(o -> !user(o).isEmpty() && (o == one || (user(o).equals("1") && o <= upTo)));
        JsonNode full = FrameReader.json(after.full());
        assertEquals(size, FrameReader.follow(full, 0));
        assertEquals(wanted, offsets(full));
        assertEquals(
                before.events() - wanted.size(), full.at("/skipped/deleted").asInt());

        JsonNode lean = FrameReader.json(after.lean((key, offset) -> false));
        assertEquals(size, FrameReader.follow(lean, 0));
        assertTrue(wanted.containsAll(offsets(lean)));
        if (since < size) {
            ByteBuf cut = after.cut(since);
            JsonNode rest = FrameReader.json(cut);
            cut.release();
            assertEquals(size, FrameReader.follow(rest, since));
            wanted.removeIf(offset -> offset <= since);
            assertEquals(wanted, offsets(rest));
        }
        if (after != before) {
            after.release();
        }
        before.release();
    }

    @Test
    void aTailGoesOnWithBatchesThatHoldNothingDeleted() {
        Tail tail = new Tail(4, 1 << 20, 0);
        for (int i = 0; i < 6; i++) {
            tail.append(TailTest.batch(1 + i * 10L, 10));
        }
        Batch untouched = tail.retain(3);
        Batch held = tail.retain(4);
        delete("", 45, 45);
        tail.rewrite(batch -> batch.without(45, 45, deletions::cover));

        Batch same = tail.retain(3);
        assertSame(untouched, same);
        Batch changed = tail.retain(4);
        assertFalse(offsets(FrameReader.json(changed.full())).contains(45L));
        assertEquals(50, FrameReader.follow(FrameReader.json(changed.full()), 40));
        assertTrue(offsets(FrameReader.json(held.full())).contains(45L), "who reads the old one ends with it");
        assertEquals(4, tail.find(45));
        assertEquals(60, tail.headOffset());
        for (Batch batch : new Batch[] {untouched, same, held, changed}) {
            batch.release();
        }
        tail.clear();
    }

    @Test
    void whatTheHubItselfSaidStaysAndADeletionThatGoesIsForgotten() {
        delete("", 1, 10);
        assertFalse(deletions.cover(5, ""));
        assertTrue(deletions.cover(10, "7"));
        assertFalse(deletions.cover(11, "7"));
        table.take(StateKeys.deletion(new Deletion(ROOM, "e", "", 1, 10, "1", 0)), null);
        assertFalse(deletions.cover(10, "7"));
        delete("", 3, 3);
        assertTrue(deletions.cover(3, "7"));
        assertFalse(table.deletions(ROOM, "another epoch").cover(3, "7"));
    }

    @Test
    void theKeysOfWhatIsLeftStayWithTheirEvents() {
        BatchWriter writer = new BatchWriter("42");
        add(writer, 1, EventType.STATE, "a");
        add(writer, 2, EventType.ANNOUNCE, "");
        add(writer, 3, EventType.STATE, "b");
        add(writer, 4, EventType.CHAT, "");
        Batch before = writer.finish();
        delete("", 1, 1);
        Batch after = before.without(1, 1, deletions::cover);
        assertEquals(
                Set.of(2L), offsets(FrameReader.json(after.lean((key, offset) -> key.equals("b") && offset == 3))));
        assertTrue(after.hasNewer("b", 2));
        assertFalse(after.hasNewer("a", 0));
        assertSame(after, after.without(5, 9, (offset, sender) -> true), "its offsets end before");
        after.release();
        before.release();
    }
}
