package io.danmaku.edge.broadcast;

import org.agrona.collections.LongArrayList;

/**
 * Which of the offsets that an open room has read are repeats, so that pages of its log need not look back. Written by the
 * broadcaster, read by log readers; bounded: with too many, what is known begins later.
 */
public final class DecidedRepeats {
    private static final int REPEATS_MAX = 65_536;

    private final LongArrayList repeats = new LongArrayList();
    private long from;

    /** @param from first offset that will be decided */
    DecidedRepeats(long from) {
        this.from = from;
    }

    synchronized void add(long offset) {
        if (repeats.size() == REPEATS_MAX) {
            int half = REPEATS_MAX / 2;
            from = repeats.getLong(half - 1) + 1;
            LongArrayList newer = new LongArrayList();
            for (int i = half; i < repeats.size(); i++) {
                newer.addLong(repeats.getLong(i));
            }
            repeats.clear();
            for (int i = 0; i < newer.size(); i++) {
                repeats.addLong(newer.getLong(i));
            }
        }
        repeats.addLong(offset);
    }

    /**
     * The repeats within {@code first..last}, ascending, or null when what came before {@code first} was not read: then
     * look back.
     */
    public synchronized long[] within(long first, long last) {
        if (first < from) {
            return null;
        }
        int low = lowerBound(first);
        int high = lowerBound(last + 1);
        long[] found = new long[high - low];
        for (int i = low; i < high; i++) {
            found[i - low] = repeats.getLong(i);
        }
        return found;
    }

    private int lowerBound(long offset) {
        int low = 0;
        int high = repeats.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (repeats.getLong(middle) < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
