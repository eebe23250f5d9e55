package io.danmaku.room.membership;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.log.RoomStats.Counted;
import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.LiveStream;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/** One room's numbers, added up over the edges. */
final class RoomAttendance {
    /** How often the numbers of a running stream are published when nothing but watch time changed. */
    static final long WATCHED_INTERVAL_MS = 10_000;
    /** And when nothing changed at all: the topic keeps a record for 10 minutes, and whoever counts next begins with it. */
    static final long REPEAT_INTERVAL_MS = 300_000;
    /** Between a former instance's last numbers and this one's first record no more than this counts as watched. */
    static final long GAP_MS_MAX = WATCHED_INTERVAL_MS + LogClock.STEP_MAX_MS;

    private final RoomKey room;
    private final UserCount users;
    private final MinuteCount minute = new MinuteCount();
    private final int[] devices = new int[DeviceKind.COUNT];
    private int online;
    private int guests;
    private int uncounted;
    private int peak;
    /** Null while no stream runs. */
    private StreamCount stream;
    /** Log time up to which the stream's watch time is added up. */
    private long watchedAtMs;
    /** Viewers whom a former instance counted: until all edges have answered there are not fewer. */
    private int assumed;
    /** What a former instance had counted of each edge, null = not known. */
    private Map<String, Counted> formerEdges;
    /** Last published numbers, null = none, or they may not have been taken. */
    private RoomStats published;

    private long publishedAtMs;
    private long emptySinceMs;
    /** Who was told to be here where they are too many to be listed, and when, by log time. */
    ViewerPage sample;

    long sampledAtMs;

    /** @param namedMax users that are remembered; above it they are estimated */
    RoomAttendance(RoomKey room, int namedMax, long nowMs) {
        this.room = room;
        users = new UserCount(namedMax);
        publishedAtMs = Long.MIN_VALUE / 2;
        emptySinceMs = nowMs;
        watchedAtMs = nowMs;
    }

    RoomKey room() {
        return room;
    }

    UserCount users() {
        return users;
    }

    StreamCount stream() {
        return stream;
    }

    /** Continues from what a former instance published. */
    void resume(RoomStats former) {
        published = former;
        peak = Math.max(peak, former.peak());
        if (former.stream() != null) {
            stream = new StreamCount(former.stream());
            assumed = former.online();
            formerEdges = former.edges();
        }
    }

    /** The first record was read, at this time of the broker's: what was watched since the former numbers is added, unless they are old. */
    void begin(long brokerMs) {
        if (stream == null || published == null) {
            return;
        }
        long gapMs = Math.max(0, brokerMs - published.atMs());
        if (gapMs <= GAP_MS_MAX) {
            stream.watched(assumed, gapMs);
        } else {
            assumed = 0;
        }
    }

    /** All edges have answered. */
    void settle(long nowMs) {
        watch(nowMs);
        assumed = 0;
        formerEdges = null;
    }

    /**
     * Which stream runs.
     *
     * @param live null = not known: what ran before runs on
     */
    void live(LiveStream live, long nowMs) {
        watch(nowMs);
        if (live == null) {
            return;
        }
        if (live.equals(LiveStream.NONE)) {
            stream = null;
            formerEdges = null;
        } else if (stream == null || !stream.stream().equals(live)) {
            stream = new StreamCount(live, online);
            peak = online;
            formerEdges = null;
        }
    }

    private void watch(long nowMs) {
        if (stream != null) {
            stream.watched(Math.max(online, assumed), nowMs - watchedAtMs);
        }
        watchedAtMs = nowMs;
    }

    /** Adds (1) or takes out (-1) what one edge counts. */
    void add(EdgeRoom held, int sign, long nowMs) {
        watch(nowMs);
        online += sign * held.viewers;
        guests += sign * held.guests;
        uncounted += sign * held.uncountedUsers();
        for (int i = 0; i < devices.length; i++) {
            devices[i] += sign * held.devices()[i];
        }
        peak = Math.max(peak, online);
        if (online == 0) {
            emptySinceMs = nowMs;
        }
    }

    /** A user came to an edge. */
    void enter(String user) {
        users.enter(user);
        if (stream != null) {
            stream.newcomer(user);
        }
    }

    void leave(String user) {
        users.leave(user);
    }

    /**
     * An edge is heard of for the first time. What it had sent before and a former instance had not counted is the stream's, though not of
     * this minute.
     *
     * @return false when this instance is to count all that the record says
     */
    boolean catchUp(String edge, Membership record) {
        Counted known = formerEdges == null ? null : formerEdges.get(edge);
        boolean goesOn = known != null && known.since() == record.since();
        if (!goesOn && record.n() == record.since() + 1) {
            return false;
        }
        if (stream != null && formerEdges != null) {
            stream.sent(Math.max(0, record.sent() - (goesOn ? known.sent() : 0)));
            stream.came(Math.max(0, record.came() - (goesOn ? known.came() : 0)));
        }
        return true;
    }

    /** An edge sent so many more events, and so many more connections came to it. */
    void counted(long sent, long came, long nowMs) {
        if (sent > 0) {
            minute.add(nowMs, sent);
        }
        if (stream != null) {
            stream.sent(sent);
            stream.came(came);
        }
    }

    /**
     * The numbers to publish now, or null when they are the published ones.
     *
     * @param edges see {@link RoomStats#edges()}
     */
    RoomStats news(long nowMs, long brokerMs, long wallMs, Supplier<Map<String, Counted>> edges) {
        watch(nowMs);
        RoomStats now = stats(nowMs);
        if (published == null) {
            boolean nothingYet = online == 0 && peak == 0 && now.perMinute() == 0 && stream == null;
            return nothingYet ? null : complete(now, brokerMs, edges);
        }
        if (now.showsSameAs(published) && isSame(now.stream(), published.stream())) {
            long sinceMs = wallMs - publishedAtMs;
            boolean due = stream != null && sinceMs >= (online > 0 ? WATCHED_INTERVAL_MS : REPEAT_INTERVAL_MS);
            return due ? complete(now, brokerMs, edges) : null;
        }
        return complete(now, brokerMs, edges);
    }

    private static boolean isSame(RoomStats.Stream now, RoomStats.Stream told) {
        if (now == null || told == null) {
            return now == null && told == null;
        }
        return now.number() == told.number()
                && now.epoch().equals(told.epoch())
                && Objects.equals(now.uniques(), told.uniques())
                && now.messages() == told.messages()
                && now.joins() == told.joins();
    }

    private static RoomStats complete(RoomStats now, long brokerMs, Supplier<Map<String, Counted>> edges) {
        return now.stream() == null
                ? now
                : new RoomStats(
                        now.room(),
                        now.online(),
                        now.users(),
                        now.peak(),
                        now.perMinute(),
                        now.usersEstimated(),
                        now.devices(),
                        now.stream(),
                        brokerMs,
                        edges.get());
    }

    RoomStats stats(long nowMs) {
        Map<String, Integer> byKind = new TreeMap<>();
        for (DeviceKind kind : DeviceKind.values()) {
            if (devices[kind.place()] > 0) {
                byKind.put(kind.wireName(), devices[kind.place()]);
            }
        }
        return new RoomStats(
                room,
                online,
                Math.min(online - guests, users.users() + uncounted),
                peak,
                minute.sum(nowMs),
                users.isEstimated() || uncounted > 0,
                byKind,
                stream == null ? null : stream.numbers(),
                0,
                null);
    }

    void published(RoomStats stats, long wallMs) {
        published = stats;
        publishedAtMs = wallMs;
    }

    /** What was published may not have arrived: publish again. */
    void unpublished() {
        published = null;
    }

    /** News of it do not wait. */
    void hurry() {
        publishedAtMs = Long.MIN_VALUE / 2;
    }

    boolean wasPublished() {
        return published != null;
    }

    long publishedAtMs() {
        return publishedAtMs;
    }

    boolean isEmptySince(long timeMs, long nowMs) {
        return online == 0 && stream == null && emptySinceMs <= timeMs && minute.sum(nowMs) == 0;
    }
}
