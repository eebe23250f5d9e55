package io.danmaku.edge.presence;

import io.danmaku.protocol.log.Mark;
import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Profile;

/** One user in one room on this edge, and what was last told of it. */
final class Visitor {
    private int connections;
    private DeviceKind kind = DeviceKind.OTHER;
    /** Connections by kind; null while all are of one kind. */
    private int[] byKind;

    private Role role = Role.VIEWER;
    private int level = Profile.NO_LEVEL;
    /** What was told, as one number, so that many users cost little; 0 = not told, or that it is not here. */
    private int told;

    /** @throws IllegalArgumentException when more of a kind left than were there; nothing is changed then */
    void move(DeviceKind of, int by) {
        int there = byKind != null ? byKind[of.place()] : of == kind ? connections : 0;
        if (there + by < 0) {
            throw new IllegalArgumentException("more left than were there");
        }
        if (byKind == null && connections > 0 && of != kind) {
            byKind = new int[DeviceKind.COUNT];
            byKind[kind.place()] = connections;
        }
        connections += by;
        if (byKind != null) {
            byKind[of.place()] += by;
        }
        if (by > 0) {
            kind = of;
        } else if (byKind != null && byKind[kind.place()] == 0) {
            remaining();
        }
    }

    private void remaining() {
        for (DeviceKind other : DeviceKind.values()) {
            if (byKind[other.place()] > 0) {
                kind = other;
            }
        }
        if (byKind[kind.place()] == connections) {
            byKind = null;
        }
    }

    void is(Role now, int levelNow) {
        role = now;
        level = levelNow;
    }

    boolean isHere() {
        return connections > 0;
    }

    Mark mark() {
        return new Mark(kind, role, level, Math.min(connections, Mark.CONNECTIONS_MAX));
    }

    /** Whether somebody who heard what was told knows it as it is. */
    boolean isTold() {
        return told == code();
    }

    void told() {
        told = code();
    }

    /** Whoever is told next knows nothing of it. */
    void untold() {
        told = 0;
    }

    private int code() {
        if (connections == 0) {
            return 0;
        }
        int levels = Profile.LEVEL_MAX + 2;
        int roles = Role.values().length;
        return ((Math.min(connections, Mark.CONNECTIONS_MAX) * levels + level + 1) * roles + Mark.place(role))
                        * DeviceKind.COUNT
                + kind.place();
    }
}
