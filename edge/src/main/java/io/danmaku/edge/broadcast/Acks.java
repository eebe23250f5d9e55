package io.danmaku.edge.broadcast;

import io.danmaku.protocol.log.RoomRecord;

/** Whoever waits for the records that this edge appended: told when they are read back. */
public interface Acks {
    /**
     * A record of this edge has its place in the log.
     *
     * @param offset its own, or of the kept record that it repeats
     * @param held whether that one waits for a moderator
     */
    void sent(long sendId, long offset, long tsMs, boolean held);

    /**
     * A chat was read that waits for a moderator, of whatever edge; so many of a room a second. Must not block.
     *
     * @param own whether this edge appended it
     */
    default void held(LiveRoom room, long offset, long tsMs, RoomRecord record, boolean own) {}
}
