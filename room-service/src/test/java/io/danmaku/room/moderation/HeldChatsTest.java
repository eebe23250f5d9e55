package io.danmaku.room.moderation;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.Hold;
import org.junit.jupiter.api.Test;

class HeldChatsTest {
    private static RoomRecord record(EventType type, boolean shadowed, Hold held) {
        return new RoomRecord(type, type.deliveryClass(), false, shadowed, 1, 0, 0, "7", "c", "", held, new byte[0]);
    }

    @Test
    void aChatWaitsUntilItsTimeIsOver() {
        RoomRecord held = record(EventType.CHAT, false, new Hold(Hold.Why.ALL, 100));
        assertTrue(HeldChats.waits(held, 99));
        assertFalse(HeldChats.waits(held, 100));
    }

    @Test
    void whatIsNotHeldOrShownToNobodyDoesNotWait() {
        assertFalse(HeldChats.waits(null, 0));
        assertFalse(HeldChats.waits(record(EventType.CHAT, false, null), 0));
        assertFalse(HeldChats.waits(record(EventType.CHAT, true, new Hold(Hold.Why.ALL, 100)), 0));
        assertFalse(HeldChats.waits(record(EventType.STATE, false, new Hold(Hold.Why.ALL, 100)), 0));
    }
}
