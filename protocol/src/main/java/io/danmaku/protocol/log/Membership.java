package io.danmaku.protocol.log;

import io.danmaku.protocol.room.RoomKey;
import java.util.List;

/**
 * A record of the membership topic: what one edge says of its viewers. Keyed by the edge's incarnation.
 *
 * @param edge incarnation, as text
 * @param kind what this record is
 * @param room null for LEASE and BYE
 * @param n numbers the records of one (edge, room), from 1; a hole means that something was missed
 * @param viewers connections in the room on this edge, now
 * @param joined users that had no viewer in the room on this edge before; in a SNAPSHOT all users that have one
 * @param left users whose last viewer in the room on this edge went
 * @param sent events that this edge appended to the room since its incarnation began
 */
public record Membership(
        String edge, Kind kind, RoomKey room, long n, int viewers, List<String> joined, List<String> left, long sent) {

    /** What a membership record says. */
    public enum Kind {
        /** The edge lives; sent every {@link #LEASE_INTERVAL_MS}. */
        LEASE,
        DELTA,
        /** All of one room, as an answer to a request. */
        SNAPSHOT,
        /** The edge stops in order: forget it at once. */
        BYE
    }

    public static final long LEASE_INTERVAL_MS = 2_000;
    /** An edge not heard of for so long, by the broker's time, is dead. */
    public static final long LEASE_DEAD_MS = 4_000;

    public static Membership lease(String edge) {
        return new Membership(edge, Kind.LEASE, null, 0, 0, List.of(), List.of(), 0);
    }

    public static Membership bye(String edge) {
        return new Membership(edge, Kind.BYE, null, 0, 0, List.of(), List.of(), 0);
    }
}
