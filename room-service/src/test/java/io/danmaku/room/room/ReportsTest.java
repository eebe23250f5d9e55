package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Report;
import io.danmaku.protocol.room.RoomKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportsTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private static final LiveStream ENDED = new LiveStream("k3", 12, 1_000);

    private static RoomStats stats(RoomStats.Stream stream, long atMs) {
        return new RoomStats(ROOM, 4, 3, 9, 0, false, Map.of("web", 4), stream, atMs, null);
    }

    @Test
    void aReportHasThePublishedNumbersAndWhatWasWatchedSince() {
        RoomStats now = stats(new RoomStats.Stream("k3", 12, 1_000, 7L, 20, 600, 11), 98_000);
        assertEquals(
                new Report(ROOM, "k3", 12, 1_000, 100_000, 9, 7L, 20, 608, 11), Reports.of(ROOM, ENDED, now, 100_000));
        assertEquals(600, Reports.of(ROOM, ENDED, now, 97_000).watchSeconds(), "a clock that is behind");
        assertEquals(660, Reports.of(ROOM, ENDED, now, 900_000).watchSeconds(), "nobody counts");
    }

    @Test
    void theNumbersOfAnotherStreamAreNotItsOwn() {
        for (RoomStats.Stream other : new RoomStats.Stream[] {
            null,
            new RoomStats.Stream("k3", 11, 1_000, 7L, 20, 600, 11),
            new RoomStats.Stream("k2", 12, 1_000, 7L, 20, 600, 11)
        }) {
            Report report = Reports.of(ROOM, ENDED, stats(other, 98_000), 100_000);
            assertEquals(0, report.messages());
            assertEquals(0, report.watchSeconds());
            assertNull(report.uniques());
        }
    }

    @Test
    void theTableListsTheNewestFirstAndForgets() {
        RoomTable table = new RoomTable();
        for (long stream : new long[] {2, 9, 10, 100}) {
            Report report = new Report(ROOM, "k3", stream, 1, 2, 3, null, 4, 5, 6);
            table.apply(StateKeys.report(ROOM, stream), Json.bytes(report), 1);
        }
        Report other = new Report(new RoomKey("default", "421"), "k3", 5, 1, 2, 3, null, 4, 5, 6);
        table.apply(StateKeys.report(other.room(), 5), Json.bytes(other), 1);
        assertEquals(List.of(100L, 10L, 9L, 2L), streams(table, Long.MAX_VALUE));
        assertEquals(List.of(9L, 2L), streams(table, 10));
        table.apply(StateKeys.report(ROOM, 9), null, 1);
        assertEquals(List.of(2L), streams(table, 10));
        assertEquals(4, table.reports().count());
    }

    private static List<Long> streams(RoomTable table, long below) {
        return table.reports().reports(ROOM, below).stream().map(Report::stream).toList();
    }
}
