package io.danmaku.edge.presence;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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
     * Users named in one record, so that it stays below the broker's 5 MiB. Of more users the others follow in the next record:
     * until then {@code viewers} is right and the number of distinct users too low.
     */
    static final int NAMED_MAX = 50_000;

    private static final class Room {
        private final RoomKey key;
        private final long since;
        private final Map<String, Visitor> visitors = new HashMap<>();
        /** Users of whom something else is to be told than was. */
        private final Set<String> changed = new HashSet<>();

        private final int[] devices = new int[DeviceKind.COUNT];
        private int[] toldDevices = new int[DeviceKind.COUNT];
        private int guests;
        private int toldGuests;
        private long sent;
        private long came;
        private long toldSent;
        private long toldCame;
        private long n;
        private boolean snapshot = true;
        private boolean inFlight;
        private long toldAtMs;
        private long notBeforeMs;

        private Room(RoomKey key, long n, long nowMs) {
            this.key = key;
            this.n = n;
            since = n;
            toldAtMs = nowMs - SENT_INTERVAL_MS;
            notBeforeMs = nowMs;
        }

        private int viewers() {
            int sum = 0;
            for (int count : devices) {
                sum += count;
            }
            return sum;
        }

        private boolean hasNews() {
            return snapshot || peopleChanged() || sent != toldSent || came != toldCame;
        }

        private boolean peopleChanged() {
            return !changed.isEmpty() || guests != toldGuests || !Arrays.equals(devices, toldDevices);
        }

        private long dueMs() {
            long intervalMs = snapshot || peopleChanged() ? INTERVAL_MS : SENT_INTERVAL_MS;
            return Math.max(notBeforeMs, toldAtMs + intervalMs);
        }
    }

    /** A user and a kind of device in a room; the user is empty for guests, who are viewers and no users. */
    record Who(RoomKey room, String user, DeviceKind kind) {}

    /**
     * What became of it.
     *
     * @param by how many connections more or fewer
     * @param came how many of them came, those that left meanwhile among them
     * @param role what the user is now; null = as before
     * @param level the same
     */
    record Move(int by, int came, Role role, int level) {
        /** Both, this one first. */
        Move then(Move next) {
            boolean says = next.role != null;
            return new Move(by + next.by, came + next.came, says ? next.role : role, says ? next.level : level);
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
     * Something moved in a room.
     *
     * @throws IllegalArgumentException when more left than were there; nothing is changed then
     */
    void moved(Who who, Move move, long nowMs) {
        Room room = room(who.room(), nowMs);
        int kind = who.kind().place();
        boolean guest = who.user().isEmpty();
        try {
            if (room.devices[kind] + move.by() < 0 || (guest && room.guests + move.by() < 0)) {
                throw new IllegalArgumentException("more left than were there");
            }
            if (guest) {
                room.guests += move.by();
            } else {
                moveUser(room, who, move);
            }
            room.devices[kind] += move.by();
            room.came += move.came();
        } catch (IllegalArgumentException more) {
            throw new IllegalArgumentException(who + " left more often than joined", more);
        } finally {
            settle(room);
        }
    }

    private static void moveUser(Room room, Who who, Move move) {
        Visitor visitor = room.visitors.get(who.user());
        if (visitor == null) {
            visitor = new Visitor();
            visitor.move(who.kind(), move.by());
            if (visitor.isHere()) {
                room.visitors.put(who.user(), visitor);
            }
        } else {
            visitor.move(who.kind(), move.by());
        }
        if (move.role() != null) {
            visitor.is(move.role(), move.level());
        }
        if (!visitor.isTold()) {
            room.changed.add(who.user());
            return;
        }
        room.changed.remove(who.user());
        if (!visitor.isHere()) {
            room.visitors.remove(who.user());
        }
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
        Membership record = room.snapshot ? snapshot(room) : delta(room);
        room.snapshot = false;
        room.toldDevices = room.devices.clone();
        room.toldGuests = room.guests;
        room.toldSent = room.sent;
        room.toldCame = room.came;
        room.toldAtMs = nowMs;
        room.inFlight = true;
        return record;
    }

    private Membership snapshot(Room room) {
        List<String> joined = new ArrayList<>();
        List<String> marks = new ArrayList<>();
        room.changed.clear();
        for (Iterator<Map.Entry<String, Visitor>> all = room.visitors.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, Visitor> one = all.next();
            if (!one.getValue().isHere()) {
                all.remove();
            } else if (joined.size() < namedMax) {
                name(one.getKey(), one.getValue(), joined, marks);
            } else {
                one.getValue().untold();
                room.changed.add(one.getKey());
            }
        }
        return record(room, Membership.Kind.SNAPSHOT, joined, marks, List.of());
    }

    private Membership delta(Room room) {
        List<String> joined = new ArrayList<>();
        List<String> marks = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (Iterator<String> users = room.changed.iterator();
                users.hasNext() && joined.size() + left.size() < namedMax; ) {
            String user = users.next();
            users.remove();
            Visitor visitor = room.visitors.get(user);
            if (visitor.isHere()) {
                name(user, visitor, joined, marks);
            } else {
                left.add(user);
                room.visitors.remove(user);
            }
        }
        return record(room, Membership.Kind.DELTA, joined, marks, left);
    }

    private static void name(String user, Visitor visitor, List<String> joined, List<String> marks) {
        joined.add(user);
        marks.add(visitor.mark().text());
        visitor.told();
    }

    private Membership record(
            Room room, Membership.Kind kind, List<String> joined, List<String> marks, List<String> left) {
        Map<String, Integer> devices = new TreeMap<>();
        for (DeviceKind of : DeviceKind.values()) {
            if (room.devices[of.place()] > 0) {
                devices.put(of.wireName(), room.devices[of.place()]);
            }
        }
        return new Membership(
                edge,
                kind,
                room.key,
                room.n,
                room.viewers(),
                joined,
                left,
                room.sent,
                marks,
                devices,
                room.guests,
                room.came,
                room.since);
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
        if (room.viewers() == 0) {
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
            sum += room.viewers();
        }
        return sum;
    }
}
