package io.danmaku.dm.inbound;

import java.util.TreeMap;

/**
 * Up to which index all records of a partition are done. Records arrive in order from the first one that is not
 * acknowledged, so what lies before the first arrival, or is left out by a jump forward, was done by somebody before.
 */
final class FinishedMark {
    /** How many arrivals of each index are in work; an index is there twice when it was delivered again meanwhile. */
    private final TreeMap<Long, Integer> inWork = new TreeMap<>();

    private long last = -1;
    private long mark = -1;

    /** @return whether this one follows on the one before it, without a jump */
    boolean arrived(long index) {
        boolean follows = index == last + 1;
        last = index;
        inWork.merge(index, 1, Integer::sum);
        raise();
        return follows;
    }

    void done(long index) {
        inWork.computeIfPresent(index, (i, count) -> count == 1 ? null : count - 1);
        raise();
    }

    private void raise() {
        mark = Math.max(mark, inWork.isEmpty() ? last : inWork.firstKey() - 1);
    }

    /** -1 while nothing is known. Never falls. */
    long mark() {
        return mark;
    }

    /** The newest arrival's index. */
    long last() {
        return last;
    }
}
