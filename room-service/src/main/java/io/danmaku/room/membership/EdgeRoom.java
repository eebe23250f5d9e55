package io.danmaku.room.membership;

import io.danmaku.protocol.log.Mark;
import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.room.DeviceKind;
import java.util.HashMap;
import java.util.Map;

/** What one edge said of one room. */
final class EdgeRoom {
    private final Map<String, Mark> users = new HashMap<>();
    /** Number of the last record. */
    long n;

    int viewers;
    /** Those of the viewers that are no users. */
    int guests;
    /** Viewers by kind; together {@link #viewers}. */
    private int[] devices = new int[DeviceKind.COUNT];

    long sent;
    long came;
    /** Behind which record the edge began to count what it sent and who came. */
    long since;
    /** Something was missed: {@link #users} is a guess until a snapshot comes. {@link #viewers} is never: each record says it whole. */
    boolean stale;
    /** Users are not remembered here, for want of room; its viewers count as users. */
    boolean uncounted;
    /** Log time of the last request for a snapshot of it. */
    long askedMs = Long.MIN_VALUE / 2;

    /** Who is here, and as what. */
    Map<String, Mark> users() {
        return users;
    }

    int[] devices() {
        return devices;
    }

    /** Viewers who count as users where those are not known. */
    int uncountedUsers() {
        return uncounted ? viewers - guests : 0;
    }

    /** Takes over the numbers that a record says whole. */
    void viewers(Membership record) {
        viewers = record.viewers();
        guests = Math.max(0, Math.min(record.guests(), viewers));
        int[] now = new int[DeviceKind.COUNT];
        int others = viewers;
        if (record.devices() != null) {
            for (DeviceKind kind : DeviceKind.values()) {
                int count = Math.min(others, Math.max(0, record.devices().getOrDefault(kind.wireName(), 0)));
                now[kind.place()] = count;
                others -= count;
            }
        }
        now[DeviceKind.OTHER.place()] += others;
        devices = now;
    }

    boolean isEmpty() {
        return viewers == 0 && users.isEmpty();
    }
}
