package io.danmaku.bench.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates messages that were compressed each by itself (RFC 7692), one after the other, into one buffer. One thread. */
final class Inflation {
    private static final int STEP_BYTES = 16 * 1024;
    private static final int MESSAGE_BYTES_MAX = 16 << 20;
    /** What a sender takes off the end. */
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    private final Inflater inflater = new Inflater(true);
    private final ByteBuf out = Unpooled.buffer(STEP_BYTES);

    /** The message as text, good until the next call; null when it cannot be inflated. */
    ByteBuf inflate(ByteBuf in, int start, int end) {
        inflater.reset();
        out.clear();
        try {
            feed(in.nioBuffer(start, end - start));
            feed(ByteBuffer.wrap(TAIL));
            return out;
        } catch (DataFormatException torn) {
            return null;
        }
    }

    private void feed(ByteBuffer bytes) throws DataFormatException {
        inflater.setInput(bytes);
        while (true) {
            out.ensureWritable(STEP_BYTES);
            int got = inflater.inflate(out.array(), out.arrayOffset() + out.writerIndex(), out.writableBytes());
            out.writerIndex(out.writerIndex() + got);
            if (out.writerIndex() > MESSAGE_BYTES_MAX) {
                throw new DataFormatException("too large");
            }
            if (got == 0) {
                return;
            }
        }
    }
}
