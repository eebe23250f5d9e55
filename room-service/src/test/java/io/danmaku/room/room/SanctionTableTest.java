package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import java.util.List;
import org.junit.jupiter.api.Test;

class SanctionTableTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private final RoomTable table = new RoomTable();

    private void put(RoomState room, long atMs) {
        table.apply(StateKeys.room(room.key()), Json.bytes(room), atMs);
    }

    private void mute(String user, String epoch, long untilMs) {
        Sanction s = new Sanction("s" + user, ROOM, epoch, user, Sanction.Kind.MUTE, "", "1", 0, untilMs);
        table.apply(StateKeys.sanction(ROOM, user, Sanction.Kind.MUTE), Json.bytes(s), 0);
    }

    private Sanction put(RoomKey place, String epoch, String address, long stream) {
        Sanction ban = new Sanction(
                "s", place, epoch, null, null, address, Sanction.Kind.BAN, "", "1", 0, Sanction.FOREVER_MS, stream);
        table.apply(StateKeys.sanction(ban), Json.bytes(ban), 0);
        return ban;
    }

    @Test
    void sanctionsThatEndedOrLostTheirRoomAreFound() {
        put(RoomTableTest.room(ROOM, 1, true), 0);
        mute("7", "k3", 1_000);
        mute("8", "k3", 5_000);
        mute("9", "k2", 5_000);
        assertEquals(
                List.of("7", "9"),
                table.sanctions().endedBefore(1_001, 10).stream()
                        .map(Sanction::user)
                        .toList());
        table.apply(StateKeys.room(ROOM), null, 0);
        assertEquals(3, table.sanctions().endedBefore(0, 10).size());
        assertEquals(2, table.sanctions().endedBefore(0, 2).size());
    }

    @Test
    void aSanctionOfAStreamIsOverWithItAndThatOfAnOwnerWithNoRoom() {
        put(RoomTableTest.room(ROOM, 1, true), 0);
        Sanction stream = put(ROOM, "k3", "10.0.0.0/8", 1);
        put(RoomKey.ownedBy("default", "7"), "", "10.0.0.0/8", 0);
        assertEquals(List.of(), table.sanctions().endedBefore(1_000, 10));
        assertEquals(stream, table.sanctions().find(ROOM, "address:10.0.0.0/8", Sanction.Kind.BAN));
        RoomState live = table.room(ROOM)
                .changed("", RoomPolicy.DEFAULT, table.room(ROOM).profile().withLive(true), 5);
        put(live, 0);
        put(live.changed("", RoomPolicy.DEFAULT, live.profile().withLive(false), 6), 0);
        assertEquals(List.of(stream), table.sanctions().endedBefore(1_000, 10));
        assertEquals(1, table.sanctions().in(RoomKey.ownedBy("default", "7")).size());
        assertEquals(1, table.sanctions().count(RoomKey.ownedBy("default", "7")));
    }

    @Test
    void sanctionsOfARoomAreCountedEndedOrNotAndOnceAUser() {
        RoomKey other = new RoomKey("default", "43");
        put(RoomTableTest.room(ROOM, 1, true), 0);
        mute("7", "k3", 1_000);
        mute("7", "k3", 0);
        mute("8", "k2", 5_000);
        Sanction elsewhere = new Sanction("x", other, "k3", "7", Sanction.Kind.MUTE, "", "1", 0, 9);
        table.apply(StateKeys.sanction(other, "7", Sanction.Kind.MUTE), Json.bytes(elsewhere), 0);
        assertEquals(2, table.sanctions().count(ROOM));
        assertEquals(1, table.sanctions().count(other));
        table.apply(StateKeys.sanction(ROOM, "7", Sanction.Kind.MUTE), null, 0);
        table.apply(StateKeys.sanction(ROOM, "7", Sanction.Kind.MUTE), null, 0);
        assertEquals(1, table.sanctions().count(ROOM));
        table.apply(StateKeys.sanction(ROOM, "8", Sanction.Kind.MUTE), new byte[0], 0);
        assertEquals(0, table.sanctions().count(ROOM));
    }

    @Test
    void aTenantsSanctionsAreCountedInItsRoomsAndForItsOwnersKnownOrNot() {
        put(RoomTableTest.room(ROOM, 1, true), 0);
        mute("7", "k3", 1_000);
        mute("7", "k3", 0);
        put(RoomKey.ownedBy("default", "made-up-1"), "", "10.0.0.0/8", 0);
        Sanction last = put(RoomKey.ownedBy("default", "made-up-2"), "", "10.0.0.0/8", 0);
        put(RoomKey.ownedBy("other", "made-up-2"), "", "10.0.0.0/8", 0);
        assertEquals(3, table.sanctions().count("default"));
        assertEquals(1, table.sanctions().count("other"));
        table.apply(StateKeys.sanction(last), null, 0);
        table.apply(StateKeys.sanction(last), null, 0);
        assertEquals(2, table.sanctions().count("default"));
        assertEquals(0, table.sanctions().count("third"));
    }

    @Test
    void aRoomFullOfSanctionsTakesOnlyWhatReplacesOne() {
        mute("7", "k3", 1_000);
        assertTrue(table.sanctions().takes(ROOM, "8", Sanction.Kind.MUTE, 2));
        mute("8", "k3", 0);
        assertFalse(table.sanctions().takes(ROOM, "9", Sanction.Kind.MUTE, 2), "an ended one counts while it is kept");
        assertTrue(table.sanctions().takes(ROOM, "7", Sanction.Kind.MUTE, 2));
        assertTrue(table.sanctions().takes(ROOM, "8", Sanction.Kind.MUTE, 2));
        table.apply(StateKeys.sanction(ROOM, "8", Sanction.Kind.MUTE), null, 0);
        assertTrue(table.sanctions().takes(ROOM, "9", Sanction.Kind.MUTE, 2));
    }

    @Test
    void aLiftedSanctionStaysForAWhileAfterItWasLifted() {
        put(RoomTableTest.room(ROOM, 1, true), 0);
        Sanction lifted = new Sanction("x", ROOM, "k3", "7", Sanction.Kind.MUTE, "", "1", 0, 0);
        table.apply(StateKeys.sanction(ROOM, "7", Sanction.Kind.MUTE), Json.bytes(lifted), 5_000);
        assertEquals(List.of(), table.sanctions().endedBefore(5_000, 10));
        assertEquals(List.of(lifted), table.sanctions().endedBefore(5_001, 10));
    }

    @Test
    void aUserWhoseNameBeginsLikeAnotherOnesIsAnotherOne() {
        RoomKey longer = new RoomKey("default", "42-1");
        put(RoomTableTest.room(ROOM, 1, true), 0);
        mute("7", "k3", 1_000);
        Sanction other = new Sanction("x", longer, "k3", "7", Sanction.Kind.MUTE, "", "1", 0, 9);
        table.apply(StateKeys.sanction(longer, "7", Sanction.Kind.MUTE), Json.bytes(other), 0);
        int found = 0;
        for (Sanction s : table.sanctions().in(ROOM)) {
            assertEquals(ROOM, s.room());
            found++;
        }
        assertEquals(1, found);
    }
}
