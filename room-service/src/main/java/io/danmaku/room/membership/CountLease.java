package io.danmaku.room.membership;

import io.danmaku.room.room.Standstill;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.MessageId;

/**
 * Whether this instance may publish what it counts: for a while from the time at which it sent a tick that came back to it. A process that stood
 * still goes on with what it had counted before, and does not know yet that another one counts; but its ticks do not come back any more. On the
 * membership context.
 */
final class CountLease {
    private static final long HELD_NS = TimeUnit.MILLISECONDS.toNanos(Standstill.LONGEST_MS);

    private MessageId sent;
    private MessageId read;
    private long sentNs;
    private long heldToNs;

    CountLease(long nowNs) {
        heldToNs = nowNs;
    }

    /**
     * A tick was acknowledged.
     *
     * @param atNs when it was sent, by {@code System.nanoTime()}
     */
    void sent(MessageId tick, long atNs) {
        // one at a time is waited for: of the newest of a reader that is a second late none would come back in time
        if (sent == null) {
            sent = tick;
            sentNs = atNs;
            extend();
        }
    }

    /** All up to there was read. */
    void read(MessageId newest) {
        read = newest;
        extend();
    }

    private void extend() {
        if (sent != null && read != null && read.compareTo(sent) >= 0) {
            heldToNs = sentNs + HELD_NS;
            sent = null;
        }
    }

    boolean holds(long nowNs) {
        return heldToNs - nowNs > 0;
    }
}
