package io.danmaku.edge.connection;

/**
 * Whether direct messages may have been lost on the way to a device since it last asked for what it has missed. From any
 * thread.
 */
final class Missed {
    /**
     * A sync asked sooner after a loss may not have it all: a message is shown when all records before it are done, and
     * dm-service may find Redis again some seconds later than this edge.
     */
    static final long SHOWN_NS = 6_000_000_000L;

    private boolean marked;
    private long markedNs;

    synchronized void mark(long nowNs) {
        marked = true;
        markedNs = nowNs;
    }

    synchronized boolean isMarked() {
        return marked;
    }

    /** @param askedNs when the sync was asked for that is answered now */
    synchronized void synced(long askedNs) {
        marked &= askedNs - markedNs < SHOWN_NS;
    }
}
