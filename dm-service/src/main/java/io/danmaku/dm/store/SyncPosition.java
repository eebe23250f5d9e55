package io.danmaku.dm.store;

import io.danmaku.protocol.log.Topics;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/**
 * How far a device has come: the index of the last record it was told of, for each partition of the log. Opaque to
 * clients: base64url of a version byte and one variable-length number a partition.
 */
public final class SyncPosition {
    private static final byte VERSION = 1;
    private static final int NUMBER_BYTES_MAX = 9;
    private static final int BITS = 7;
    private static final int MORE = 0x80;

    private final long[] indexes;

    private SyncPosition(long[] indexes) {
        this.indexes = indexes;
    }

    /** Before the first record. */
    public static SyncPosition start() {
        long[] indexes = new long[Topics.DIRECT_PARTITIONS];
        Arrays.fill(indexes, -1);
        return new SyncPosition(indexes);
    }

    /** The position of a text made by {@link #toString()}, or null when it is none. */
    public static SyncPosition parse(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (!in.hasRemaining() || in.get() != VERSION) {
            return null;
        }
        long[] indexes = new long[Topics.DIRECT_PARTITIONS];
        for (int p = 0; p < indexes.length; p++) {
            long number = readNumber(in);
            if (number < 0) {
                return null;
            }
            indexes[p] = number - 1;
        }
        return in.hasRemaining() ? null : new SyncPosition(indexes);
    }

    private static long readNumber(ByteBuffer in) {
        long number = 0;
        for (int i = 0; i < NUMBER_BYTES_MAX && in.hasRemaining(); i++) {
            byte b = in.get();
            number |= (long) (b & (MORE - 1)) << (BITS * i);
            if ((b & MORE) == 0) {
                return number;
            }
        }
        return -1;
    }

    /** Index of the last record told of a partition, -1 before the first. */
    public long index(int partition) {
        return indexes[partition];
    }

    /** Of each partition the lower index of two. */
    SyncPosition lowest(SyncPosition other) {
        long[] lower = indexes.clone();
        for (int p = 0; p < lower.length; p++) {
            lower[p] = Math.min(lower[p], other.indexes[p]);
        }
        return new SyncPosition(lower);
    }

    /** Whether another one is further in some partition. */
    boolean isBehind(SyncPosition other) {
        for (int p = 0; p < indexes.length; p++) {
            if (indexes[p] < other.indexes[p]) {
                return true;
            }
        }
        return false;
    }

    long[] indexes() {
        return indexes.clone();
    }

    /** This one with some partitions further. */
    public SyncPosition with(long[] newIndexes) {
        return new SyncPosition(newIndexes.clone());
    }

    @Override
    public String toString() {
        ByteBuffer out = ByteBuffer.allocate(1 + NUMBER_BYTES_MAX * indexes.length);
        out.put(VERSION);
        for (long index : indexes) {
            long number = index + 1;
            while (number >= MORE) {
                out.put((byte) ((number & (MORE - 1)) | MORE));
                number >>>= BITS;
            }
            out.put((byte) number);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(out.array(), out.position()));
    }
}
