package io.danmaku.edge.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.address.Address;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Grant;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomProfile;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.room.Sanction.Kind;
import io.danmaku.protocol.token.Account;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whom a sanction is about, and where it holds. */
class RoomTableTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private static final RoomKey OWNED = RoomKey.ownedBy("default", "1");
    private static final Address HERE = Address.parse("203.0.113.9");
    private static final long NOW_MS = 1_764_000_000_000L;

    private final RoomTable table = new RoomTable(null, new RoomTable.Decided() {});

    private static RoomState room(String id, String owner, long stream) {
        return new RoomState(
                new RoomKey("default", id),
                "e1",
                "",
                Durability.LOGGED,
                true,
                RoomPolicy.DEFAULT,
                RoomProfile.NONE,
                null,
                1,
                0,
                owner,
                stream,
                0,
                null,
                null);
    }

    private static final RoomState MINE = room("42", "1", 1);

    private void put(Sanction sanction) {
        table.take(StateKeys.sanction(sanction), Json.bytes(sanction));
    }

    private Sanction put(RoomKey place, String user, String device, String address, Kind kind, long untilMs) {
        Sanction spoken = new Sanction(
                "s", place, place.namesOwner() ? "" : "e1", user, device, address, kind, "", "1", 5, untilMs, 0);
        put(spoken);
        return spoken;
    }

    private static Claims claims(String user, Role role, String device) {
        Map<String, Role> roles = role == Role.VIEWER ? Map.of() : Map.of("42", role);
        return new Claims(
                user, user, "default", roles, false, Long.MAX_VALUE, Profile.NONE, Account.UNKNOWN.on(device));
    }

    private Sanction found(RoomState room, Claims claims, Address address, Kind kind) {
        return table.sanction(room, claims, address, table.role(claims, room), kind, NOW_MS);
    }

    private boolean isMuted(Claims claims, Address address) {
        return found(MINE, claims, address, Kind.MUTE) != null;
    }

    private static final Claims VIEWER = claims("7", Role.VIEWER, "d1");

    @Test
    void aDeviceOrAnAddressIsReachedWhateverTheUser() {
        put(ROOM, null, "d1", null, Kind.MUTE, Sanction.FOREVER_MS);
        assertTrue(isMuted(VIEWER, null));
        assertTrue(isMuted(claims("8", Role.VIEWER, "d1"), HERE));
        assertFalse(isMuted(claims("8", Role.VIEWER, "d2"), HERE));
        assertFalse(isMuted(claims("d1", Role.VIEWER, ""), HERE), "a user of that name is no such device");

        put(ROOM, null, null, "203.0.113.0/24", Kind.MUTE, Sanction.FOREVER_MS);
        assertTrue(isMuted(claims("8", Role.VIEWER, ""), HERE));
        assertFalse(isMuted(claims("8", Role.VIEWER, ""), Address.parse("203.0.114.9")));
        assertFalse(isMuted(claims("8", Role.VIEWER, ""), null), "where it comes from is not known");
        assertNull(found(MINE, VIEWER, HERE, Kind.BAN), "one kind is not another");
        assertNull(found(room("43", "1", 1), VIEWER, HERE, Kind.MUTE), "nor one room another");
    }

    @Test
    void theBanOfAnAddressHoldsForNobodyWhoModerates() {
        put(ROOM, null, null, "203.0.113.9", Kind.BAN, Sanction.FOREVER_MS);
        put(ROOM, null, "d1", null, Kind.MUTE, Sanction.FOREVER_MS);
        for (Role role : new Role[] {Role.VIEWER, Role.MEMBER, Role.VIP}) {
            assertTrue(table.exclusion(MINE, claims("7", role, "d1"), HERE, NOW_MS) != null, role.name());
            assertTrue(isMuted(claims("7", role, "d1"), HERE));
        }
        for (Role role : new Role[] {Role.MODERATOR, Role.HOST, Role.OWNER}) {
            assertNull(table.exclusion(MINE, claims("7", role, "d1"), HERE, NOW_MS), role.name());
            assertFalse(isMuted(claims("7", role, "d1"), HERE));
        }
        assertNull(table.exclusion(MINE, claims("1", Role.VIEWER, "d1"), HERE, NOW_MS), "whose room it is");
        table.take(StateKeys.grant(ROOM, "7"), Json.bytes(new Grant(ROOM, "e1", "7", Role.MODERATOR, "1", 0)));
        assertNull(table.exclusion(MINE, VIEWER, HERE, NOW_MS));
        put(ROOM, "7", null, null, Kind.BAN, Sanction.FOREVER_MS);
        assertTrue(table.exclusion(MINE, VIEWER, HERE, NOW_MS) != null, "the user is meant: moderators can be banned");
    }

    @Test
    void whatIsForAllRoomsOfAnOwnerHoldsInEachAndInNoOther() {
        put(OWNED, "7", null, null, Kind.MUTE, Sanction.FOREVER_MS);
        put(OWNED, null, "d2", null, Kind.BAN, Sanction.FOREVER_MS);
        put(OWNED, null, null, "203.0.113.0/24", Kind.SHADOW, Sanction.FOREVER_MS);
        for (RoomState mine : new RoomState[] {MINE, room("43", "1", 9)}) {
            assertTrue(found(mine, VIEWER, HERE, Kind.MUTE) != null);
            assertTrue(found(mine, claims("8", Role.VIEWER, "d2"), null, Kind.BAN) != null);
            assertTrue(found(mine, claims("9", Role.VIEWER, ""), HERE, Kind.SHADOW) != null);
        }
        RoomState other = room("44", "2", 1);
        assertNull(found(other, VIEWER, HERE, Kind.MUTE));
        assertNull(found(room("45", "", 1), VIEWER, HERE, Kind.SHADOW), "nobody's room");
        assertFalse(isMuted(claims("7", Role.HOST, "d1"), HERE), "who governs one of them");
        assertTrue(isMuted(claims("7", Role.MODERATOR, "d1"), HERE), "the user is meant");
    }

    @Test
    void ofSeveralTheOneThatEndsLastIsToldOf() {
        put(ROOM, "7", null, null, Kind.MUTE, NOW_MS + 10);
        put(ROOM, null, "d1", null, Kind.MUTE, NOW_MS + 30);
        put(ROOM, null, null, "203.0.113.0/24", Kind.MUTE, NOW_MS + 20);
        assertEquals(NOW_MS + 30, found(MINE, VIEWER, HERE, Kind.MUTE).untilMs());
        Sanction all = put(OWNED, null, null, "203.0.0.0/16", Kind.MUTE, NOW_MS + 40);
        assertEquals(all, found(MINE, VIEWER, HERE, Kind.MUTE));
        put(all.lifted());
        put(ROOM, null, "d1", null, Kind.MUTE, NOW_MS);
        assertEquals(NOW_MS + 20, found(MINE, VIEWER, HERE, Kind.MUTE).untilMs());
    }

    @Test
    void anotherOneOfATargetTakesItsPlaceAndALiftedOneHoldsNoMore() {
        Sanction first = put(ROOM, null, null, "203.0.113.0/24", Kind.MUTE, NOW_MS);
        put(ROOM, null, null, "203.0.113.0/24", Kind.BAN, Sanction.FOREVER_MS);
        assertFalse(isMuted(VIEWER, HERE));
        Sanction second = put(ROOM, null, null, "203.0.113.0/24", Kind.MUTE, Sanction.FOREVER_MS);
        assertTrue(isMuted(VIEWER, HERE));
        put(second.lifted());
        assertFalse(isMuted(VIEWER, HERE));
        assertTrue(found(MINE, VIEWER, HERE, Kind.BAN) != null);
        table.take(StateKeys.sanction(first), null);
        assertFalse(isMuted(VIEWER, HERE));
        put(second);
        table.take(StateKeys.sanction(second), new byte[0]);
        assertFalse(isMuted(VIEWER, HERE));
    }

    @Test
    void aBanOfThisStreamIsOverWithTheStream() {
        put(new Sanction("s", ROOM, "e1", null, "d1", null, Kind.BAN, "", "1", 5, Sanction.FOREVER_MS, 1));
        assertTrue(table.exclusion(MINE, VIEWER, HERE, NOW_MS) != null);
        assertNull(table.exclusion(room("42", "1", 2), VIEWER, HERE, NOW_MS));
    }

    @Test
    void whoIsConnectedIsComparedWithWhomItIsAbout() {
        Spoken user = Spoken.of(put(OWNED, "7", null, null, Kind.BAN, 9));
        Spoken device = Spoken.of(put(ROOM, null, "d1", null, Kind.BAN, 9));
        Spoken address = Spoken.of(put(ROOM, null, null, "203.0.113.0/24", Kind.BAN, 9));
        Claims other = claims("8", Role.VIEWER, "");
        assertTrue(user.isAbout(VIEWER, null) && device.isAbout(VIEWER, null) && address.isAbout(VIEWER, HERE));
        assertFalse(user.isAbout(other, null) || device.isAbout(other, null) || address.isAbout(other, null));
        assertTrue(address.isAbout(other, HERE));
        Claims stranger =
                new Claims("7", "7", "t2", Map.of(), false, Long.MAX_VALUE, Profile.NONE, Account.UNKNOWN.on("d1"));
        assertFalse(user.isAbout(stranger, null) || device.isAbout(stranger, null) || address.isAbout(stranger, HERE));
    }
}
