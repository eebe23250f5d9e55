package io.danmaku.room.room;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Report;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Reports of streams that ended: made with the end, read, and removed after a year. On the state context. */
public final class Reports {
    /** Reports kept of a room; with one more the oldest goes. */
    public static final int PER_ROOM_MAX = 100;

    private static final long KEPT_MS = TimeUnit.DAYS.toMillis(365);
    /** Numbers are not older, while anybody watches; what was watched since is added. */
    private static final long NUMBERS_OLD_MS_MAX = 15_000;

    private static final long SECOND_MS = 1_000;

    private final StateGroups groups;
    private final Function<RoomKey, RoomStats> stats;
    private final Sweep<Report> outdated;

    /** @param stats a room's numbers as they were last published */
    public Reports(StateGroups groups, Function<RoomKey, RoomStats> stats) {
        this.groups = groups;
        this.stats = stats;
        outdated = new Sweep<>(
                groups,
                (table, nowMs, limit) -> table.reports()
                        .reports(report -> report.toMs() < nowMs - KEPT_MS || isGone(table, report), limit),
                report -> StateKeys.report(report.room(), report.stream()));
    }

    private static boolean isGone(RoomTable table, Report report) {
        RoomState room = table.room(report.room());
        return room == null || !room.epoch().equals(report.epoch());
    }

    /**
     * The records of a change: that of the room last, and before it, when the change ends a stream, that of the report. If this process dies
     * between the two, the stream runs on, and its end makes the report anew.
     */
    StateChange.Write[] with(
            StateChange.Write changed, RoomTable table, RoomState before, RoomState now, Actor by, long nowMs) {
        LiveStream ended = LiveStream.of(before);
        if (ended.equals(LiveStream.NONE) || now.profile().live()) {
            return new StateChange.Write[] {changed};
        }
        RoomKey room = before.key();
        Report report = of(room, ended, stats.apply(room), nowMs);
        List<StateChange.Write> writes = new ArrayList<>();
        writes.add(StateChange.Write.put(
                by.act("report.made", room, Long.toString(ended.number()), ""),
                StateKeys.report(room, ended.number()),
                report));
        table.reports().reports(room, ended.number()).stream()
                .skip(PER_ROOM_MAX - 1)
                .forEach(old -> writes.add(StateChange.Write.delete(StateKeys.report(room, old.stream()))));
        writes.add(changed);
        return writes.toArray(StateChange.Write[]::new);
    }

    static Report of(RoomKey room, LiveStream ended, RoomStats now, long nowMs) {
        RoomStats.Stream counted = now.stream();
        boolean isOfIt = counted != null
                && counted.number() == ended.number()
                && counted.epoch().equals(ended.epoch());
        if (!isOfIt) {
            // too short to be counted, or nobody ever came
            return new Report(
                    room,
                    ended.epoch(),
                    ended.number(),
                    ended.sinceMs(),
                    nowMs,
                    now.online(),
                    null,
                    0,
                    0,
                    now.online());
        }
        long sinceMs = Math.max(0, Math.min(NUMBERS_OLD_MS_MAX, nowMs - now.atMs()));
        return new Report(
                room,
                ended.epoch(),
                ended.number(),
                ended.sinceMs(),
                nowMs,
                now.peak(),
                counted.uniques(),
                counted.messages(),
                counted.watchSeconds() + now.online() * sinceMs / SECOND_MS,
                counted.joins());
    }

    /** The report of a stream of the room as it is. */
    public Result<Report> read(RoomKey key, long stream) {
        Result<RoomState> room = groups.read(key);
        if (room.isRefused()) {
            return Result.refused(room.refusal());
        }
        Report report = groups.table(key).reports().report(key, stream);
        return report == null || !report.epoch().equals(room.value().epoch())
                ? Result.refused(ErrorCode.NOT_FOUND, "there is no report of such a stream")
                : Result.of(report);
    }

    /** Reports of the room as it is, the newest first, of streams below one. */
    public Result<List<Report>> list(RoomKey key, long below, int limit) {
        Result<RoomState> room = groups.read(key);
        if (room.isRefused()) {
            return Result.refused(room.refusal());
        }
        return Result.of(groups.table(key).reports().reports(key, below).stream()
                .filter(report -> report.epoch().equals(room.value().epoch()))
                .limit(limit)
                .toList());
    }

    /** Removes what is of no more use. */
    public void sweep() {
        outdated.run();
    }
}
