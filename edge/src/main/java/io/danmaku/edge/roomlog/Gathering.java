package io.danmaku.edge.roomlog;

/**
 * When a producer's batch should go: at once if nothing of the producer is on its way, else as soon as what is on its way has been
 * settled. So a quiet room's message waits for no timer, and a busy one's batches grow with the broker's answer time (what RFC 896
 * does for TCP). Any thread; nothing is called while the lock is held.
 */
final class Gathering {
    private long handed;
    private long settled;
    /** How many had been handed over when the producer was last told to send. */
    private long sent;

    /** Counts one that has just been handed to the producer. Returns whether the producer should send now. */
    synchronized boolean handed() {
        handed++;
        return due();
    }

    /** Counts one that the broker has taken, or that failed. Returns whether the producer should send now. */
    synchronized boolean settled() {
        settled++;
        return due();
    }

    private boolean due() {
        if (settled < sent || handed == sent) {
            return false;
        }
        sent = handed;
        return true;
    }
}
