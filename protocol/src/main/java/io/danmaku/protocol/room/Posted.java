package io.danmaku.protocol.room;

/**
 * An event that a backend has asked for; the value of a record in a state topic, written before the event goes to the room's log and kept
 * long after, so that the same request is never carried out twice.
 *
 * @param epoch of the room whose log it is about
 * @param key the backend's idempotency key, see {@link Ids#isCid}
 * @param digest of what was asked: another request with the key is a fault of the backend
 * @param atMs Unix time; the event is not in the log before it
 */
public record Posted(RoomKey room, String epoch, String key, String digest, long atMs) {}
