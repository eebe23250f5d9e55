package io.danmaku.protocol.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PinTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");

    private static Pin text() {
        return new Pin("hi", 0, "", "1", 5, Sanction.FOREVER_MS);
    }

    @Test
    void aPinHoldsUntilItsTimeIsOver() {
        Pin pin = new Pin("hi", 0, "", "1", 5, 65);
        assertTrue(pin.holds(64));
        assertFalse(pin.holds(65));
        assertTrue(text().holds(Long.MAX_VALUE / 1_000_000));
    }

    @Property
    void aPinnedEventGoesWithWhateverDeletesIt(
            @ForAll @LongRange(min = 1, max = 20) long offset,
            @ForAll @LongRange(min = 1, max = 20) long from,
            @ForAll @LongRange(min = 1, max = 20) long upTo,
            @ForAll boolean ofAUser,
            @ForAll boolean sameUser) {
        Deletion deletion = new Deletion(ROOM, "e", ofAUser ? (sameUser ? "7" : "8") : "", from, upTo, "1", 5);
        Pin pin = new Pin("", offset, "7", "1", 5, Sanction.FOREVER_MS);
        assertEquals(offset >= from && offset <= upTo && (!ofAUser || sameUser), pin.isOf(deletion));
        assertFalse(text().isOf(deletion));
    }
}
