package io.danmaku.protocol.log;

import io.danmaku.protocol.room.RoomKey;
import java.util.List;
import java.util.Map;

/**
 * A record of the membership topic: what one edge says of its viewers. Keyed by the edge's incarnation.
 *
 * @param edge incarnation, as text
 * @param kind what this record is
 * @param room null for LEASE and BYE
 * @param n numbers the records of one (edge, room), from 1; a hole means that something was missed
 * @param viewers connections in the room on this edge, now
 * @param joined users that had no viewer in the room on this edge before, and those whose mark is another one; in a SNAPSHOT all
 *     users that have one. Where there are too many for a record, the others follow in the next
 * @param left users whose last viewer in the room on this edge went
 * @param sent events that this edge appended to the room since it began to count them
 * @param marks what those of {@code joined} are, in the same order, see {@link Mark}; null or shorter in a record of an older edge
 * @param devices the viewers by kind, those above 0 by wire name; null in a record of an older edge
 * @param guests the viewers among them that are no users
 * @param came connections that came since this edge began to count them
 * @param since number of the record before the one with which this edge began to count what it sent and who came: it forgets a
 *     room that is empty
 */
public record Membership(
        String edge,
        Kind kind,
        RoomKey room,
        long n,
        int viewers,
        List<String> joined,
        List<String> left,
        long sent,
        List<String> marks,
        Map<String, Integer> devices,
        int guests,
        long came,
        long since) {

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

    public static final long LEASE_INTERVAL_MS = 1_000;
    /** An edge not heard of for so long, by the broker's time, is dead. */
    public static final long LEASE_DEAD_MS = 3_000;

    /** Of plain users on devices of which nothing is known. */
    public Membership(
            String edge,
            Kind kind,
            RoomKey room,
            long n,
            int viewers,
            List<String> joined,
            List<String> left,
            long sent) {
        this(edge, kind, room, n, viewers, joined, left, sent, null, null, 0, 0, 0);
    }

    public static Membership lease(String edge) {
        return new Membership(edge, Kind.LEASE, null, 0, 0, List.of(), List.of(), 0);
    }

    public static Membership bye(String edge) {
        return new Membership(edge, Kind.BYE, null, 0, 0, List.of(), List.of(), 0);
    }
}
