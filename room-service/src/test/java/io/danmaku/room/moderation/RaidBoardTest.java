package io.danmaku.room.moderation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.log.RaidSigns;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RoomKey;
import org.junit.jupiter.api.Test;

class RaidBoardTest {
    private static final RaidRules RULES = RaidRules.DEFAULT;

    private final RaidBoard board = new RaidBoard();

    private static RaidSigns signs(String edge, String room, int joins, int young, int speakers, int similar) {
        return new RaidSigns(edge, new RoomKey("default", room), "k3", joins, young, speakers, similar);
    }

    @Test
    void whoComesIsAddedUpOverEdges() {
        assertNull(board.take(signs("a", "42", 300, 0, 0, 0), RULES, 0));
        assertEquals("500 came within 10 s", board.take(signs("b", "42", 200, 0, 0, 0), RULES, 1_000));
        assertNull(
                board.take(signs("b", "42", 199, 0, 0, 0), RULES, 2_000),
                "what an edge says takes the place of what it said");
        assertNull(board.take(signs("c", "43", 300, 0, 0, 0), RULES, 2_000), "another room");
        assertNull(board.take(signs("b", "42", 499, 0, 0, 0), RULES, 5_001), "the first edge has fallen silent");
    }

    @Test
    void youngAccountsAreASignWhenThereAreSome() {
        assertNull(board.take(signs("a", "42", 19, 19, 0, 0), RULES, 0));
        assertEquals("19 of 38 who came have young accounts", board.take(signs("b", "42", 19, 0, 0, 0), RULES, 0));
        assertNull(board.take(signs("b", "42", 20, 0, 0, 0), RULES, 0));
    }

    @Test
    void whoSaysTheSameIsCountedOnceForAllEdges() {
        assertNull(board.take(signs("a", "42", 0, 0, 50, 19), RULES, 0));
        assertNull(board.take(signs("b", "42", 0, 0, 50, 19), RULES, 0), "all edges read the same log");
        assertEquals("20 of 50 who spoke said the same", board.take(signs("b", "42", 0, 0, 50, 20), RULES, 0));
        assertNull(board.take(signs("b", "44", 0, 0, 19, 19), RULES, 0), "too few to say");
    }

    @Test
    void forgedRecordsFindNoRoomWithoutEndAndLeaveItWithinSeconds() {
        for (int i = 0; i < 3 * RaidBoard.ROOMS_MAX; i++) {
            board.take(signs("a", "r" + i, 1, 0, 0, 0), RULES, 0);
        }
        assertEquals(RaidBoard.ROOMS_MAX, board.rooms());
        for (int i = 0; i < 3 * RaidBoard.EDGES_MAX; i++) {
            board.take(signs(Integer.toString(i, 36), "r1", 1, 0, 0, 0), RULES, 0);
        }
        // one of each edge that has found a place, and the one of this
        String why = board.take(signs("a", "r1", 500, 0, 0, 0), RULES, 0);
        assertTrue(why.startsWith((500 + RaidBoard.EDGES_MAX - 1) + " came"), why);
        assertNull(board.take(signs("a", "more", 500, 0, 0, 0), RULES, 0), "there is no place for it");
        assertNotNull(board.take(signs("a", "more", 500, 0, 0, 0), RULES, RaidBoard.KEPT_MS + 1));
        assertEquals(1, board.rooms());
        board.forget(2 * RaidBoard.KEPT_MS + 2);
        assertEquals(0, board.rooms());
    }
}
