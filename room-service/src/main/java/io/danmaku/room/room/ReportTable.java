package io.danmaku.room.room;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Report;
import io.danmaku.protocol.room.RoomKey;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The reports of streams in a {@link RoomTable}. */
public final class ReportTable {
    /** Sorts behind every key with the prefix before it. */
    private static final char LAST = '\uffff';

    private final NavigableMap<String, Report> reports = new TreeMap<>();

    /** @param value null deletes it */
    void apply(String key, byte[] value) {
        if (value == null) {
            reports.remove(key);
        } else {
            reports.put(key, Json.read(value, Report.class));
        }
    }

    /** The report of a stream, of whichever epoch of the room, or null. */
    Report report(RoomKey room, long stream) {
        return reports.get(StateKeys.report(room, stream));
    }

    /**
     * Reports of a room, of whichever epoch, the newest first.
     *
     * @param below the stream behind which to begin
     */
    List<Report> reports(RoomKey room, long below) {
        String prefix = StateKeys.reportsIn(room);
        return List.copyOf(reports.subMap(prefix, true, prefix + LAST, false)
                .headMap(StateKeys.report(room, below), false)
                .descendingMap()
                .values());
    }

    /** Up to {@code limit} for which something is true. */
    List<Report> reports(Predicate<Report> wanted, int limit) {
        return reports.values().stream().filter(wanted).limit(limit).toList();
    }

    int count() {
        return reports.size();
    }
}
