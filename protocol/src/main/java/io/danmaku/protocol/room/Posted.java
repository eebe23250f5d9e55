package io.danmaku.protocol.room;

/**
 * An event that a backend has asked for; the value of a record in a state topic, written before the event goes to the room's log, again when
 * it is there, and kept long after, so that the same request is never carried out twice.
 *
 * @param epoch of the room whose log it is about
 * @param key the backend's idempotency key, see {@link Ids#isCid}
 * @param digest of what was asked: another request with the key is a fault of the backend
 * @param atMs Unix time; the event is about to be appended then
 * @param offset where it stands, 0 while that is not known
 * @param placedAtMs the broker's time of the event, 0 while it is not known
 */
public record Posted(RoomKey room, String epoch, String key, String digest, long atMs, long offset, long placedAtMs) {

    /** The same when it is known where the event stands. */
    public Posted at(long where, long when) {
        return new Posted(room, epoch, key, digest, atMs, where, when);
    }
}
