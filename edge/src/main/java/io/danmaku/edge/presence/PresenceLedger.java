package io.danmaku.edge.presence;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.room.RoomKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts viewers and decides what is said of each room, and when. At most one record of a room is on its way: what changes
 * meanwhile is added up, so a Pulsar that is away costs one record a room. A record that failed may or may not be in the
 * log; the next one is then a SNAPSHOT, which is right in both cases. A room without viewers is forgotten once its last
 * record is acknowledged; when it begins again, it does so with a SNAPSHOT whose number is above all that were given to
 * forgotten rooms, because a reader takes no number twice. Not thread-safe; time comes in.
 */
final class PresenceLedger {
    /** Shortest time between two records of a room. */
    static final long INTERVAL_MS = 250;
    /** The same, when only the number of sent events changed: that is read by the minute. */
    static final long SENT_INTERVAL_MS = 1_000;
    /** How long a room waits after a record of it failed. */
    static final long RETRY_MS = 1_000;
    /**
     * Users named in one record, so that it stays below the broker's 5 MiB. Of more users, those above are not named:
     * {@code viewers} stays right, the number of distinct users is then too low.
     */
    static final int NAMED_MAX = 60_000;

    private static final class Room {
        private final RoomKey key;
        private final Map<String, Integer> connections = new HashMap<>();
        private final Set<String> came = new HashSet<>();
        private final Set<String> went = new HashSet<>();
        private int viewers;
        private int guests;
        private long sent;
        private int toldViewers;
        private long toldSent;
        private long n;
        private boolean snapshot = true;
        private boolean inFlight;
        private long toldAtMs;
        private long notBeforeMs;

        private Room(RoomKey key, long n, long nowMs) {
            this.key = key;
            this.n = n;
            toldAtMs = nowMs - SENT_INTERVAL_MS;
            notBeforeMs = nowMs;
        }

        private boolean hasNews() {
            return snapshot || peopleChanged() || sent != toldSent;
        }

        private boolean peopleChanged() {
            return viewers != toldViewers || !came.isEmpty() || !went.isEmpty();
        }

        private long dueMs() {
            long intervalMs = snapshot || peopleChanged() ? INTERVAL_MS : SENT_INTERVAL_MS;
            return Math.max(notBeforeMs, toldAtMs + intervalMs);
        }
    }

    private final String edge;
    private final int namedMax;
    private final Map<RoomKey, Room> rooms = new HashMap<>();
    /** Rooms with news and nothing on its way, longest waiting first. */
    private final Set<Room> changed = new LinkedHashSet<>();
    /** The largest number that a forgotten room had. */
    private long forgottenN;

    PresenceLedger(String edge) {
        this(edge, NAMED_MAX);
    }

    PresenceLedger(String edge, int namedMax) {
        this.edge = edge;
        this.namedMax = namedMax;
    }

    /**
     * A user's connections in a room became so many more or fewer.
     *
     * @param user empty = a guest's, who is a viewer and no user
     * @throws IllegalArgumentException when more left than were there; nothing is changed then
     */
    void moved(RoomKey key, String user, int by, long nowMs) {
        Room room = room(key, nowMs);
        boolean guests = user.isEmpty();
        int before = guests ? room.guests : room.connections.getOrDefault(user, 0);
        int after = before + by;
        if (after < 0) {
            settle(room);
            throw new IllegalArgumentException(user + " left " + key + " more often than joined");
        }
        if (guests) {
            room.guests = after;
            room.viewers += by;
            settle(room);
            return;
        }
        if (after == 0) {
            room.connections.remove(user);
        } else {
            room.connections.put(user, after);
        }
        room.viewers += by;
        if (before == 0 && after > 0 && !room.went.remove(user)) {
            room.came.add(user);
        } else if (before > 0 && after == 0 && !room.came.remove(user)) {
            room.went.add(user);
        }
        settle(room);
    }

    /** This edge appended so many more events to a room. */
    void sent(RoomKey key, long events, long nowMs) {
        Room room = room(key, nowMs);
        room.sent += events;
        settle(room);
    }

    /** A SNAPSHOT of this room is wanted, also when nobody is there. */
    void ask(RoomKey key, long nowMs) {
        Room room = room(key, nowMs);
        room.snapshot = true;
        settle(room);
    }

    /** A SNAPSHOT of every room is wanted. */
    void askAll() {
        for (Room room : rooms.values()) {
            room.snapshot = true;
            if (!room.inFlight) {
                changed.add(room);
            }
        }
    }

    /** The records to send now, at most {@code max}; each is to be {@link #acknowledged} or {@link #failed} later. */
    List<Membership> due(long nowMs, int max) {
        List<Membership> records = new ArrayList<>();
        Iterator<Room> waiting = changed.iterator();
        while (waiting.hasNext() && records.size() < max) {
            Room room = waiting.next();
            if (room.dueMs() <= nowMs) {
                waiting.remove();
                records.add(tell(room, nowMs));
            }
        }
        return records;
    }

    private Membership tell(Room room, long nowMs) {
        room.n++;
        Membership record = room.snapshot
                ? record(room, Membership.Kind.SNAPSHOT, room.connections.keySet(), Set.of())
                : record(room, Membership.Kind.DELTA, room.came, room.went);
        room.snapshot = false;
        room.came.clear();
        room.went.clear();
        room.toldViewers = room.viewers;
        room.toldSent = room.sent;
        room.toldAtMs = nowMs;
        room.inFlight = true;
        return record;
    }

    private Membership record(Room room, Membership.Kind kind, Set<String> joined, Set<String> left) {
        return new Membership(edge, kind, room.key, room.n, room.viewers, named(joined), named(left), room.sent);
    }

    private List<String> named(Set<String> users) {
        return users.size() <= namedMax
                ? List.copyOf(users)
                : users.stream().limit(namedMax).toList();
    }

    /** The record is in the log. */
    void acknowledged(Membership record) {
        Room room = rooms.get(record.room());
        room.inFlight = false;
        settle(room);
    }

    /** The record may be in the log or not. */
    void failed(Membership record, long nowMs) {
        Room room = rooms.get(record.room());
        room.inFlight = false;
        room.snapshot = true;
        room.notBeforeMs = nowMs + RETRY_MS;
        settle(room);
    }

    private Room room(RoomKey key, long nowMs) {
        return rooms.computeIfAbsent(key, absent -> new Room(absent, forgottenN, nowMs));
    }

    private void settle(Room room) {
        if (room.inFlight) {
            return;
        }
        if (room.hasNews()) {
            changed.add(room);
            return;
        }
        changed.remove(room);
        if (room.viewers == 0) {
            rooms.remove(room.key);
            forgottenN = Math.max(forgottenN, room.n);
        }
    }

    /** Rooms that are remembered. */
    int rooms() {
        return rooms.size();
    }

    /** Viewers in all rooms. */
    int viewers() {
        int sum = 0;
        for (Room room : rooms.values()) {
            sum += room.viewers;
        }
        return sum;
    }
}
