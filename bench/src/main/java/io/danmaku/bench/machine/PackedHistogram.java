package io.danmaku.bench.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** A histogram as text, so that a line between two processes can carry it. */
public final class PackedHistogram {
    private PackedHistogram() {}

    public static String of(Histogram histogram) {
        ByteBuffer packed = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int bytes = histogram.encodeIntoCompressedByteBuffer(packed);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(packed.array(), bytes));
    }

    /** @throws IOException when it is none */
    public static Histogram unpack(String text) throws IOException {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
        } catch (DataFormatException | IllegalArgumentException torn) {
            throw new IOException("the latencies of a process cannot be read", torn);
        }
    }
}
