package io.danmaku.edge.broadcast;

import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.protocol.event.SkipReason;
import io.danmaku.protocol.log.RoomRecord;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * What came for a room's next batch, offset after offset, not framed yet: what of it is kept is decided when all of it is
 * known. On the broadcaster's thread; its tables are kept from batch to batch.
 */
final class Collected {
    /** Entries at which a batch is finished, whatever its bytes: what is left out has none. */
    static final int SIZE_MAX = 4_096;

    private static final int FIRST_SIZE = 16;

    /** What becomes of an entry. */
    private enum Fate {
        KEPT,
        /** Kept as far as the room's budget allows. */
        CANDIDATE,
        SKIPPED
    }

    private long[] offsets = new long[FIRST_SIZE];
    private long[] tsMs = new long[FIRST_SIZE];
    private RoomRecord[] records = new RoomRecord[FIRST_SIZE];
    private Fate[] fates = new Fate[FIRST_SIZE];
    private SkipReason[] reasons = new SkipReason[FIRST_SIZE];
    private int size;
    private int candidates;
    /** Candidates of more than a viewer's weight. */
    private int weighty;

    private int bytes;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** Bytes of the events' JSON. */
    int bytes() {
        return bytes;
    }

    /** @param candidate may be left out when the room's budget is spent */
    void add(long offset, long atMs, RoomRecord record, boolean candidate) {
        int i = next(offset);
        tsMs[i] = atMs;
        records[i] = record;
        fates[i] = candidate ? Fate.CANDIDATE : Fate.KEPT;
        bytes += record.json().length;
        if (candidate) {
            candidates++;
            weighty += record.weight() > 1 ? 1 : 0;
        }
    }

    /** Counts an offset that carries no event. */
    void skip(long offset, SkipReason reason) {
        int i = next(offset);
        fates[i] = Fate.SKIPPED;
        reasons[i] = reason;
    }

    private int next(long offset) {
        if (size == offsets.length) {
            int larger = size * 2;
            offsets = Arrays.copyOf(offsets, larger);
            tsMs = Arrays.copyOf(tsMs, larger);
            records = Arrays.copyOf(records, larger);
            fates = Arrays.copyOf(fates, larger);
            reasons = Arrays.copyOf(reasons, larger);
        }
        offsets[size] = offset;
        return size++;
    }

    /** Candidates that a budget lets through. */
    int keptOf(int budget) {
        return Math.min(budget, candidates);
    }

    /**
     * Hands all of it to the writer in order and forgets it. Of the candidates as many as the budget allows are kept, whenever in the
     * batch they came; the others are told as sampled. Where all are viewers' each has the same chance (selection sampling: Knuth,
     * The Art of Computer Programming 2, 3.4.2, algorithm S), else each that of its weight ({@link #weightedKeys}).
     *
     * @return candidates that were left out
     */
    int write(BatchWriter writer, int budget, RandomGenerator random) {
        int left = candidates;
        int wanted = keptOf(budget);
        int sampled = left - wanted;
        double[] keys = sampled > 0 && weighty > 0 && wanted > 0 ? weightedKeys(random) : null;
        double least = keys == null ? 0 : largest(keys, wanted);
        for (int i = 0; i < size; i++) {
            switch (fates[i]) {
                case KEPT -> frame(writer, i);
                case CANDIDATE -> {
                    boolean kept = keys == null ? wanted == left || random.nextInt(left) < wanted : keys[i] >= least;
                    if (kept) {
                        frame(writer, i);
                        wanted--;
                    } else {
                        writer.skip(offsets[i], SkipReason.SAMPLED);
                    }
                    left--;
                }
                case SKIPPED -> writer.skip(offsets[i], reasons[i]);
            }
        }
        clear();
        return sampled;
    }

    /**
     * A key for each candidate; those with the largest ones are a sample without replacement, by weight (Efraimidis and Spirakis, Weighted
     * random sampling with a reservoir, 2006: u to the power of 1/w, here its logarithm). Others have the least key there is.
     */
    private double[] weightedKeys(RandomGenerator random) {
        double[] keys = new double[size];
        for (int i = 0; i < size; i++) {
            keys[i] = fates[i] == Fate.CANDIDATE
                    ? Math.log(1 - random.nextDouble()) / records[i].weight()
                    : Double.NEGATIVE_INFINITY;
        }
        return keys;
    }

    /** The n-th largest. Two that are equal, of 2^53, would keep one too many. */
    private static double largest(double[] keys, int n) {
        double[] sorted = keys.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length - n];
    }

    private void frame(BatchWriter writer, int i) {
        RoomRecord record = records[i];
        writer.add(offsets[i], tsMs[i], record.deliveryClass(), record.conflationKey(), record.json());
    }

    void clear() {
        Arrays.fill(records, 0, size, null);
        size = 0;
        candidates = 0;
        weighty = 0;
        bytes = 0;
    }
}
