package io.danmaku.edge.check;

import java.util.concurrent.atomic.AtomicInteger;

/** Leaves a service alone that does not answer: after so many failures in a row one try is let through in each pause. Thread-safe; time comes in. */
final class Circuit {
    /** Chats that it is asked about at the moment. */
    final AtomicInteger underWay = new AtomicInteger();

    private final int failuresMax;
    private final long pauseNs;
    private int failures;
    private long triedNs;

    Circuit(int failuresMax, long pauseNs) {
        this.failuresMax = failuresMax;
        this.pauseNs = pauseNs;
    }

    /** Whether the service may be asked now. */
    synchronized boolean admits(long nowNs) {
        if (failures < failuresMax) {
            return true;
        }
        if (nowNs - triedNs < pauseNs) {
            return false;
        }
        triedNs = nowNs;
        return true;
    }

    synchronized void answered() {
        failures = 0;
    }

    synchronized void failed(long nowNs) {
        failures = Math.min(failures + 1, failuresMax);
        triedNs = nowNs;
    }
}
