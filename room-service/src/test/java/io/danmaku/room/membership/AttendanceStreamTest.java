package io.danmaku.room.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.Membership.Kind;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.LiveStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is counted of a stream, and what the next instance keeps of it. */
class AttendanceStreamTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private static final LiveStream FIRST = new LiveStream("k3", 1, 5);
    private static final LiveStream SECOND = new LiveStream("k3", 2, 9);
    private static final String TICK = "~me";
    private static final MembershipBounds BOUNDS = new MembershipBounds(8, 1_000, 1_000, 2_000, 3_600_000, 10_000);

    private long nowMs = 1_795_000_000_000L;
    private LiveStream live = LiveStream.NONE;
    private Attendance attendance = attendance(List.of());

    private Attendance attendance(List<RoomStats> former) {
        return new Attendance(TICK, BOUNDS, Silent.WATCHER, former, null, room -> live);
    }

    private void on(Membership record) {
        attendance.on(record, nowMs);
    }

    private void edge(
            String edge, Kind kind, long n, int viewers, List<String> users, long sent, long came, long since) {
        on(new Membership(
                edge, kind, ROOM, n, viewers, users, List.of(), sent, null, Map.of("web", viewers), 0, came, since));
    }

    private void edge(long n, int viewers, List<String> users, long sent, long came) {
        edge("a", Kind.DELTA, n, viewers, users, sent, came, 0);
    }

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

    private RoomStats.Stream stream() {
        return attendance.stats(ROOM).stream();
    }

    private void notice() {
        attendance.news(nowMs, 10);
    }

    @Test
    void aStreamIsCountedFromItsBeginToItsEnd() {
        pass(5_000, "a");
        edge(1, 2, List.of("7", "8"), 4, 2);
        assertNull(stream());
        live = FIRST;
        notice();
        assertEquals(new RoomStats.Stream("k3", 1, 5, null, 0, 0, 2), stream());
        pass(10_000, "a");
        edge(2, 3, List.of("9"), 9, 3);
        pass(10_000, "a");
        notice();
        assertEquals(new RoomStats.Stream("k3", 1, 5, null, 5, 50, 3), stream());
        assertEquals(3, attendance.stats(ROOM).peak());
        edge(3, 1, List.of(), 9, 3);
        live = LiveStream.NONE;
        notice();
        assertNull(stream());
        assertEquals(3, attendance.stats(ROOM).peak(), "stands until the next one begins");
        live = SECOND;
        notice();
        assertEquals(new RoomStats.Stream("k3", 2, 9, null, 0, 0, 1), stream());
        assertEquals(1, attendance.stats(ROOM).peak());
    }

    @Test
    void aRoomThatAnEdgeForgotAndBeginsAgainLosesNothing() {
        live = FIRST;
        edge(1, 1, List.of("7"), 5, 1);
        edge(2, 0, List.of(), 5, 1);
        edge("a", Kind.SNAPSHOT, 6, 1, List.of("7"), 7, 1, 5);
        assertEquals(12, stream().messages());
        assertEquals(2, stream().joins());
    }

    @Test
    void watchTimeAloneIsPublishedNowAndThenAndAnEmptyRoomSeldom() {
        live = FIRST;
        pass(5_000, "a");
        edge(1, 1, List.of("7"), 0, 1);
        assertEquals(1, attendance.news(0, 10).size());
        pass(5_000, "a");
        assertEquals(
                0, attendance.news(RoomAttendance.WATCHED_INTERVAL_MS - 1, 10).size());
        List<RoomStats> news = attendance.news(RoomAttendance.WATCHED_INTERVAL_MS, 10);
        assertEquals(5, news.get(0).stream().watchSeconds());
        assertEquals(nowMs, news.get(0).atMs());
        edge(2, 0, List.of(), 0, 1);
        assertEquals(1, attendance.news(20_000, 10).size());
        assertEquals(0, attendance.news(40_000, 10).size());
        assertEquals(
                1,
                attendance.news(20_000 + RoomAttendance.REPEAT_INTERVAL_MS, 10).size());
    }

    @Test
    void theNextInstanceGoesOnWithoutALoss() {
        live = FIRST;
        pass(5_000, "a", "b");
        edge(1, 2, List.of("7", "8"), 10, 2);
        edge("b", Kind.DELTA, 1, 1, List.of("9"), 3, 1, 0);
        pass(4_000, "a", "b");
        attendance.stream(ROOM).uniques(3L);
        RoomStats published = attendance.news(nowMs, 10).get(0);
        assertEquals(new RoomStats.Stream("k3", 1, 5, 3L, 13, 12, 3), published.stream());
        // 2 s later it is killed: what is said from then on the next one reads, 9 s later
        nowMs += 2_000;
        attendance = attendance(List.of(published));
        edge(2, 2, List.of(), 14, 2);
        nowMs += 2_000;
        edge(3, 3, List.of("6"), 16, 3);
        edge("c", Kind.SNAPSHOT, 1, 1, List.of("5"), 1, 1, 0);
        nowMs += 2_000;
        on(Membership.lease("b"));
        edge("b", Kind.SNAPSHOT, 4, 1, List.of("9"), 5, 1, 0);
        RoomStats.Stream now = stream();
        assertEquals(13 + 6 + 1 + 2, now.messages());
        assertEquals(3 + 1 + 1, now.joins());
        assertEquals(3L, now.uniques());
        // 4 s with the 3 of before, 2 s with 4
        assertEquals(12 + 12 + 8, now.watchSeconds());
        assertTrue(attendance.stats(ROOM).perMinute() <= 6, "what was sent before is not of this minute");
    }

    @Test
    void oldNumbersAreKeptAndNothingIsMadeUpSince() {
        live = FIRST;
        RoomStats old = new RoomStats(
                ROOM,
                50,
                50,
                60,
                0,
                false,
                Map.of("web", 50),
                new RoomStats.Stream("k3", 1, 5, 55L, 7, 1_000, 70),
                nowMs - 3_600_000,
                Map.of());
        attendance = attendance(List.of(old));
        pass(6_000, "a");
        assertEquals(new RoomStats.Stream("k3", 1, 5, 55L, 7, 1_000, 70), stream());
    }

    @Test
    void whileNobodyKnowsWhichStreamRunsTheFormerOneRunsOn() {
        RoomStats former = new RoomStats(
                ROOM, 0, 0, 3, 0, false, Map.of(), new RoomStats.Stream("k3", 1, 5, 3L, 7, 9, 3), nowMs, Map.of());
        live = null;
        attendance = attendance(List.of(former));
        edge(1, 1, List.of("7"), 0, 1);
        assertEquals(7, stream().messages());
        live = SECOND;
        assertEquals(new RoomStats.Stream("k3", 2, 9, null, 0, 0, 1), stream());
    }

    @Test
    void whoCameIsToldToRedisOnceAndEverybodyWhenThatFailed() {
        live = FIRST;
        edge(1, 2, List.of("7", "8"), 0, 2);
        assertEquals(List.of(), attendance.roomsWithNewcomers(), "not before all edges have answered");
        pass(5_000, "a");
        assertEquals(List.of(ROOM), attendance.roomsWithNewcomers());
        assertEquals(List.of("7", "8"), sorted(attendance.takeNewcomers(ROOM)));
        assertEquals(List.of(), attendance.roomsWithNewcomers());
        attendance.stream(ROOM).uniques(2L);
        assertEquals(2L, stream().uniques());
        edge(2, 3, List.of("9"), 0, 3);
        assertEquals(List.of("9"), attendance.takeNewcomers(ROOM));
        attendance.stream(ROOM).uniques(null);
        assertNull(stream().uniques(), "Redis is away");
        assertEquals(List.of("7", "8", "9"), sorted(attendance.takeNewcomers(ROOM)));
        attendance.stream(ROOM).uniques(3L);
        // a Redis that begins from nothing
        edge(3, 4, List.of("6"), 0, 4);
        assertEquals(List.of("6"), attendance.takeNewcomers(ROOM));
        attendance.stream(ROOM).uniques(1L);
        assertEquals(3L, stream().uniques());
        assertEquals(List.of("6", "7", "8", "9"), sorted(attendance.takeNewcomers(ROOM)));
        attendance.stream(ROOM).uniques(4L);
        assertEquals(4L, stream().uniques());
    }

    private static List<String> sorted(List<String> users) {
        List<String> sorted = new ArrayList<>(users);
        sorted.sort(null);
        return sorted;
    }

    @Test
    void anEdgesDeathIsToldAtOnce() {
        pass(5_000, "a", "b");
        edge(1, 1, List.of("7"), 0, 1);
        edge("b", Kind.DELTA, 1, 1, List.of("8"), 0, 1, 0);
        assertEquals(2, attendance.news(100_000, 10).get(0).online());
        pass(4_000, "a");
        assertEquals(1, attendance.news(100_001, 10).get(0).online());
    }

    @Test
    void aBurstOfJoinsIsToldEveryTwoSeconds() {
        pass(5_000, "a");
        int told = 0;
        for (int i = 1; i <= 240; i++) {
            nowMs += 250;
            edge(i, i, List.of("u" + i), i, i);
            told += attendance.news(nowMs, 10).size();
        }
        assertEquals(30, told, "in a minute");
    }
}
