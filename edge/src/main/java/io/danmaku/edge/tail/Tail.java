package io.danmaku.edge.tail;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.UnaryOperator;

/**
 * A bounded ring of a room's newest batches. One thread appends; any thread reads. What falls out at the bound is read
 * from the log.
 */
public final class Tail {
    private final AtomicReferenceArray<Batch> ring;
    private final int mask;
    private final long bytesMax;
    private long bytes;
    private volatile long first;
    private volatile long head;
    private volatile long headOffset;

    /**
     * @param batchesMax a power of two
     * @param bytesMax of frames; the newest batch is kept even when it alone is larger
     * @param startOffset offset behind which the tail begins: the room's head when it was opened
     */
    public Tail(int batchesMax, long bytesMax, long startOffset) {
        if (Integer.bitCount(batchesMax) != 1) {
            throw new IllegalArgumentException("batchesMax is a power of two, not " + batchesMax);
        }
        ring = new AtomicReferenceArray<>(batchesMax);
        mask = batchesMax - 1;
        this.bytesMax = bytesMax;
        headOffset = startOffset;
    }

    /** Number of the next batch to come. */
    public long head() {
        return head;
    }

    /** Last offset that the tail has covered: the room's head as this edge knows it. */
    public long headOffset() {
        return headOffset;
    }

    /** First offset that can be read here; {@code headOffset + 1} when there is none. */
    public long firstOffset() {
        for (; ; ) {
            long seq = first;
            if (seq == head) {
                return headOffset + 1;
            }
            Batch batch = ring.get((int) seq & mask);
            if (batch != null && batch.seq == seq) {
                return batch.from();
            }
        }
    }

    /** Appends the next batch, taking over its reference, and lets go of the oldest beyond the bounds. */
    public void append(Batch batch) {
        long seq = head;
        if (batch.from() != headOffset + 1) {
            throw new IllegalStateException("batch from " + batch.from() + " does not follow on " + headOffset);
        }
        batch.seq = seq;
        int size = batch.bytes();
        batch.bytesInTail = size;
        while (first < seq && (seq - first > mask || bytes + size > bytesMax)) {
            evict();
        }
        bytes += size;
        ring.set((int) seq & mask, batch);
        headOffset = batch.to();
        head = seq + 1;
    }

    private void evict() {
        long seq = first;
        Batch oldest = ring.get((int) seq & mask);
        first = seq + 1;
        ring.set((int) seq & mask, null);
        // a lean or compressed frame built since is not counted
        bytes -= oldest.bytesInTail;
        oldest.release();
    }

    /** The batch of a number, retained for the caller, or null when it has fallen out or is not there yet. */
    public Batch retain(long seq) {
        Batch batch = ring.get((int) seq & mask);
        return batch != null && batch.seq == seq && batch.tryRetain() ? batch : null;
    }

    /**
     * The number of the batch that covers an offset: {@link #head()} when it is yet to come, -1 when it has fallen out.
     */
    public long find(long offset) {
        for (; ; ) {
            long high = head;
            if (offset > headOffset) {
                return high;
            }
            long found = findBelow(high, offset);
            if (found >= 0) {
                return found;
            }
            // the appending thread says the head's offset before its number: the offset may be of that very batch
            Batch coming = ring.get((int) high & mask);
            if (coming != null && coming.seq == high && coming.from() <= offset) {
                return high;
            }
            if (high == head) {
                return -1;
            }
        }
    }

    private long findBelow(long end, long offset) {
        long high = end;
        long low = first;
        long found = -1;
        while (low < high) {
            long middle = (low + high) >>> 1;
            Batch batch = ring.get((int) middle & mask);
            if (batch == null || batch.seq != middle) {
                low = middle + 1; // evicted meanwhile
            } else if (batch.from() > offset) {
                high = middle;
            } else {
                found = batch.to() >= offset ? middle : found;
                low = middle + 1;
            }
        }
        return found;
    }

    /** Whether the tail has a newer value of a LATEST key than the one at an offset. */
    public boolean hasNewer(String key, long offset) {
        for (long seq = head - 1; seq >= first; seq--) {
            Batch batch = ring.get((int) seq & mask);
            if (batch == null || batch.seq != seq || batch.to() <= offset) {
                return false;
            }
            if (batch.hasNewer(key, offset)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Puts other batches in the place of some, with the same offsets; the appending thread's. Who reads one of the old ones at the
     * moment ends with it.
     *
     * @param change the batch itself where nothing changes, else another one, whose reference the tail takes over
     */
    public void rewrite(UnaryOperator<Batch> change) {
        for (long seq = first; seq < head; seq++) {
            Batch batch = ring.get((int) seq & mask);
            Batch changed = change.apply(batch);
            if (changed != batch) {
                changed.seq = seq;
                changed.bytesInTail = changed.bytes();
                bytes += changed.bytesInTail - batch.bytesInTail;
                ring.set((int) seq & mask, changed);
                batch.release();
            }
        }
    }

    /** Lets go of everything; the appending thread's last call. */
    public void clear() {
        while (first < head) {
            evict();
        }
    }
}
