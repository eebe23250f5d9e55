package io.danmaku.protocol.log;

import io.danmaku.protocol.room.RoomKey;

/**
 * A record of {@link Topics#membershipRequests()}: room-service missed something and asks edges to say all of it again.
 * An edge that is meant answers with a SNAPSHOT for each room it has viewers in (for one named room also when it has
 * none left, so that the asker learns that). Lost requests are asked again.
 *
 * @param edge incarnation, as text, or {@link #EVERY_EDGE}
 * @param room one room, or null for all rooms of the edge
 */
public record MembershipRequest(String edge, RoomKey room) {
    public static final String EVERY_EDGE = "*";

    /** Whether the edge of this incarnation is meant. */
    public boolean isFor(String incarnation) {
        return EVERY_EDGE.equals(edge) || incarnation.equals(edge);
    }
}
