package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.ExternalCheck;
import io.danmaku.protocol.room.Grant;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.Posted;
import io.danmaku.protocol.room.Raid;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.token.ApiKey;
import io.danmaku.protocol.token.KeyScope;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomTableTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private final RoomTable table = new RoomTable();

    static RoomState room(RoomKey key, long version, boolean open) {
        return new RoomState(key, "k3", "t" + version, Durability.LOGGED, open, RoomPolicy.DEFAULT, version, 1);
    }

    private void put(RoomState room, long atMs) {
        table.apply(StateKeys.room(room.key()), Json.bytes(room), atMs);
    }

    private void mute(String user, String epoch, long untilMs) {
        Sanction s = new Sanction("s" + user, ROOM, epoch, user, Sanction.Kind.MUTE, "", "1", 0, untilMs);
        table.apply(StateKeys.sanction(ROOM, user, Sanction.Kind.MUTE), Json.bytes(s), 0);
    }

    @Test
    void roomsThatAreNotAtRestOnTheirLadderAreFound() {
        RoomState room = room(ROOM, 1, true);
        put(room, 1);
        assertEquals(List.of(), table.raided());
        RoomState raided = room.raided(Raid.byHand(1, 60, "m", "", 0));
        put(raided, 2);
        assertEquals(List.of(raided), table.raided());
        put(raided.closed(), 3);
        assertEquals(List.of(), table.raided());
        RoomState released =
                raided.closed().raided(null).raided(Raid.released(room.policy().raid(), "m", 0));
        put(released, 4);
        assertEquals(List.of(), table.raided(), "a closed room has no ladder");
        RoomState anew = room(ROOM, 9, true).raided(Raid.released(room.policy().raid(), "m", 0));
        put(anew, 5);
        assertEquals(List.of(anew), table.raided());
        table.apply(StateKeys.room(ROOM), null, 6);
        assertEquals(List.of(), table.raided());
    }

    @Test
    void anAnswerToAHeldChatIsKnownInItsEpochUntilTheChatsTimeIsOver() {
        RoomState room = room(ROOM, 1, true);
        put(room, 1);
        HeldAnswer denied = new HeldAnswer(ROOM, room.epoch(), 5, false, "1", 1, 100, 0, 0);
        HeldAnswer former = new HeldAnswer(ROOM, "other", 6, true, "1", 1, 300, 7, 7);
        for (HeldAnswer answer : List.of(denied, former)) {
            table.apply(StateKeys.held(answer), Json.bytes(answer), 1);
        }
        assertEquals(denied, table.events().answer(room, 5));
        assertNull(table.events().answer(room, 6), "it is another room's");
        assertEquals(2, table.events().answerCount(ROOM));
        assertEquals(List.of(), table.events().answersOver(100, 9));
        assertEquals(List.of(denied), table.events().answersOver(101, 9));
        table.apply(StateKeys.held(denied), null, 2);
        assertNull(table.events().answer(room, 5));
    }

    @Test
    void aRemovedCheckIsNoneAndIsSweptLater() {
        ExternalCheck check =
                new ExternalCheck("default", "http://x/", "0123456789abcdef", 50, ExternalCheck.WhenDown.ALLOW, "1", 5);
        table.apply(StateKeys.check("default"), Json.bytes(check), 5);
        assertEquals(check, table.hooks().check("default"));
        assertNull(table.hooks().check("other"));
        assertEquals(List.of(), table.hooks().removedChecks(100, 9));
        ExternalCheck gone = new ExternalCheck("default", "", "", 50, ExternalCheck.WhenDown.ALLOW, "1", 6);
        table.apply(StateKeys.check("default"), Json.bytes(gone), 6);
        assertNull(table.hooks().check("default"));
        assertEquals(List.of(), table.hooks().removedChecks(6, 9));
        assertEquals(List.of(gone), table.hooks().removedChecks(7, 9));
    }

    @Test
    void anIdempotencyKeyIsKnownInItsEpochUntilItIsOld() {
        RoomKey key = new RoomKey("default", "42");
        RoomState room = room(key, 1, true);
        table.apply(StateKeys.room(key), Json.bytes(room), 1);
        for (int i = 1; i <= 3; i++) {
            Posted posted = new Posted(key, room.epoch(), "k" + i, "d", 100L * i, 0, 0);
            table.apply(StateKeys.posted(posted), Json.bytes(posted), 100L * i);
        }
        Posted placed = table.events().posted(room, "k1").at(7, 101);
        table.apply(StateKeys.posted(placed), Json.bytes(placed), 101);
        assertEquals(placed, table.events().posted(room, "k1"));
        assertEquals(3, table.events().postedCount(key));
        Posted former = new Posted(key, "other", "k9", "d", 50, 0, 0);
        table.apply(StateKeys.posted(former), Json.bytes(former), 50);
        assertNull(table.events().posted(room, "k9"), "it is another room's");
        assertEquals(
                List.of("k2"),
                table.events().postedBefore(201, 10).stream().map(Posted::key).toList());
        table.apply(StateKeys.posted(placed), null, 400);
        assertNull(table.events().posted(room, "k1"));
        assertEquals(3, table.events().postedCount(key));
    }

    @Test
    void anOlderVersionDoesNotReplaceANewerOne() {
        put(room(ROOM, 2, true), 10);
        put(room(ROOM, 1, true), 11);
        assertEquals(2, table.room(ROOM).version());
        put(room(ROOM, 3, false), 12);
        assertEquals(3, table.room(ROOM).version());
    }

    @Test
    void anEmptyValueDeletes() {
        put(room(ROOM, 1, true), 0);
        mute("7", "k3", 100);
        table.apply(StateKeys.room(ROOM), new byte[0], 0);
        table.apply(StateKeys.sanction(ROOM, "7", Sanction.Kind.MUTE), null, 0);
        assertNull(table.room(ROOM));
        assertNull(table.sanctions().find(ROOM, "7", Sanction.Kind.MUTE));
        assertEquals(0, table.roomCount("default"));
        assertEquals(0, table.sanctions().count());
    }

    @Test
    void roomsAreListedByIdWithinTheirTenant() {
        for (String id : List.of("b", "a", "c", "B")) {
            put(room(new RoomKey("default", id), 1, true), 0);
        }
        put(room(new RoomKey("default-2", "a"), 1, true), 0);
        put(room(new RoomKey("default0", "a"), 1, true), 0);
        assertEquals(List.of("B", "a", "b", "c"), ids(table.rooms("default", null, 10, room -> true)));
        assertEquals(List.of("b", "c"), ids(table.rooms("default", "a", 10, room -> true)));
        assertEquals(List.of("B", "a"), ids(table.rooms("default", null, 2, room -> true)));
        assertEquals(
                List.of("a", "c"),
                ids(table.rooms("default", null, 2, room -> !room.key().room().equalsIgnoreCase("b"))),
                "a page is full of what is wanted");
        assertEquals(4, table.roomCount("default"));
    }

    private static List<String> ids(List<RoomState> rooms) {
        return rooms.stream().map(r -> r.key().room()).toList();
    }

    @Test
    void anErasedRoomIsNoMoreUntilItIsMadeAnewAndItsEpochIsKnownForAWhile() {
        RoomState room = room(ROOM, 3, true);
        put(room, 10);
        put(room.erased(), 20);
        assertNull(table.room(ROOM));
        assertEquals(0, table.roomCount("default"));
        assertEquals(List.of(), ids(table.rooms("default", null, 10, any -> true)));
        assertEquals(List.of(), table.closedBefore(1_000, 10));
        assertEquals("k3", table.erased(ROOM).epoch());
        assertEquals("42", table.erased(ROOM).title(), "nothing is left of what it was");
        assertEquals(List.of(), table.erasedBefore(20, 10));
        assertEquals(List.of("42"), ids(table.erasedBefore(21, 10)));
        put(room, 30);
        assertNull(table.erased(ROOM), "made anew");
        assertEquals(1, table.roomCount("default"));
        put(room.erased(), 40);
        table.apply(StateKeys.room(ROOM), null, 50);
        assertNull(table.erased(ROOM));
        assertEquals(0, table.erasedCount());
    }

    @Test
    void anArchivedRoomIsNotAmongThoseThatAreRemovedAfterATime() {
        put(room(ROOM, 3, true).ended(RoomState.End.ARCHIVED), 10);
        assertEquals(List.of(), table.closedBefore(1_000, 10));
        assertEquals(1, table.roomCount("default"));
    }

    private void key(String tenant, String id, long expiresAtMs, long revokedAtMs) {
        ApiKey key = new ApiKey(tenant, id, "n", List.of(KeyScope.WORDS), "", "1", 0, expiresAtMs, revokedAtMs);
        table.apply(StateKeys.apiKey(tenant, id), Json.bytes(key), 0);
    }

    @Test
    void anApiKeyIsFoundByItsIdAndByItsTenantAndWhenItHasEnded() {
        key("a", "k1", ApiKey.NEVER_MS, 0);
        key("a", "k2", 50, 0);
        key("a-b", "k3", ApiKey.NEVER_MS, 60);
        assertEquals("a", table.apiKeys().byId("k1").tenant());
        assertNull(table.apiKeys().byId("k9"));
        assertEquals(
                List.of("k1", "k2"),
                table.apiKeys().of("a").stream().map(ApiKey::id).toList());
        assertEquals(
                List.of("k2", "k3"),
                table.apiKeys().endedBefore(61, 10).stream()
                        .map(ApiKey::id)
                        .sorted()
                        .toList());
        assertEquals(List.of(), table.apiKeys().endedBefore(50, 10));
        table.apply(StateKeys.apiKey("a", "k2"), null, 0);
        assertNull(table.apiKeys().byId("k2"));
        assertEquals(1, table.apiKeys().of("a").size());
    }

    @Test
    void closedRoomsAreFoundByTheTimeTheyWereWritten() {
        put(room(ROOM, 2, false), 1_000);
        put(room(new RoomKey("default", "43"), 1, true), 10);
        assertEquals(List.of(), table.closedBefore(1_000, 10));
        assertEquals(List.of("42"), ids(table.closedBefore(1_001, 10)));
    }

    @Test
    void loggedRoomsAreFoundFromTheOneWrittenLast() {
        put(room(new RoomKey("default", "a"), 1, true), 10);
        put(room(new RoomKey("default", "b"), 1, false), 30);
        put(room(new RoomKey("default", "c"), 1, true), 20);
        RoomKey ephemeral = new RoomKey("default", "d");
        put(new RoomState(ephemeral, "k3", "t", Durability.EPHEMERAL, true, RoomPolicy.DEFAULT, 1, 1), 40);
        assertEquals(List.of("b", "c", "a"), ids(table.loggedRooms()));
    }

    private static RoomState of(RoomKey key, String owner, long version, boolean open) {
        RoomState some = room(key, version, open);
        return new RoomState(
                key,
                some.epoch(),
                "",
                Durability.LOGGED,
                open,
                RoomPolicy.DEFAULT,
                some.profile(),
                null,
                version,
                1,
                owner,
                1,
                0,
                null,
                null);
    }

    @Test
    void whoOwnsARoomIsKnownUntilTheLastOneIsForgotten() {
        RoomKey owned = RoomKey.ownedBy("default", "7");
        RoomKey other = new RoomKey("default", "43");
        put(room(ROOM, 1, true), 0);
        assertFalse(table.hasRoomOf(owned));
        put(of(ROOM, "7", 2, true), 0);
        put(of(ROOM, "7", 3, false), 0);
        put(of(other, "7", 1, true), 0);
        assertTrue(table.hasRoomOf(owned));
        assertFalse(table.hasRoomOf(RoomKey.ownedBy("default-2", "7")));
        put(of(other, "8", 2, true), 0);
        assertTrue(table.hasRoomOf(owned), "the other one is closed, but not forgotten");
        table.apply(StateKeys.room(ROOM), null, 0);
        assertFalse(table.hasRoomOf(owned));
    }

    @Test
    void theOwnerIsWhoWroteLast() {
        Owner owner = new Owner("a", "http://127.0.0.1:1");
        table.apply(StateKeys.OWNER, Json.bytes(owner), 0);
        assertEquals(owner, table.owner());
        table.apply(StateKeys.OWNER, null, 0);
        assertNull(table.owner());
    }

    @Test
    void bytesOfAnotherFormChangeNothing() {
        put(room(ROOM, 1, true), 0);
        assertThrows(
                UncheckedIOException.class,
                () -> table.apply(StateKeys.room(ROOM), "{".getBytes(StandardCharsets.UTF_8), 0));
        assertEquals(1, table.room(ROOM).version());
        table.apply("of a later version", "{".getBytes(StandardCharsets.UTF_8), 0);
        assertEquals(1, table.roomCount());
    }

    private void grant(String user, String epoch, Role role, long atMs) {
        table.apply(StateKeys.grant(ROOM, user), Json.bytes(new Grant(ROOM, epoch, user, role, "1", atMs)), 0);
    }

    @Test
    void aRoleIsThatOfTheRoomsPresentEpochAndATakenOneGoesLater() {
        put(room(ROOM, 1, true), 0);
        grant("7", "k3", Role.HOST, 10);
        grant("8", "k2", Role.HOST, 10);
        grant("9", "k3", Role.VIEWER, 10);
        assertEquals(Role.HOST, table.grant(table.room(ROOM), "7").role());
        assertNull(table.grant(table.room(ROOM), "8"), "of a former epoch");
        assertEquals(3, table.grants(ROOM).size());
        assertEquals(
                List.of("8"), table.takenBefore(10, 9).stream().map(Grant::user).toList());
        assertEquals(
                List.of("8", "9"),
                table.takenBefore(11, 9).stream().map(Grant::user).toList());
        table.apply(StateKeys.grant(ROOM, "7"), null, 0);
        assertNull(table.grant(table.room(ROOM), "7"));
    }

    private void delete(String epoch, String user, long from, long upTo) {
        Deletion deletion = new Deletion(ROOM, epoch, user, from, upTo, "1", 0);
        table.apply(StateKeys.deletion(deletion), Json.bytes(deletion), 0);
    }

    @Test
    void deletionsAreCountedAndKnowWhetherTheirLogIsStillTheRooms() {
        put(room(ROOM, 1, true), 77);
        delete("k3", "", 5, 5);
        delete("k3", "7", 1, 9);
        delete("k2", "", 1, 9);
        assertEquals(3, table.deletionCount(ROOM));
        delete("k3", "7", 1, 12);
        assertEquals(3, table.deletionCount(ROOM), "a later one of the same user takes its place");
        assertEquals(
                12,
                table.deletion(StateKeys.deletion(new Deletion(ROOM, "k3", "7", 1, 2, "", 0)))
                        .upTo());
        assertEquals(1, table.deletions((deletion, live) -> !live, 9).size());
        assertEquals(2, table.deletions((deletion, live) -> live, 2).size());
        assertEquals(77, table.retentionSinceMs(ROOM));
        put(room(ROOM, 2, true), 99);
        assertEquals(77, table.retentionSinceMs(ROOM), "what is pinned or renamed is kept as long as before");
    }

    @Test
    void anEventIsDeletedByItsOffsetItsUserOrWithAllAndInItsEpochOnly() {
        put(room(ROOM, 1, true), 77);
        delete("k2", "", 1, 9);
        RoomState room = table.room(ROOM);
        assertFalse(table.isDeleted(room, 5, "7"));
        delete("k3", "8", 1, 9);
        assertFalse(table.isDeleted(room, 5, "7"));
        assertTrue(table.isDeleted(room, 5, "8"));
        delete("k3", "", 5, 5);
        assertTrue(table.isDeleted(room, 5, "7"));
        assertFalse(table.isDeleted(room, 6, "7"));
        delete("k3", "", 1, 6);
        assertTrue(table.isDeleted(room, 6, "7"));
    }
}
