package io.danmaku.edge.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.edge.presence.PresenceLedger.Move;
import io.danmaku.edge.presence.PresenceLedger.Who;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.token.Profile;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PresenceLedgerTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private static final int MANY = 100;

    private final PresenceLedger ledger = new PresenceLedger("e1");
    private long nowMs = 1_000_000;

    @Test
    void aRoomBeginsWithASnapshotAndGoesOnWithDeltas() {
        move("ann", 1);
        assertTold(record(Membership.Kind.SNAPSHOT, 1, 1, List.of("ann"), List.of(), 0), only());
        move("bob", 1);
        assertTold(record(Membership.Kind.DELTA, 2, 2, List.of("bob"), List.of(), 0), only());
        move("ann", -1);
        assertTold(record(Membership.Kind.DELTA, 3, 1, List.of(), List.of("ann"), 0), only());
    }

    @Test
    void aSecondDeviceIsAnotherViewerButNotAnotherUser() {
        move("ann", 1);
        only();
        move("ann", 1);
        Membership second = only();
        assertTold(record(Membership.Kind.DELTA, 2, 2, List.of("ann"), List.of(), 0), second);
        assertEquals(List.of("o0x2"), second.marks());
        move("ann", -1);
        Membership third = only();
        assertTold(record(Membership.Kind.DELTA, 3, 1, List.of("ann"), List.of(), 0), third);
        assertEquals(List.of(""), third.marks());
    }

    @Test
    void whoCameAndWentBetweenTwoRecordsIsNotNamed() {
        move("ann", 1);
        only();
        move("bob", 1);
        move("bob", -1);
        move("ann", -1);
        move("ann", 1);
        nowMs += PresenceLedger.INTERVAL_MS;
        assertEquals(List.of(), ledger.due(nowMs, MANY));
    }

    @Test
    void aRoomIsToldAtMostOnceAnInterval() {
        move("ann", 1);
        only();
        long toldMs = nowMs;
        move("bob", 1);
        assertEquals(List.of(), ledger.due(toldMs + PresenceLedger.INTERVAL_MS - 1, MANY));
        assertEquals(1, ledger.due(toldMs + PresenceLedger.INTERVAL_MS, MANY).size());
    }

    @Test
    void eventsSentAreToldMoreSlowly() {
        move("ann", 1);
        only();
        long toldMs = nowMs;
        ledger.sent(ROOM, 3, nowMs);
        assertEquals(List.of(), ledger.due(toldMs + PresenceLedger.INTERVAL_MS, MANY));
        List<Membership> told = ledger.due(toldMs + PresenceLedger.SENT_INTERVAL_MS, MANY);
        assertEquals(1, told.size());
        assertTold(record(Membership.Kind.DELTA, 2, 1, List.of(), List.of(), 3), told.get(0));
    }

    @Test
    void whatChangesWhileARecordIsOnItsWayIsToldAfterIt() {
        move("ann", 1);
        Membership first = ledger.due(nowMs, MANY).get(0);
        move("bob", 1);
        nowMs += 10 * PresenceLedger.INTERVAL_MS;
        assertEquals(List.of(), ledger.due(nowMs, MANY));
        ledger.acknowledged(first);
        assertTold(record(Membership.Kind.DELTA, 2, 2, List.of("bob"), List.of(), 0), only());
    }

    @Test
    void afterAFailedDeltaTheWholeRoomIsTold() {
        move("ann", 1);
        only();
        nowMs += PresenceLedger.INTERVAL_MS;
        move("bob", 1);
        Membership lost = ledger.due(nowMs, MANY).get(0);
        ledger.failed(lost, nowMs);
        assertEquals(List.of(), ledger.due(nowMs + PresenceLedger.RETRY_MS - 1, MANY));
        List<Membership> told = ledger.due(nowMs + PresenceLedger.RETRY_MS, MANY);
        assertEquals(1, told.size());
        assertEquals(Membership.Kind.SNAPSHOT, told.get(0).kind());
        assertEquals(3, told.get(0).n());
        assertEquals(Set.of("ann", "bob"), Set.copyOf(told.get(0).joined()));
    }

    @Test
    void aRequestIsAnsweredByASnapshotWithTheNextNumber() {
        move("ann", 1);
        only();
        ledger.askAll();
        assertTold(record(Membership.Kind.SNAPSHOT, 2, 1, List.of("ann"), List.of(), 0), only());
        ledger.ask(ROOM, nowMs);
        assertTold(record(Membership.Kind.SNAPSHOT, 3, 1, List.of("ann"), List.of(), 0), only());
    }

    @Test
    void aRequestWhileARecordIsOnItsWayIsAnsweredAfterIt() {
        move("ann", 1);
        Membership first = ledger.due(nowMs, MANY).get(0);
        ledger.askAll();
        ledger.acknowledged(first);
        assertTold(record(Membership.Kind.SNAPSHOT, 2, 1, List.of("ann"), List.of(), 0), only());
    }

    @Test
    void aRoomAskedForByNameIsToldEvenIfNobodyIsThere() {
        ledger.ask(ROOM, nowMs);
        assertTold(record(Membership.Kind.SNAPSHOT, 1, 0, List.of(), List.of(), 0), only());
        assertEquals(0, ledger.rooms());
    }

    @Test
    void anEmptyRoomIsForgottenOnceThatIsKnownAndBeginsAgainWithASnapshotOfALargerNumber() {
        move("ann", 1);
        only();
        move("ann", -1);
        nowMs += PresenceLedger.INTERVAL_MS;
        Membership last = ledger.due(nowMs, MANY).get(0);
        assertEquals(1, ledger.rooms());
        ledger.acknowledged(last);
        assertEquals(0, ledger.rooms());
        move("bob", 1);
        assertTold(record(Membership.Kind.SNAPSHOT, 3, 1, List.of("bob"), List.of(), 0), only());
    }

    @Test
    void leavingMoreOftenThanJoiningChangesNothing() {
        move("ann", 1);
        only();
        assertThrows(IllegalArgumentException.class, () -> move("bob", -1));
        nowMs += PresenceLedger.INTERVAL_MS;
        assertEquals(List.of(), ledger.due(nowMs, MANY));
        assertEquals(1, ledger.viewers());
    }

    @Test
    void moreUsersThanARecordHoldsAreCountedAndTheOthersNamedInTheNext() {
        PresenceLedger small = new PresenceLedger("e1", 2);
        Set<String> named = new HashSet<>();
        for (String user : List.of("a", "b", "c")) {
            small.moved(who(user), move(1), nowMs);
        }
        for (int asked = 0; asked < 2; asked++) {
            Membership first = due(small);
            assertEquals(3, first.viewers());
            assertEquals(2, first.joined().size());
            Membership rest = due(small);
            assertEquals(Membership.Kind.DELTA, rest.kind());
            assertEquals(3, rest.viewers());
            named.clear();
            named.addAll(first.joined());
            named.addAll(rest.joined());
            assertEquals(Set.of("a", "b", "c"), named);
            small.askAll();
        }
    }

    private Membership due(PresenceLedger small) {
        nowMs += PresenceLedger.INTERVAL_MS;
        Membership told = small.due(nowMs, MANY).get(0);
        small.acknowledged(told);
        return told;
    }

    @Test
    void viewersAreToldByKindAndUsersByWhatTheyAre() {
        ledger.moved(new Who(ROOM, "ann", DeviceKind.WEB), new Move(1, 1, Role.MODERATOR, 17), nowMs);
        ledger.moved(new Who(ROOM, "bob", DeviceKind.IOS), new Move(1, 1, Role.VIEWER, Profile.NO_LEVEL), nowMs);
        Membership first = only();
        assertEquals(Map.of("web", 1, "ios", 1), first.devices());
        assertEquals(2, first.came());
        assertEquals("w317", first.marks().get(first.joined().indexOf("ann")));
        assertEquals("i0", first.marks().get(first.joined().indexOf("bob")));
        // another device of a user, and the first one goes
        ledger.moved(new Who(ROOM, "bob", DeviceKind.TV), new Move(1, 1, Role.VIEWER, Profile.NO_LEVEL), nowMs);
        assertEquals(List.of("t0x2"), only().marks());
        ledger.moved(new Who(ROOM, "bob", DeviceKind.TV), new Move(-1, 0, null, 0), nowMs);
        Membership back = only();
        assertEquals(List.of("i0"), back.marks());
        assertEquals(Map.of("web", 1, "ios", 1), back.devices());
        assertEquals(3, back.came());
    }

    @Test
    void aRoleThatIsGivenIsToldAndNobodyCame() {
        move("ann", 1);
        only();
        ledger.moved(who("ann"), new Move(0, 0, Role.VIP, 3), nowMs);
        Membership told = only();
        assertTold(record(Membership.Kind.DELTA, 2, 1, List.of("ann"), List.of(), 0), told);
        assertEquals(List.of("o23"), told.marks());
        assertEquals(1, told.came());
        // and of somebody who is not here nothing is told
        ledger.moved(who("bob"), new Move(0, 0, Role.VIP, 3), nowMs);
        nowMs += PresenceLedger.SENT_INTERVAL_MS;
        assertEquals(List.of(), ledger.due(nowMs, MANY));
    }

    @Test
    void guestsAreViewersAndNoUsers() {
        ledger.moved(who(""), move(2), nowMs);
        move("ann", 1);
        Membership told = only();
        assertTold(record(Membership.Kind.SNAPSHOT, 1, 3, List.of("ann"), List.of(), 0), told);
        assertEquals(2, told.guests());
        ledger.moved(who(""), move(-2), nowMs);
        assertEquals(0, only().guests());
        assertThrows(IllegalArgumentException.class, () -> ledger.moved(who(""), move(-1), nowMs));
        move("ann", -1);
        only();
        assertEquals(0, ledger.rooms());
    }

    @Test
    void aRoomThatBeginsAgainSaysFromWhereItCounts() {
        move("ann", 1);
        ledger.sent(ROOM, 5, nowMs);
        assertEquals(0, only().since());
        move("ann", -1);
        only();
        assertEquals(0, ledger.rooms());
        move("ann", 1);
        ledger.sent(ROOM, 7, nowMs);
        Membership again = only();
        assertEquals(again.n() - 1, again.since());
        assertEquals(7, again.sent());
        assertEquals(1, again.came());
    }

    /** And half of them leave again. */
    @Test
    void aHundredThousandJoinsInAMinuteAreFourSmallRecordsASecond() {
        int users = 100_000;
        int turns = 1_200;
        int records = 0;
        long bytes = 0;
        long most = 0;
        for (int turn = 0; turn < turns; turn++) {
            nowMs += 50;
            for (int i = turn * users / turns; i < (turn + 1) * users / turns; i++) {
                ledger.moved(new Who(ROOM, "user-" + i, DeviceKind.WEB), new Move(1, 1, Role.VIEWER, 12), nowMs);
                if (i % 2 == 1) {
                    ledger.moved(new Who(ROOM, "user-" + (i / 2), DeviceKind.WEB), new Move(-1, 0, null, 0), nowMs);
                }
            }
            for (Membership told : ledger.due(nowMs, MANY)) {
                records++;
                int size = Json.bytes(told).length;
                bytes += size;
                most = Math.max(most, size);
                ledger.acknowledged(told);
            }
        }
        assertTrue(records <= 4 * 60 + 1, records + " records");
        // before compression
        assertTrue(most < 32 * 1024, most + " bytes in one");
        assertTrue(bytes < 4L << 20, bytes + " bytes");
    }

    @Test
    void noMoreIsTakenThanMayBeOnItsWay() {
        for (int i = 0; i < 5; i++) {
            ledger.moved(new Who(new RoomKey("default", "r" + i), "ann", DeviceKind.OTHER), move(1), nowMs);
        }
        assertEquals(3, ledger.due(nowMs, 3).size());
        assertEquals(2, ledger.due(nowMs, 3).size());
        assertTrue(ledger.due(nowMs, 3).isEmpty());
    }

    private void move(String user, int by) {
        ledger.moved(who(user), move(by), nowMs);
    }

    private static Who who(String user) {
        return new Who(ROOM, user, DeviceKind.OTHER);
    }

    private static Move move(int by) {
        return new Move(by, Math.max(0, by), Role.VIEWER, Profile.NO_LEVEL);
    }

    /** But for what is in no old record. */
    private static void assertTold(Membership expected, Membership told) {
        assertEquals(expected, record(told.kind(), told.n(), told.viewers(), told.joined(), told.left(), told.sent()));
    }

    private Membership only() {
        nowMs += PresenceLedger.INTERVAL_MS;
        List<Membership> told = ledger.due(nowMs, MANY);
        assertEquals(1, told.size());
        ledger.acknowledged(told.get(0));
        return told.get(0);
    }

    private static Membership record(
            Membership.Kind kind, long n, int viewers, List<String> joined, List<String> left, long sent) {
        return new Membership("e1", kind, ROOM, n, viewers, joined, left, sent);
    }
}
