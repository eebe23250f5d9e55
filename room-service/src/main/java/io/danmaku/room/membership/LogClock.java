package io.danmaku.room.membership;

/**
 * Time as the membership topic tells it: broker times of the records read, without the stretches in which the log stood
 * still. A stopped Pulsar therefore ages nobody. The one who counts writes a tick every {@link #TICK_MS}, so that time
 * goes on when every edge is silent.
 */
final class LogClock {
    /** Between two ticks of room-service. */
    static final long TICK_MS = 1_000;
    /** A longer stretch without any record means that the log stood still, not that edges were silent. */
    static final long STEP_MAX_MS = 3_000;

    private long brokerMs;
    private long nowMs;

    /**
     * Takes in a record's broker time.
     *
     * @return whether the log had stood still before this record
     */
    boolean advance(long recordMs) {
        if (brokerMs == 0) {
            brokerMs = recordMs;
            return false;
        }
        long step = recordMs - brokerMs;
        if (step <= 0) {
            return false;
        }
        brokerMs = recordMs;
        if (step > STEP_MAX_MS) {
            return true;
        }
        nowMs += step;
        return false;
    }

    /** The largest broker time so far. */
    long brokerMs() {
        return brokerMs;
    }

    /** Milliseconds of log time since the first record. */
    long nowMs() {
        return nowMs;
    }
}
