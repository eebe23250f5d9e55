package io.danmaku.protocol.room;

/**
 * What a moderator answered to a held chat; the value of a record in a state topic. Of an approved one it is written before the chat's event is
 * appended, and again when that is in the room's log: only then nobody is asked any more, so that who hears no answer can ask again. Kept until
 * the chat's time would be over.
 *
 * @param epoch of the room whose log it is about
 * @param offset of the held chat
 * @param by user who answered
 * @param atMs Unix time
 * @param untilMs of the chat's {@link Hold}
 * @param eventOffset where the approved chat's event stands, 0 while that is not known, or it was denied
 * @param eventAtMs the broker's time of the event, likewise
 */
public record HeldAnswer(
        RoomKey room,
        String epoch,
        long offset,
        boolean approved,
        String by,
        long atMs,
        long untilMs,
        long eventOffset,
        long eventAtMs) {

    /** Whether nothing is to be done any more. */
    public boolean settled() {
        return !approved || eventOffset > 0;
    }

    /** The same when it is known where the event stands. */
    public HeldAnswer at(long where, long when) {
        return new HeldAnswer(room, epoch, offset, approved, by, atMs, untilMs, where, when);
    }
}
