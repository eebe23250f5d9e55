package io.danmaku.edge.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.room.RoomKey;
import java.util.List;
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
        assertEquals(record(Membership.Kind.SNAPSHOT, 1, 1, List.of("ann"), List.of(), 0), only());
        move("bob", 1);
        assertEquals(record(Membership.Kind.DELTA, 2, 2, List.of("bob"), List.of(), 0), only());
        move("ann", -1);
        assertEquals(record(Membership.Kind.DELTA, 3, 1, List.of(), List.of("ann"), 0), only());
    }

    @Test
    void aSecondDeviceIsAnotherViewerButNotAnotherUser() {
        move("ann", 1);
        only();
        move("ann", 1);
        assertEquals(record(Membership.Kind.DELTA, 2, 2, List.of(), List.of(), 0), only());
        move("ann", -1);
        assertEquals(record(Membership.Kind.DELTA, 3, 1, List.of(), List.of(), 0), only());
    }

    @Test
    void guestsAreViewersAndNoUsers() {
        move("", 2);
        assertEquals(record(Membership.Kind.SNAPSHOT, 1, 2, List.of(), List.of(), 0), only());
        move("ann", 1);
        move("", -1);
        assertEquals(record(Membership.Kind.DELTA, 2, 2, List.of("ann"), List.of(), 0), only());
        ledger.ask(ROOM, nowMs);
        assertEquals(record(Membership.Kind.SNAPSHOT, 3, 2, List.of("ann"), List.of(), 0), only());
        assertThrows(IllegalArgumentException.class, () -> move("", -2));
        move("", -1);
        move("ann", -1);
        assertEquals(record(Membership.Kind.DELTA, 4, 0, List.of(), List.of("ann"), 0), only());
        assertEquals(0, ledger.rooms());
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
        assertEquals(List.of(record(Membership.Kind.DELTA, 2, 1, List.of(), List.of(), 3)), told);
    }

    @Test
    void whatChangesWhileARecordIsOnItsWayIsToldAfterIt() {
        move("ann", 1);
        Membership first = ledger.due(nowMs, MANY).get(0);
        move("bob", 1);
        nowMs += 10 * PresenceLedger.INTERVAL_MS;
        assertEquals(List.of(), ledger.due(nowMs, MANY));
        ledger.acknowledged(first);
        assertEquals(record(Membership.Kind.DELTA, 2, 2, List.of("bob"), List.of(), 0), only());
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
        assertEquals(record(Membership.Kind.SNAPSHOT, 2, 1, List.of("ann"), List.of(), 0), only());
        ledger.ask(ROOM, nowMs);
        assertEquals(record(Membership.Kind.SNAPSHOT, 3, 1, List.of("ann"), List.of(), 0), only());
    }

    @Test
    void aRequestWhileARecordIsOnItsWayIsAnsweredAfterIt() {
        move("ann", 1);
        Membership first = ledger.due(nowMs, MANY).get(0);
        ledger.askAll();
        ledger.acknowledged(first);
        assertEquals(record(Membership.Kind.SNAPSHOT, 2, 1, List.of("ann"), List.of(), 0), only());
    }

    @Test
    void aRoomAskedForByNameIsToldEvenIfNobodyIsThere() {
        ledger.ask(ROOM, nowMs);
        assertEquals(record(Membership.Kind.SNAPSHOT, 1, 0, List.of(), List.of(), 0), only());
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
        assertEquals(record(Membership.Kind.SNAPSHOT, 3, 1, List.of("bob"), List.of(), 0), only());
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
    void moreUsersThanARecordHoldsAreCountedButNotAllNamed() {
        PresenceLedger small = new PresenceLedger("e1", 2);
        for (String user : List.of("a", "b", "c")) {
            small.moved(ROOM, user, 1, nowMs);
        }
        Membership told = small.due(nowMs, MANY).get(0);
        assertEquals(3, told.viewers());
        assertEquals(2, told.joined().size());
    }

    @Test
    void noMoreIsTakenThanMayBeOnItsWay() {
        for (int i = 0; i < 5; i++) {
            ledger.moved(new RoomKey("default", "r" + i), "ann", 1, nowMs);
        }
        assertEquals(3, ledger.due(nowMs, 3).size());
        assertEquals(2, ledger.due(nowMs, 3).size());
        assertTrue(ledger.due(nowMs, 3).isEmpty());
    }

    private void move(String user, int by) {
        ledger.moved(ROOM, user, by, nowMs);
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
