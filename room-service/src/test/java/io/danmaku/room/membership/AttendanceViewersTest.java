package io.danmaku.room.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.Membership.Kind;
import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.token.Profile;
import io.danmaku.room.room.LiveStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is in a room, on what, and how many. */
class AttendanceViewersTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private static final MembershipBounds BOUNDS = new MembershipBounds(8, 20_000, 2_000, 2_000, 3_600_000, 10_000);

    private final Attendance attendance =
            new Attendance("~me", BOUNDS, Silent.WATCHER, List.of(), null, room -> LiveStream.NONE);
    private long nowMs = 1_795_000_000_000L;

    private void on(Membership record) {
        attendance.on(record, nowMs += 10);
    }

    private void delta(
            String edge, long n, Map<String, Integer> devices, int guests, List<String> joined, List<String> marks) {
        int viewers = devices.values().stream().mapToInt(Integer::intValue).sum();
        on(new Membership(edge, Kind.DELTA, ROOM, n, viewers, joined, List.of(), 0, marks, devices, guests, 0, 0));
    }

    private static List<String> users(int from, int to) {
        List<String> users = new ArrayList<>();
        for (int i = from; i < to; i++) {
            users.add(String.format("u%05d", i));
        }
        return users;
    }

    @Test
    void devicesAreAddedUpOverEdgesAndGoWithThem() {
        delta("a", 1, Map.of("web", 2, "ios", 1), 0, List.of("7"), List.of("w0x3"));
        delta("b", 1, Map.of("web", 1, "tv", 4), 0, List.of("8"), List.of("t0x5"));
        assertEquals(Map.of("web", 3, "ios", 1, "tv", 4), attendance.stats(ROOM).devices());
        delta("a", 2, Map.of("ios", 1), 0, List.of("7"), List.of("i0"));
        assertEquals(Map.of("web", 1, "ios", 1, "tv", 4), attendance.stats(ROOM).devices());
        on(Membership.bye("b"));
        assertEquals(Map.of("ios", 1), attendance.stats(ROOM).devices());
        assertEquals(1, attendance.stats(ROOM).online());
    }

    @Test
    void theViewersOfAnOldEdgeAreOnDevicesThatNobodyKnows() {
        on(new Membership("old", Kind.SNAPSHOT, ROOM, 1, 3, List.of("7", "8"), List.of(), 0));
        assertEquals(Map.of("other", 3), attendance.stats(ROOM).devices());
        assertEquals(new Viewer("7", Role.VIEWER, Profile.NO_LEVEL, DeviceKind.OTHER, 1), attendance.viewer(ROOM, "7"));
    }

    @Test
    void guestsAreOnlineAndNoUsers() {
        delta("a", 1, Map.of("web", 5), 4, List.of("7"), List.of("w0"));
        assertEquals(5, attendance.stats(ROOM).online());
        assertEquals(1, attendance.stats(ROOM).users());
        delta("a", 2, Map.of("web", 4), 4, List.of(), List.of());
        assertEquals(0, attendance.stats(ROOM).users(), "no more users than viewers who are no guests");
    }

    @Test
    void aUserOnTwoEdgesIsOneWithTheHigherRole() {
        delta("a", 1, Map.of("web", 1), 0, List.of("7"), List.of("w112"));
        delta("b", 1, Map.of("tv", 2), 0, List.of("7"), List.of("t3x2"));
        Viewer found = attendance.viewer(ROOM, "7");
        assertEquals(Role.MODERATOR, found.role());
        assertEquals(12, found.level());
        assertEquals(3, found.connections());
        assertNull(attendance.viewer(ROOM, "8"));
        assertNull(attendance.viewer(new RoomKey("default", "43"), "7"));
        // told again as something else
        delta("b", 2, Map.of("tv", 1), 0, List.of("7"), List.of("t0"));
        assertEquals(Role.MEMBER, attendance.viewer(ROOM, "7").role());
        assertEquals(2, attendance.viewer(ROOM, "7").connections());
        assertEquals(1, attendance.stats(ROOM).users());
    }

    @Test
    void upToAThousandUsersAreListedPageByPage() {
        List<String> all = users(0, 1_000);
        delta("a", 1, Map.of("web", 600), 0, all.subList(0, 600), List.of());
        delta("b", 1, Map.of("web", 600), 0, all.subList(400, 1_000), List.of());
        List<String> listed = new ArrayList<>();
        String cursor = null;
        do {
            ViewerPage page = attendance.viewers(ROOM, cursor, 200);
            assertFalse(page.sampled());
            page.viewers().forEach(viewer -> listed.add(viewer.user()));
            cursor = page.cursor();
        } while (cursor != null);
        assertEquals(all, listed);
    }

    @Test
    void ofMoreASampleIsToldAndWhoRanksHighest() {
        List<String> all = users(0, 1_001);
        List<String> marks = new ArrayList<>(Collections.nCopies(1_001, "w0"));
        marks.set(500, "w5");
        marks.set(501, "i390");
        marks.set(502, "i395");
        marks.set(503, "w01000");
        delta("a", 1, Map.of("web", 1_001), 0, all, marks);
        ViewerPage page = attendance.viewers(ROOM, null, 50);
        assertTrue(page.sampled());
        assertNull(page.cursor());
        Set<String> some = new HashSet<>();
        page.viewers().forEach(viewer -> some.add(viewer.user()));
        assertEquals(50, some.size());
        assertTrue(all.containsAll(some));
        assertEquals(RoomViewers.TOP_MAX, page.top().size());
        assertEquals(
                List.of("u00500", "u00502", "u00501", "u00503"),
                page.top().stream().map(Viewer::user).limit(4).toList());
    }

    @Test
    void aboveTheRoomsBoundUsersAreEstimatedAndBelowItCountedAgain() {
        List<String> all = users(0, 12_000);
        delta("a", 1, Map.of("web", 8_000), 0, all.subList(0, 8_000), List.of());
        delta("b", 1, Map.of("web", 8_000), 0, all.subList(4_000, 12_000), List.of());
        assertTrue(attendance.stats(ROOM).usersEstimated());
        int users = attendance.stats(ROOM).users();
        assertTrue(Math.abs(users - 12_000) < 1_200, users + " instead of 12,000");
        assertEquals(16_000, attendance.stats(ROOM).online(), "connections are never estimated");
        assertTrue(attendance.viewers(ROOM, null, 10).sampled());
        all.forEach(user -> assertTrue(attendance.viewer(ROOM, user) != null, "each is known still"));
        on(Membership.bye("b"));
        on(new Membership(
                "a", Kind.DELTA, ROOM, 2, 900, List.of(), all.subList(900, 8_000), 0, List.of(), Map.of(), 0, 0, 0));
        assertFalse(attendance.stats(ROOM).usersEstimated());
        assertEquals(900, attendance.stats(ROOM).users());
        assertFalse(attendance.viewers(ROOM, null, 10).sampled());
    }
}
