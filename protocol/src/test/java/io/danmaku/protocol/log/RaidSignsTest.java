package io.danmaku.protocol.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RoomKey;
import org.junit.jupiter.api.Test;

final class RaidSignsTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");

    private static RaidSigns signs(int joins, int young, int speakers, int similar) {
        return new RaidSigns("abc", ROOM, "k3", joins, young, speakers, similar);
    }

    private static boolean told(int joins, int young, int speakers, int similar) {
        return signs(joins, young, speakers, similar).worthTelling(RaidRules.DEFAULT);
    }

    @Test
    void anEdgeTellsOfWhatIsMuchOrMayBeTogetherWithOthers() {
        assertFalse(told(0, 0, 0, 0));
        // 50 a second are 500 in the window, of which each of 16 edges has 32
        assertTrue(told(32, 0, 0, 0));
        assertFalse(told(31, 0, 0, 0));
        assertTrue(told(2, 2, 0, 0), "of twenty over ten edges, with young accounts");
        assertFalse(told(1, 1, 0, 0));
        assertFalse(told(20, 4, 0, 0), "fewer than half of what is too many");
        assertTrue(told(20, 5, 0, 0));
        assertTrue(told(0, 0, 20, 4));
        assertFalse(told(0, 0, 20, 3));
        assertFalse(told(0, 0, 19, 19), "too few to say");
    }

    @Test
    void whatNoEdgeCanHaveSaidMakesNoSense() {
        assertTrue(signs(3, 2, 4, 4).sound());
        assertFalse(signs(3, 4, 0, 0).sound());
        assertFalse(signs(0, 0, 1, 2).sound());
        assertFalse(signs(0, -1, 0, 0).sound());
        assertFalse(signs(Integer.MAX_VALUE, 0, 0, 0).sound());
        assertFalse(new RaidSigns("x".repeat(100), ROOM, "k3", 0, 0, 0, 0).sound());
        assertFalse(new RaidSigns(null, ROOM, "k3", 0, 0, 0, 0).sound());
        assertFalse(new RaidSigns("abc", null, "k3", 0, 0, 0, 0).sound());
        assertFalse(new RaidSigns("abc", ROOM, null, 0, 0, 0, 0).sound());
    }

    @Test
    void whatOneNodeWritesAnotherReads() {
        RaidSigns signs = signs(5, 4, 3, 2);
        assertEquals(signs, Json.read(Json.bytes(signs), RaidSigns.class));
    }
}
