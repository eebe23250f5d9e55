package io.danmaku.dm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.log.Topics;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PositionsTest {
    @Property
    void aPositionReadsAsItWasWritten(
            @ForAll @Size(Topics.DIRECT_PARTITIONS) List<@LongRange(min = -1, max = Long.MAX_VALUE - 1) Long> list) {
        long[] indexes = list.stream().mapToLong(Long::longValue).toArray();
        String text = SyncPosition.start().with(indexes).toString();
        SyncPosition read = SyncPosition.parse(text);
        assertNotNull(read);
        for (int p = 0; p < indexes.length; p++) {
            assertEquals(indexes[p], read.index(p));
        }
        assertTrue(text.length() <= 512, "the WebSocket's dm.sync takes at most 512 characters");
    }

    @Test
    void whatAllDevicesHaveIsTheLowestOfEachPartition() {
        long[] one = new long[Topics.DIRECT_PARTITIONS];
        long[] other = new long[Topics.DIRECT_PARTITIONS];
        one[3] = 5;
        other[4] = 7;
        SyncPosition both =
                SyncPosition.start().with(one).lowest(SyncPosition.start().with(other));
        assertEquals(
                SyncPosition.start().with(new long[Topics.DIRECT_PARTITIONS]).toString(), both.toString());
        assertTrue(both.isBehind(SyncPosition.start().with(one)));
        assertFalse(SyncPosition.start().with(one).isBehind(both));
        assertFalse(both.isBehind(both));
    }

    @Test
    void aBodyIsKeptForWhatIsLeftOfItsTimeAndNotWrittenBehindIt() {
        assertEquals(0, Bodies.ttlSeconds(0, 9_000), "for ever");
        assertEquals(6, Bodies.ttlSeconds(14_000, 9_000));
        assertEquals(6, Bodies.ttlSeconds(13_001, 9_000), "not too short");
        assertEquals(2, Bodies.ttlSeconds(9_001, 9_000));
        assertTrue(Bodies.ttlSeconds(9_000, 9_000) < 0);
        assertTrue(Bodies.ttlSeconds(8_000, 9_000) < 0);
    }

    @Property
    void aBrokenPositionIsNoneAndNothingThrows(@ForAll String text) {
        SyncPosition read = SyncPosition.parse(text);
        assertTrue(read == null || read.toString().length() > 0);
    }

    @Test
    void aPositionWithATailOrCutShortIsNone() {
        String start = SyncPosition.start().toString();
        assertNull(SyncPosition.parse(start.substring(0, start.length() - 4)));
        assertNull(SyncPosition.parse(start + "AAAA"));
        assertNull(SyncPosition.parse("AgAAAAAAAAAAAAAAAAAAAAA"));
        assertNull(SyncPosition.parse(""));
    }

    @Property
    void aCursorOfContactsReadsAsItWasWritten(@ForAll @LongRange(min = 0, max = 1L << 53) long lastAtMs) {
        ContactsCursor cursor = new ContactsCursor(lastAtMs, "a.b@c-D_9");
        assertEquals(cursor, ContactsCursor.parse(cursor.toString()));
    }

    @Property
    void aBrokenCursorIsNoneAndNothingThrows(@ForAll String text) {
        ContactsCursor read = ContactsCursor.parse(text);
        assertTrue(read == null || ContactsCursor.parse(read.toString()).equals(read));
    }

    @Test
    void aMessageIsInTheBucketOfItsNumber() {
        assertEquals(0, Buckets.ofMessage(1));
        assertEquals(0, Buckets.ofMessage(10_000));
        assertEquals(1, Buckets.ofMessage(10_001));
    }
}
