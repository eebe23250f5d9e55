package io.danmaku.room.membership;

import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.room.RoomKey;
import java.util.HashMap;
import java.util.Map;

/** One room's numbers, added up over the edges. */
final class RoomAttendance {
    private final RoomKey room;
    /** On how many edges a user is. */
    private final Map<String, Integer> edgesOfUser = new HashMap<>();

    private final MinuteCount minute = new MinuteCount();
    private int online;
    private int uncounted;
    private int peak;
    /** Last published numbers, null = none, or they may not have been taken. */
    private RoomStats published;

    private long publishedAtMs;
    private long emptySinceMs;

    RoomAttendance(RoomKey room, long nowMs) {
        this.room = room;
        this.publishedAtMs = Long.MIN_VALUE / 2;
        this.emptySinceMs = nowMs;
    }

    RoomKey room() {
        return room;
    }

    /** Continues from what a former instance published. */
    void resume(RoomStats former) {
        published = former;
        peak = Math.max(peak, former.peak());
    }

    void enter(String user) {
        edgesOfUser.merge(user, 1, Integer::sum);
    }

    void leave(String user) {
        edgesOfUser.computeIfPresent(user, (u, n) -> n == 1 ? null : n - 1);
    }

    /** The viewers of one edge changed by so many. */
    void viewers(int difference, int uncountedDifference, long nowMs) {
        online += difference;
        uncounted += uncountedDifference;
        peak = Math.max(peak, online);
        if (online == 0) {
            emptySinceMs = nowMs;
        }
    }

    void sent(long count, long nowMs) {
        if (count > 0) {
            minute.add(nowMs, count);
        }
    }

    /** The numbers to publish now, or null when they are the published ones. */
    RoomStats news(long nowMs) {
        RoomStats now = stats(nowMs);
        if (now.equals(published)) {
            return null;
        }
        boolean nothingYet = published == null && online == 0 && peak == 0 && now.perMinute() == 0;
        return nothingYet ? null : now;
    }

    RoomStats stats(long nowMs) {
        int users = Math.min(online, edgesOfUser.size() + uncounted);
        return new RoomStats(room, online, users, peak, minute.sum(nowMs));
    }

    void published(RoomStats stats, long wallMs) {
        published = stats;
        publishedAtMs = wallMs;
    }

    /** What was published may not have arrived: publish again. */
    void unpublished() {
        published = null;
    }

    boolean wasPublished() {
        return published != null;
    }

    long publishedAtMs() {
        return publishedAtMs;
    }

    boolean isEmptySince(long timeMs, long nowMs) {
        return online == 0 && emptySinceMs <= timeMs && minute.sum(nowMs) == 0;
    }
}
