package io.danmaku.room.membership;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.MembershipRequest;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.room.RoomKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

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
    private final Map<String, Edge> edges = new HashMap<>();
    private final Map<RoomKey, RoomAttendance> rooms = new HashMap<>();
    /** All rooms in the order in which they are looked at for news; forgotten ones are met and dropped. */
    private final Deque<RoomAttendance> turns = new ArrayDeque<>();

    private long usersKept;
    private long graceUntilMs;
    /** Log time of the first own tick: what was read before it had been written before this instance counted. */
    private long startedMs = -1;

    /**
     * @param tick what this instance's own ticks are keyed with
     * @param former numbers that a former instance published
     */
    Attendance(String tick, MembershipBounds bounds, Watcher watcher, Collection<RoomStats> former) {
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
        if (record.edge() == null || record.kind() == null) {
            watcher.dropped("form");
            return;
        }
        if (record.edge().startsWith(TICK_PREFIX)) {
            if (startedMs < 0 && record.edge().equals(tick)) {
                startedMs = clock.nowMs();
            }
            return;
        }
        if (record.kind() == Membership.Kind.BYE) {
            remove(record.edge());
            return;
        }
        Edge edge = edges.get(record.edge());
        if (edge == null) {
            if (edges.size() >= bounds.edgesMax()) {
                watcher.dropped("edges");
                return;
            }
            edge = new Edge(record.edge());
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

    private void take(Edge edge, Membership record) {
        EdgeRoom held = edge.rooms.computeIfAbsent(record.room(), r -> new EdgeRoom());
        RoomAttendance room = room(record.room());
        boolean first = held.n == 0;
        boolean snapshot = record.kind() == Membership.Kind.SNAPSHOT;
        boolean restart = record.n() == 1 && held.n > 1;
        if (snapshot) {
            edge.answered = true;
        }
        if (record.n() <= held.n && !restart && !(snapshot && held.stale)) {
            return;
        }
        if (snapshot || restart) {
            forgetUsers(held, room);
            held.stale = false;
        } else if (record.n() != held.n + 1) {
            held.stale = true;
            watcher.hole();
        }
        if (record.sent() < held.sent) {
            held.sent = 0;
        } else if (first && (snapshot || record.n() > 1)) {
            // what it sent before this instance began to count is not of this minute
            held.sent = record.sent();
        }
        held.n = record.n();
        if (record.viewers() == 0) {
            // whatever was missed, nobody is left
            forgetUsers(held, room);
            held.stale = false;
        } else {
            enter(held, room, record.joined());
            leave(held, room, record.left());
        }
        int uncountedBefore = held.uncounted ? held.viewers : 0;
        int uncountedNow = held.uncounted ? record.viewers() : 0;
        room.viewers(record.viewers() - held.viewers, uncountedNow - uncountedBefore, clock.nowMs());
        held.viewers = record.viewers();
        room.sent(record.sent() - held.sent, clock.nowMs());
        held.sent = record.sent();
    }

    private void enter(EdgeRoom held, RoomAttendance room, List<String> users) {
        if (users == null || held.uncounted) {
            return;
        }
        for (String user : users) {
            if (usersKept >= bounds.usersMax()) {
                watcher.dropped("users");
                forgetUsers(held, room);
                held.uncounted = true;
                room.viewers(0, held.viewers, clock.nowMs());
                return;
            }
            if (held.users().add(user)) {
                usersKept++;
                room.enter(user);
            }
        }
    }

    private void leave(EdgeRoom held, RoomAttendance room, List<String> users) {
        if (users == null) {
            return;
        }
        for (String user : users) {
            if (held.users().remove(user)) {
                usersKept--;
                room.leave(user);
            }
        }
    }

    private void forgetUsers(EdgeRoom held, RoomAttendance room) {
        usersKept -= held.users().size();
        held.users().forEach(room::leave);
        held.users().clear();
        if (held.uncounted) {
            held.uncounted = false;
            room.viewers(0, -held.viewers, clock.nowMs());
        }
    }

    private RoomAttendance room(RoomKey key) {
        RoomAttendance known = rooms.get(key);
        if (known != null) {
            return known;
        }
        RoomAttendance room = new RoomAttendance(key, clock.nowMs());
        rooms.put(key, room);
        turns.add(room);
        return room;
    }

    /** Takes out who is dead, and forgets what is empty. */
    void sweep() {
        long nowMs = clock.nowMs();
        if (nowMs >= graceUntilMs) {
            List<String> dead = new ArrayList<>();
            for (Edge edge : edges.values()) {
                if (nowMs - Math.max(edge.heardMs, graceUntilMs) > Membership.LEASE_DEAD_MS) {
                    dead.add(edge.name);
                }
            }
            for (String edge : dead) {
                remove(edge);
                watcher.died(edge);
            }
        }
    }

    private void remove(String name) {
        Edge edge = edges.remove(name);
        if (edge != null) {
            edge.rooms.forEach((key, held) -> {
                RoomAttendance room = room(key);
                forgetUsers(held, room);
                room.viewers(-held.viewers, 0, clock.nowMs());
            });
        }
    }

    /** Snapshots to ask for now, at most {@code max}. */
    List<MembershipRequest> requests(int max) {
        List<MembershipRequest> asked = new ArrayList<>();
        for (Edge edge : edges.values()) {
            if (asked.size() >= max) {
                break;
            }
            edge.ask(clock.nowMs(), asked);
        }
        return asked;
    }

    /**
     * Whether all edges had the time to say what they hold. Before that numbers would be too small, and nothing is
     * published.
     */
    boolean isSettled() {
        return startedMs >= 0 && clock.nowMs() - startedMs >= Membership.LEASE_DEAD_MS;
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
                RoomStats stats = room.news(clock.nowMs());
                if (stats != null) {
                    room.published(stats, wallMs);
                    news.add(stats);
                }
            }
        }
        return news;
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
                edges.values().forEach(edge -> edge.rooms.remove(room.room()));
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
        return room == null ? null : room.stats(clock.nowMs());
    }

    int edgeCount() {
        return edges.size();
    }

    long userCount() {
        return usersKept;
    }

    /** One edge and what it said. */
    private static final class Edge {
        /** A new edge is asked for all it has at once and again after these times, until it answers. */
        private static final long[] ASK_AFTER_MS = {0, 1_000, 3_000};

        private static final long ASK_ROOM_EVERY_MS = 1_000;
        /** With more rooms in doubt than this the edge is asked for all. */
        private static final int ROOMS_ASKED_MAX = 16;

        private final String name;
        private final Map<RoomKey, EdgeRoom> rooms = new HashMap<>();
        private long heardMs;
        private long firstHeardMs = -1;
        private int asked;
        private boolean answered;
        private long askedAllMs = Long.MIN_VALUE / 2;

        Edge(String name) {
            this.name = name;
        }

        void ask(long nowMs, List<MembershipRequest> requests) {
            if (firstHeardMs < 0) {
                firstHeardMs = nowMs;
            }
            if (!answered && asked < ASK_AFTER_MS.length && nowMs >= firstHeardMs + ASK_AFTER_MS[asked]) {
                asked++;
                askedAllMs = nowMs;
                requests.add(new MembershipRequest(name, null));
                return;
            }
            List<Map.Entry<RoomKey, EdgeRoom>> doubtful = new ArrayList<>();
            for (Map.Entry<RoomKey, EdgeRoom> e : rooms.entrySet()) {
                if (e.getValue().stale && nowMs - Math.max(askedAllMs, e.getValue().askedMs) >= ASK_ROOM_EVERY_MS) {
                    doubtful.add(e);
                }
            }
            if (doubtful.size() > ROOMS_ASKED_MAX) {
                askedAllMs = nowMs;
                requests.add(new MembershipRequest(name, null));
                return;
            }
            for (Map.Entry<RoomKey, EdgeRoom> e : doubtful) {
                e.getValue().askedMs = nowMs;
                requests.add(new MembershipRequest(name, e.getKey()));
            }
        }
    }
}
