package io.danmaku.edge.tail;

import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.SkipReason;

/** Where each event of a full frame lies, and what was left out: enough to make every other frame of it. Filled in once, then only read. */
final class BatchIndex {
    private static final byte RELIABLE = (byte) 1;
    private static final byte LATEST = (byte) 2;

    final int events;
    final long[] offsets;
    final int[] starts;
    final int[] ends;
    final byte[] classes;
    final String[] keys;
    final int skips;
    final long[] skipOffsets;
    final byte[] skipReasons;

    /** Of so many events and skips, to be filled in. */
    BatchIndex(int events, int skips, boolean anyKey) {
        this(
                events,
                new long[events],
                new int[events],
                new int[events],
                new byte[events],
                anyKey ? new String[events] : null,
                skips,
                new long[skips],
                new byte[skips]);
    }

    BatchIndex(
            int events,
            long[] offsets,
            int[] starts,
            int[] ends,
            byte[] classes,
            String[] keys,
            int skips,
            long[] skipOffsets,
            byte[] skipReasons) {
        this.events = events;
        this.offsets = offsets;
        this.starts = starts;
        this.ends = ends;
        this.classes = classes;
        this.keys = keys;
        this.skips = skips;
        this.skipOffsets = skipOffsets;
        this.skipReasons = skipReasons;
    }

    static byte classCode(DeliveryClass deliveryClass) {
        return switch (deliveryClass) {
            case BEST_EFFORT -> 0;
            case RELIABLE -> RELIABLE;
            case LATEST -> LATEST;
        };
    }

    /** Why who lags is not told the i-th event, or null when it is. */
    SkipReason leftOut(int event, Batch.Superseded superseded) {
        if (classes[event] == RELIABLE) {
            return null;
        }
        if (classes[event] != LATEST) {
            return SkipReason.SLOW;
        }
        return superseded.test(keys[event], offsets[event]) ? SkipReason.CONFLATED : null;
    }
}
