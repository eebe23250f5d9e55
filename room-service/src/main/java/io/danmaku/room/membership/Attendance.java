package io.danmaku.room.membership;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.MembershipRequest;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.log.RoomStats.Counted;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.LiveStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Adds up what edges say of their viewers. Fed with the membership topic's records in their order; knows no clock and no
 * I/O. One instance of it lives from one take-over to the next.
 *
 * <p>An edge numbers its records of a room. While the numbers follow, the users are exact; after a hole they are a guess
 * until the edge has answered with a snapshot. A number that starts again at 1 is an edge that had forgotten the room.
 * An edge of which nothing was heard for {@link Membership#LEASE_DEAD_MS} of log time is taken out.
 */
final class Attendance {
    /** What a room-service's own ticks are keyed with in front of its incarnation; such a record only moves time. */
    static final String TICK_PREFIX = "~";

    /** Edges of a room whose counts stand in its numbers. */
    private static final int COUNTED_EDGES_MAX = 64;

    /** What happened that somebody should count. */
    interface Watcher {
        /** A record was missed. */
        void hole();

        /** An edge stopped without saying so. */
        void died(String edge);

        /** A record was left out: too many edges or users, or it made no sense. */
        void dropped(String why);
    }

    private final String tick;
    private final MembershipBounds bounds;
    private final Watcher watcher;
    private final LogClock clock = new LogClock();
    private final Map<String, EdgeCount> edges = new HashMap<>();
    private final Map<RoomKey, RoomAttendance> rooms = new HashMap<>();
    /** All rooms in the order in which they are looked at for news; forgotten ones are met and dropped. */
    private final Deque<RoomAttendance> turns = new ArrayDeque<>();

    private final Function<RoomKey, LiveStream> streams;
    private final KeptUsers users;
    private long graceUntilMs;
    private final Settling settling;
    private boolean begun;

    /**
     * @param tick what this instance's own ticks are keyed with
     * @param former numbers that a former instance published
     * @param formerEdges those that had viewers then, null = not known
     * @param streams which stream runs in a room, null = not known
     */
    Attendance(
            String tick,
            MembershipBounds bounds,
            Watcher watcher,
            Collection<RoomStats> former,
            Set<String> formerEdges,
            Function<RoomKey, LiveStream> streams) {
        this.streams = streams;
        settling = new Settling(formerEdges);
        users = new KeptUsers(bounds.usersMax(), watcher);
        this.tick = tick;
        this.bounds = bounds;
        this.watcher = watcher;
        for (RoomStats stats : former) {
            room(stats.room()).resume(stats);
        }
    }

    /** Takes in a record. */
    void on(Membership record, long brokerMs) {
        if (clock.advance(brokerMs)) {
            // Pulsar was away: edges come back one after the other, and none is dead for that
            graceUntilMs = clock.nowMs() + bounds.reconnectGraceMs();
        }
        if (!begun) {
            begun = true;
            rooms.values().forEach(room -> room.begin(brokerMs));
        }
        if (record.edge() == null || record.kind() == null) {
            watcher.dropped("form");
            return;
        }
        if (record.edge().startsWith(TICK_PREFIX)) {
            if (record.edge().equals(tick)) {
                settling.ticked(clock.nowMs());
            }
            return;
        }
        if (record.kind() == Membership.Kind.BYE) {
            remove(record.edge());
            return;
        }
        EdgeCount edge = edges.get(record.edge());
        if (edge == null) {
            if (edges.size() >= bounds.edgesMax()) {
                watcher.dropped("edges");
                return;
            }
            edge = new EdgeCount(record.edge(), clock.nowMs());
            edges.put(record.edge(), edge);
        }
        edge.heardMs = clock.nowMs();
        if (record.kind() != Membership.Kind.LEASE) {
            if (record.room() == null || record.viewers() < 0 || record.n() < 1) {
                watcher.dropped("form");
            } else {
                take(edge, record);
            }
        }
    }

    private void take(EdgeCount edge, Membership record) {
        long nowMs = clock.nowMs();
        EdgeRoom held = edge.rooms().computeIfAbsent(record.room(), r -> new EdgeRoom());
        RoomAttendance room = room(record.room());
        boolean first = held.n == 0;
        boolean snapshot = record.kind() == Membership.Kind.SNAPSHOT;
        boolean restart = record.n() == 1 && held.n > 1;
        if (snapshot) {
            edge.answered(nowMs);
        }
        if (record.n() <= held.n && !restart && !(snapshot && held.stale)) {
            return;
        }
        room.live(streams.apply(record.room()), nowMs);
        room.add(held, -1, nowMs);
        if (snapshot || restart) {
            held.stale = false;
        } else if (record.n() != held.n + 1) {
            held.stale = true;
            watcher.hole();
        }
        if (record.viewers() == 0) {
            // whatever was missed, nobody is left
            users.forget(held, room);
            held.stale = false;
        } else if (snapshot || restart) {
            users.replace(held, room, record);
        } else {
            users.change(held, room, record);
        }
        held.viewers(record);
        room.add(held, 1, nowMs);
        count(edge, held, room, record, first);
        held.n = record.n();
        if (room.users().isToBeginAnew()) {
            nameAll(room);
        }
    }

    /** Takes in what the edge sent and who came to it, as far as it was not counted before. */
    private void count(EdgeCount edge, EdgeRoom held, RoomAttendance room, Membership record, boolean first) {
        if (record.since() != held.since || record.sent() < held.sent || record.came() < held.came) {
            held.since = record.since();
            held.sent = 0;
            held.came = 0;
        }
        boolean before = first && room.catchUp(edge.name(), record);
        if (!before) {
            room.counted(record.sent() - held.sent, record.came() - held.came, clock.nowMs());
        }
        held.sent = record.sent();
        held.came = record.came();
    }

    private void nameAll(RoomAttendance room) {
        room.users().clear();
        heldIn(room.room()).forEach((edge, held) -> held.users().keySet().forEach(room.users()::enter));
    }

    /** What each edge said of a room, by incarnation. */
    private Map<String, EdgeRoom> heldIn(RoomKey room) {
        Map<String, EdgeRoom> all = new HashMap<>();
        edges.forEach((name, edge) -> {
            EdgeRoom held = edge.rooms().get(room);
            if (held != null) {
                all.put(name, held);
            }
        });
        return all;
    }

    private RoomAttendance room(RoomKey key) {
        RoomAttendance known = rooms.get(key);
        if (known != null) {
            return known;
        }
        RoomAttendance room = new RoomAttendance(key, bounds.roomUsersMax(), clock.nowMs());
        rooms.put(key, room);
        turns.add(room);
        return room;
    }

    /** Takes out who is dead, and forgets what is empty. */
    void sweep() {
        long nowMs = clock.nowMs();
        if (settling.ends(nowMs, edges)) {
            rooms.values().forEach(room -> room.settle(nowMs));
        }
        if (nowMs >= graceUntilMs) {
            List<String> dead = new ArrayList<>();
            for (EdgeCount edge : edges.values()) {
                if (nowMs - Math.max(edge.heardMs, graceUntilMs) > Membership.LEASE_DEAD_MS) {
                    dead.add(edge.name());
                }
            }
            for (String edge : dead) {
                remove(edge);
                watcher.died(edge);
            }
        }
    }

    private void remove(String name) {
        settling.gone(name);
        EdgeCount edge = edges.remove(name);
        if (edge != null) {
            edge.rooms().forEach((key, held) -> {
                RoomAttendance room = room(key);
                room.add(held, -1, clock.nowMs());
                users.forget(held, room);
                if (room.users().isToBeginAnew()) {
                    nameAll(room);
                }
                // this is no burst of little changes: who watches is told at once
                room.hurry();
            });
        }
    }

    /** Snapshots to ask for now, at most {@code max}. */
    List<MembershipRequest> requests(int max) {
        List<MembershipRequest> asked = new ArrayList<>();
        for (EdgeCount edge : edges.values()) {
            if (asked.size() >= max) {
                break;
            }
            edge.ask(clock.nowMs(), asked);
        }
        return asked;
    }

    /** Whether all edges have said what they hold, as of the last {@link #sweep}. */
    boolean isSettled() {
        return settling.isOver();
    }

    /** Edges that have viewers, in order. */
    List<String> watchedEdges() {
        return edges.values().stream()
                .filter(EdgeCount::hasViewers)
                .map(EdgeCount::name)
                .sorted()
                .toList();
    }

    /**
     * Numbers to publish now, at most {@code max}; what this returns counts as published. Goes on where it stopped the time
     * before, so that every room has its turn when there is more news than may be told.
     */
    List<RoomStats> news(long wallMs, int max) {
        List<RoomStats> news = new ArrayList<>();
        if (!isSettled()) {
            return news;
        }
        for (int left = turns.size(); left > 0 && news.size() < max; left--) {
            RoomAttendance room = turns.poll();
            if (rooms.get(room.room()) != room) {
                continue;
            }
            turns.add(room);
            if (wallMs - room.publishedAtMs() >= bounds.statsIntervalMs()) {
                room.live(streams.apply(room.room()), clock.nowMs());
                RoomStats stats = room.news(clock.nowMs(), clock.brokerMs(), wallMs, () -> counted(room.room()));
                if (stats != null) {
                    room.published(stats, wallMs);
                    news.add(stats);
                }
            }
        }
        return news;
    }

    /** How far edges' own counts are contained in the numbers; null of too many. */
    private Map<String, Counted> counted(RoomKey room) {
        Map<String, Counted> all = new HashMap<>();
        heldIn(room).forEach((edge, held) -> all.put(edge, new Counted(held.since, held.sent, held.came)));
        return all.size() > COUNTED_EDGES_MAX ? null : all;
    }

    /** A publication failed. */
    void unpublished(RoomKey key) {
        RoomAttendance room = rooms.get(key);
        if (room != null) {
            room.unpublished();
        }
    }

    /** Forgets rooms that have been empty for long; returns those whose numbers were published. */
    List<RoomKey> forget(int max) {
        List<RoomKey> forgotten = new ArrayList<>();
        long beforeMs = clock.nowMs() - bounds.forgetAfterMs();
        Iterator<RoomAttendance> all = rooms.values().iterator();
        while (all.hasNext() && forgotten.size() < max) {
            RoomAttendance room = all.next();
            if (room.isEmptySince(beforeMs, clock.nowMs())) {
                all.remove();
                edges.values().forEach(edge -> edge.rooms().remove(room.room()));
                if (room.wasPublished()) {
                    forgotten.add(room.room());
                }
            }
        }
        return forgotten;
    }

    /** A room's numbers now, or null when it is not counted. */
    RoomStats stats(RoomKey key) {
        RoomAttendance room = rooms.get(key);
        if (room == null) {
            return null;
        }
        room.live(streams.apply(key), clock.nowMs());
        return room.stats(clock.nowMs());
    }

    /** Rooms whose streams have users that are not in Redis yet. */
    List<RoomKey> roomsWithNewcomers() {
        return !isSettled()
                ? List.of()
                : rooms.values().stream()
                        .filter(room -> room.stream() != null && room.stream().hasNewcomers())
                        .map(RoomAttendance::room)
                        .toList();
    }

    /** A room's running stream, or null. */
    StreamCount stream(RoomKey key) {
        RoomAttendance room = rooms.get(key);
        return room == null ? null : room.stream();
    }

    /** Users to be added to the room's running stream now, and never again unless that fails. */
    List<String> takeNewcomers(RoomKey key) {
        StreamCount stream = stream(key);
        boolean everybody = stream.wantsEverybody();
        List<String> newcomers = stream.takeNewcomers();
        return everybody
                ? heldIn(key).values().stream()
                        .flatMap(held -> held.users().keySet().stream())
                        .toList()
                : newcomers;
    }

    /**
     * Who is in a room: a page of the users by id, or of a sample.
     *
     * @param after null = from the first
     */
    ViewerPage viewers(RoomKey key, String after, int limit) {
        RoomAttendance room = rooms.get(key);
        return room == null
                ? new ViewerPage(List.of(), false, List.of(), null)
                : new RoomViewers(room, heldIn(key).values()).page(after, limit, clock.nowMs());
    }

    /** A user who is in a room, or null. */
    Viewer viewer(RoomKey key, String user) {
        RoomAttendance room = rooms.get(key);
        return room == null ? null : new RoomViewers(room, heldIn(key).values()).find(user);
    }

    int edgeCount() {
        return edges.size();
    }

    long userCount() {
        return users.count();
    }
}
