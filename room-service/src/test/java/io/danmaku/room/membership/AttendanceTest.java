package io.danmaku.room.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.Membership.Kind;
import io.danmaku.protocol.log.MembershipRequest;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.LiveStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AttendanceTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private static final String TICK = Attendance.TICK_PREFIX + "me";
    private static final MembershipBounds BOUNDS = new MembershipBounds(4, 10, 10, 2_000, 3_600_000, 10_000);

    private final List<String> dead = new ArrayList<>();
    private final List<String> dropped = new ArrayList<>();
    private int holes;
    private long nowMs = 1_795_000_000_000L;
    private LiveStream live = LiveStream.NONE;
    private Set<String> formerEdges;
    private Attendance attendance = attendance(List.of());

    private Attendance attendance(List<RoomStats> former) {
        return new Attendance(
                TICK,
                BOUNDS,
                new Attendance.Watcher() {
                    @Override
                    public void hole() {
                        holes++;
                    }

                    @Override
                    public void died(String edge) {
                        dead.add(edge);
                    }

                    @Override
                    public void dropped(String why) {
                        dropped.add(why);
                    }
                },
                former,
                formerEdges,
                room -> live);
    }

    private void on(Membership record) {
        attendance.on(record, nowMs);
    }

    private void delta(String edge, long n, int viewers, List<String> joined, List<String> left, long sent) {
        on(new Membership(edge, Kind.DELTA, ROOM, n, viewers, joined, left, sent));
    }

    private void snapshot(String edge, long n, int viewers, List<String> users, long sent) {
        on(new Membership(edge, Kind.SNAPSHOT, ROOM, n, viewers, users, List.of(), sent));
    }

    /** Lets time pass with a tick every second and leases of these edges. */
    private void pass(long ms, String... alive) {
        for (long end = nowMs + ms; nowMs < end; ) {
            nowMs += 1_000;
            on(Membership.lease(TICK));
            for (String edge : alive) {
                on(Membership.lease(edge));
            }
            attendance.sweep();
        }
    }

    private void assertNumbers(int online, int users) {
        assertEquals(online, attendance.stats(ROOM).online(), "online");
        assertEquals(users, attendance.stats(ROOM).users(), "users");
    }

    private void assertNews(long wallMs, int online, int users, int peak, int perMinute) {
        List<RoomStats> news = attendance.news(wallMs, 10);
        assertEquals(1, news.size());
        RoomStats now = news.get(0);
        assertEquals(
                List.of(online, users, peak, perMinute),
                List.of(now.online(), now.users(), now.peak(), now.perMinute()));
    }

    @Test
    void edgesAreAddedUpAndAUserOnTwoIsOne() {
        delta("a", 1, 2, List.of("7"), List.of(), 0);
        delta("b", 1, 2, List.of("7", "8"), List.of(), 0);
        assertNumbers(4, 2);
        delta("a", 2, 0, List.of(), List.of("7"), 0);
        assertNumbers(2, 2);
        delta("b", 2, 1, List.of(), List.of("7"), 0);
        assertNumbers(1, 1);
        assertEquals(4, attendance.stats(ROOM).peak());
    }

    @Test
    void afterAHoleTheEdgeIsAskedForTheRoomUntilItAnswers() {
        snapshot("a", 1, 1, List.of("7"), 0);
        attendance.requests(10);
        delta("a", 3, 3, List.of("9"), List.of(), 0);
        assertEquals(1, holes);
        assertEquals(3, attendance.stats(ROOM).online(), "each record says the viewers whole");
        assertEquals(List.of(new MembershipRequest("a", ROOM)), attendance.requests(10));
        assertEquals(List.of(), attendance.requests(10), "not twice within a second");
        pass(1_000, "a");
        assertEquals(List.of(new MembershipRequest("a", ROOM)), attendance.requests(10));
        snapshot("a", 4, 3, List.of("7", "8", "9"), 0);
        assertNumbers(3, 3);
        pass(1_000, "a");
        assertEquals(List.of(), attendance.requests(10));
    }

    @Test
    void aNewEdgeIsAskedForEverythingUntilItHasAnswered() {
        on(Membership.lease("a"));
        assertEquals(List.of(new MembershipRequest("a", null)), attendance.requests(10));
        assertEquals(List.of(), attendance.requests(10));
        pass(1_000, "a");
        assertEquals(List.of(new MembershipRequest("a", null)), attendance.requests(10));
        snapshot("a", 9, 1, List.of("7"), 0);
        pass(5_000, "a");
        assertEquals(List.of(), attendance.requests(10));
        assertNumbers(1, 1);
    }

    @Test
    void aRepeatedRecordChangesNothing() {
        delta("a", 1, 1, List.of("7"), List.of(), 1);
        delta("a", 2, 2, List.of("8"), List.of(), 2);
        delta("a", 2, 2, List.of("8"), List.of(), 2);
        snapshot("a", 2, 9, List.of("9"), 2);
        assertNumbers(2, 2);
        assertEquals(0, holes);
    }

    @Test
    void numbersThatStartAgainAreANewCount() {
        delta("a", 1, 1, List.of("7"), List.of(), 0);
        delta("a", 2, 2, List.of("8"), List.of(), 0);
        delta("a", 1, 1, List.of("9"), List.of(), 0);
        assertNumbers(1, 1);
        assertEquals(0, holes);
    }

    @Test
    void anEmptiedRoomNeedsNoSnapshot() {
        delta("a", 1, 2, List.of("7", "8"), List.of(), 0);
        delta("a", 5, 0, List.of(), List.of("8"), 0);
        assertNumbers(0, 0);
        pass(5_000, "a");
        assertFalse(attendance.requests(10).contains(new MembershipRequest("a", ROOM)));
    }

    @Test
    void anEdgeSilentForThreeSecondsIsTakenOut() {
        delta("a", 1, 1, List.of("7"), List.of(), 0);
        delta("b", 1, 1, List.of("8"), List.of(), 0);
        pass(3_000, "b");
        assertNumbers(2, 2);
        pass(1_000, "b");
        assertNumbers(1, 1);
        assertEquals(List.of("a"), dead);
    }

    @Test
    void anEdgeThatSaysGoodbyeIsTakenOutAtOnce() {
        delta("a", 1, 1, List.of("7"), List.of(), 0);
        on(Membership.bye("a"));
        assertNumbers(0, 0);
        assertEquals(List.of(), dead);
    }

    @Test
    void aStoppedPulsarEmptiesNoRoom() {
        delta("a", 1, 1, List.of("7"), List.of(), 0);
        pass(2_000, "a");
        nowMs += 120_000;
        pass(9_000);
        assertNumbers(1, 1);
        pass(1_000, "a");
        pass(4_000, "a");
        assertNumbers(1, 1);
        assertEquals(List.of(), dead);
    }

    @Test
    void anEdgeThatDoesNotComeBackAfterPulsarDidIsDead() {
        delta("a", 1, 1, List.of("7"), List.of(), 0);
        pass(2_000, "a");
        nowMs += 120_000;
        pass(20_000);
        assertNumbers(0, 0);
        assertEquals(List.of("a"), dead);
    }

    @Test
    void nothingIsPublishedBeforeTheEdgesHadTimeToAnswer() {
        // what lay in the log before this instance counted does not settle it
        delta("a", 7, 3, List.of("7"), List.of(), 0);
        nowMs += 1_000;
        on(Membership.lease("a"));
        nowMs += 2_900;
        on(Membership.lease("a"));
        nowMs += 2_900;
        on(Membership.lease("a"));
        assertEquals(List.of(), attendance.news(0, 10));
        pass(4_000, "a");
        assertEquals(List.of(), attendance.news(0, 10));
        pass(1_000, "a");
        assertEquals(1, attendance.news(0, 10).size());
    }

    @Test
    void numbersArePublishedSoonerWhenAllEdgesThatHadViewersHaveAnswered() {
        formerEdges = Set.of("a", "b");
        attendance = attendance(List.of());
        pass(1_000, "a", "b", "none");
        snapshot("a", 7, 2, List.of("7"), 0);
        pass(1_000, "a", "b", "none");
        assertEquals(List.of(), attendance.news(0, 10), "b has not answered");
        snapshot("b", 7, 1, List.of("8"), 0);
        attendance.sweep();
        assertEquals(List.of(), attendance.news(0, 10), "b may have more to say");
        pass(1_000, "a", "b", "none");
        assertNews(0, 3, 2, 3, 0);
    }

    @Test
    void anEdgeThatHadViewersAndSaysGoodbyeIsNotWaitedFor() {
        formerEdges = Set.of("a", "b");
        attendance = attendance(List.of(new RoomStats(ROOM, 3, 2, 3, 0)));
        pass(1_000, "a");
        snapshot("a", 7, 2, List.of("7"), 0);
        on(Membership.bye("b"));
        pass(2_000, "a");
        assertNews(0, 2, 1, 3, 0);
    }

    @Test
    void numbersArePublishedWhenChangedAndAtMostEveryTwoSeconds() {
        pass(5_000, "a");
        delta("a", 1, 1, List.of("7"), List.of(), 0);
        assertNews(10_000, 1, 1, 1, 0);
        delta("a", 2, 2, List.of("8"), List.of(), 0);
        assertEquals(List.of(), attendance.news(11_999, 10));
        assertNews(12_000, 2, 2, 2, 0);
        assertEquals(List.of(), attendance.news(20_000, 10));
        attendance.unpublished(ROOM);
        assertEquals(1, attendance.news(30_000, 10).size());
    }

    @Test
    void whenMoreRoomsHaveNewsThanAreToldAtATimeEachHasItsTurn() {
        int rooms = 40;
        int atOnce = 5;
        pass(5_000, "a");
        Set<String> told = new HashSet<>();
        for (int beat = 1; beat <= rooms / atOnce; beat++) {
            for (int i = 0; i < rooms; i++) {
                RoomKey busy = new RoomKey("default", "busy-" + i);
                on(new Membership("a", Kind.DELTA, busy, beat, beat, List.of(), List.of(), 0));
            }
            attendance
                    .news(10_000 + beat * 500L, atOnce)
                    .forEach(stats -> told.add(stats.room().room()));
        }
        assertEquals(rooms, told.size());
    }

    @Test
    void aForgottenRoomThatComesBackHasItsTurnOnce() {
        pass(5_000, "a");
        delta("a", 1, 1, List.of("7"), List.of(), 0);
        attendance.news(0, 10);
        delta("a", 2, 0, List.of(), List.of("7"), 0);
        pass(3_600_000, "a");
        attendance.forget(10);
        delta("a", 3, 1, List.of("7"), List.of(), 0);
        assertEquals(1, attendance.news(10_000, 10).size());
        delta("a", 4, 2, List.of("8"), List.of(), 0);
        assertEquals(1, attendance.news(20_000, 10).size());
    }

    @Test
    void whatAFormerInstancePublishedIsPutRight() {
        attendance = attendance(List.of(new RoomStats(ROOM, 17, 15, 40, 3)));
        pass(5_000, "a");
        assertNews(0, 0, 0, 40, 0);
    }

    @Test
    void sentEventsCountForAMinuteAndNotFromBeforeTheTakeOver() {
        snapshot("a", 30, 1, List.of("7"), 5_000);
        delta("b", 1, 1, List.of("8"), List.of(), 2);
        delta("a", 31, 1, List.of(), List.of(), 5_010);
        assertEquals(12, attendance.stats(ROOM).perMinute());
        pass(62_000, "a", "b");
        assertEquals(0, attendance.stats(ROOM).perMinute());
    }

    @Test
    void aRoomEmptyForLongIsForgotten() {
        pass(5_000, "a");
        delta("a", 1, 1, List.of("7"), List.of(), 0);
        attendance.news(0, 10);
        delta("a", 2, 0, List.of(), List.of("7"), 0);
        assertEquals(List.of(), attendance.forget(10));
        pass(3_600_000, "a");
        assertEquals(List.of(ROOM), attendance.forget(10));
        assertNull(attendance.stats(ROOM));
        delta("a", 3, 1, List.of("7"), List.of(), 0);
        assertNumbers(1, 1);
    }

    @Test
    void aboveTheBoundOfUsersTheyAreEstimatedByViewers() {
        delta("a", 1, 3, List.of("1", "2", "3"), List.of(), 0);
        delta("b", 1, 8, List.of("4", "5", "6", "7", "8", "9", "10", "11"), List.of(), 0);
        assertEquals(List.of("users"), dropped);
        assertNumbers(11, 11);
        delta("b", 2, 6, List.of(), List.of("4", "5"), 0);
        assertNumbers(9, 9);
        delta("b", 3, 0, List.of(), List.of(), 0);
        assertNumbers(3, 3);
        delta("b", 4, 1, List.of("3"), List.of(), 0);
        assertNumbers(4, 3);
    }

    @Test
    void edgesAboveTheBoundAreNotCounted() {
        for (String edge : List.of("a", "b", "c", "d", "e")) {
            delta(edge, 1, 1, List.of(edge), List.of(), 0);
        }
        assertNumbers(4, 4);
        assertTrue(dropped.contains("edges"));
    }
}
