package io.danmaku.protocol.room;

/**
 * Events that were taken out of a room's log; the value of a record in a state topic. Whoever reads the log counts them as
 * {@code deleted} and shows them to nobody. Their bytes leave the log with its retention.
 *
 * @param epoch of the room whose log it is
 * @param user whose events, empty = everybody's
 * @param from first offset, from 1
 * @param upTo last offset; with a user or all of a room, the head at the time
 * @param by user who decided
 * @param atMs Unix time
 */
public record Deletion(RoomKey room, String epoch, String user, long from, long upTo, String by, long atMs) {

    /** Whether it is about a single event, whoever sent it. */
    public boolean single() {
        return from == upTo && user.isEmpty();
    }

    /** Whether an event is deleted by it; what the hub itself said (no user) never is. */
    public boolean covers(long offset, String sender) {
        return offset >= from && offset <= upTo && !sender.isEmpty() && (user.isEmpty() || user.equals(sender));
    }
}
