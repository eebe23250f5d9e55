package io.danmaku.node.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.WordList;
import io.danmaku.protocol.room.WordList.Action;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WordFiltersTest {
    private final WordFilters filters = new WordFilters();

    @AfterEach
    void close() {
        filters.close();
    }

    private static RoomState room(String tenant, String id) {
        return new RoomState(new RoomKey(tenant, id), "e", "", Durability.LOGGED, true, RoomPolicy.DEFAULT, 1, 0);
    }

    private void put(String room, String name, Action action, String... terms) throws Exception {
        filters.put(new WordList(
                "default", room, room.isEmpty() ? "" : "e", name, action, List.of(terms), List.of(), "1", 0));
        filters.settle(20_000);
    }

    private Action check(String tenant, String room, String text) {
        return filters.check(room(tenant, room), text).action();
    }

    @Test
    void aTenantsListsHoldInAllItsRoomsAndARoomsInIt() throws Exception {
        put("", "all", Action.REFUSE, "one");
        put("42", "own", Action.SHADOW, "two");
        assertEquals(Action.REFUSE, check("default", "42", "one two"));
        assertEquals(Action.SHADOW, check("default", "42", "two"));
        assertEquals(Action.REFUSE, check("default", "43", "one"));
        assertNull(check("default", "43", "two"));
        assertNull(check("another", "42", "one two"));
    }

    @Test
    void bothMaskAndTheStricterActionCounts() throws Exception {
        put("", "all", Action.MASK, "one");
        put("42", "own", Action.MASK, "two");
        assertEquals(
                "*** *** three",
                filters.check(room("default", "42"), "one two three").text());
        put("42", "own", Action.SHADOW, "two");
        assertEquals(Action.SHADOW, check("default", "42", "one two"));
        assertEquals(Action.MASK, check("default", "42", "one"));
    }

    @Test
    void aListThatIsReplacedOrRemovedIsForgotten() throws Exception {
        put("", "a", Action.REFUSE, "one");
        put("", "b", Action.REFUSE, "two");
        put("", "a", Action.REFUSE, "three");
        assertNull(check("default", "42", "one"));
        assertEquals(Action.REFUSE, check("default", "42", "two"));
        assertEquals(Action.REFUSE, check("default", "42", "three"));
        put("", "a", Action.REFUSE);
        assertNull(check("default", "42", "three"));
        put("", "b", Action.REFUSE);
        assertEquals(0, filters.terms());
    }

    @Test
    void aListHoldsInTheEpochOfItsRoomOnlyAndGoesWithItsRecord() throws Exception {
        put("42", "own", Action.REFUSE, "one");
        RoomKey key = new RoomKey("default", "42");
        RoomState anew = new RoomState(key, "later", "", Durability.LOGGED, true, RoomPolicy.DEFAULT, 2, 0);
        assertNull(filters.check(anew, "one").action());
        assertEquals(Action.REFUSE, check("default", "42", "one"));
        filters.remove("default", "42", "own");
        filters.settle(20_000);
        assertNull(check("default", "42", "one"));
    }

    @Test
    void aListOfTheRoomMadeAnewTakesThePlaceOfTheFormerOnesAndTheOthersStay() throws Exception {
        put("42", "own", Action.REFUSE, "one");
        put("42", "other", Action.REFUSE, "two");
        filters.put(new WordList("default", "42", "later", "own", Action.REFUSE, List.of("three"), List.of(), "1", 0));
        filters.settle(20_000);
        RoomKey key = new RoomKey("default", "42");
        RoomState anew = new RoomState(key, "later", "", Durability.LOGGED, true, RoomPolicy.DEFAULT, 2, 0);
        assertEquals(Action.REFUSE, filters.check(anew, "three").action());
        assertNull(filters.check(anew, "two").action());
        assertNull(check("default", "42", "one"));
        assertEquals(Action.REFUSE, check("default", "42", "two"));
        filters.remove("default", "42", "own");
        filters.remove("default", "42", "other");
        filters.settle(20_000);
        assertEquals(0, filters.terms());
    }

    /** An edge reads all lists at its start: with a look at all others for each, these would be ten thousand million looks. */
    @Test
    @Timeout(20)
    void theListsOfAHundredThousandRoomsAreTakenIn() throws Exception {
        int rooms = 100_000;
        for (int i = 0; i < rooms; i++) {
            filters.put(new WordList("default", "r" + i, "e", "own", Action.REFUSE, List.of(), List.of("a"), "1", 0));
        }
        filters.settle(20_000);
        assertEquals(Action.REFUSE, check("default", "r" + (rooms - 1), "a"));
        assertNull(check("default", "r" + rooms, "a"));
    }
}
