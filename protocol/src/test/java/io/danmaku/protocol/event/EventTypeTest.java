package io.danmaku.protocol.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class EventTypeTest {

    @Test
    void codesAndNamesReadBack() {
        for (EventType type : EventType.values()) {
            assertSame(type, EventType.ofCode(type.code()));
            assertSame(type, EventType.ofWireName(type.wireName()));
        }
        for (SkipReason reason : SkipReason.values()) {
            assertSame(reason, SkipReason.ofCode(reason.code()));
        }
        assertEquals(SkipReason.values().length, SkipReason.count());
    }

    @Property
    void anyCodeIsATypeOrNone(@ForAll byte code) {
        EventType type = EventType.ofCode(code);
        if (type != null) {
            assertEquals(code, type.code());
        }
    }

    @Test
    void anUnknownNameIsNoType() {
        assertNull(EventType.ofWireName("CHAT"));
        assertNull(EventType.ofWireName(""));
    }
}
