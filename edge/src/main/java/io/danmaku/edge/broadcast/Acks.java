package io.danmaku.edge.broadcast;

/** Whoever waits for the records that this edge appended: told when they are read back. */
public interface Acks {
    /**
     * A record of this edge has its place in the log.
     *
     * @param offset its own, or of the kept record that it repeats
     */
    void sent(long sendId, long offset, long tsMs);
}
