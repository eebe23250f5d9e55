package io.danmaku.edge.tail;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.Deflater;

/**
 * Compresses frames of one room (RFC 7692, without context takeover), and gives it a rest where it saves too little. Thread-safe.
 */
public final class RoomCompression {
    /** Below this (one or two chats) the work costs as much as some writes and saves less than 200 bytes. */
    static final int PAYLOAD_BYTES_MIN = 512;
    /** Above this (a page of long events) the thread would be held up for more than some milliseconds. */
    static final int PAYLOAD_BYTES_MAX = 256 * 1024;
    /** So many frames in a row that were not worth it, and the next so many are not tried. */
    static final int FAILURES_MAX = 4;

    static final int RESTING_FRAMES = 100;
    /** What is left of a frame at most: a tenth has to be saved. */
    private static final double LEFT_MAX = 0.9;
    /** docs/decisions/0012 has the figures. */
    private static final int LEVEL = 1;
    /** Where a block ends that was flushed; RFC 7692, section 7.2.1: left out. */
    private static final int FLUSH_TAIL_BYTES = 4;

    /** One a thread: it keeps a quarter of a megabyte outside the heap. */
    private static final ThreadLocal<Deflater> DEFLATER = ThreadLocal.withInitial(() -> new Deflater(LEVEL, true));

    private final LongAdder compressed;
    /** Above 0: failures in a row. Below 0: frames not to be tried yet. */
    private final AtomicInteger failures = new AtomicInteger();

    /** @param compressed counts frames that were worth it, of all rooms */
    public RoomCompression(LongAdder compressed) {
        this.compressed = compressed;
    }

    /** The frame compressed, which the caller owns, or null when the plain one shall go out. */
    ByteBuf compress(ByteBuf plain) {
        int start = FrameWriter.payloadStart(plain);
        int payload = plain.writerIndex() - start;
        if (payload < PAYLOAD_BYTES_MIN || payload > PAYLOAD_BYTES_MAX || resting()) {
            return null;
        }
        ByteBuf frame = deflate(plain.nioBuffer(start, payload), (int) (payload * LEFT_MAX));
        if (frame == null) {
            failures.updateAndGet(n -> n >= FAILURES_MAX - 1 ? -RESTING_FRAMES : n + 1);
        } else {
            failures.set(0);
            compressed.increment();
        }
        return frame;
    }

    private boolean resting() {
        return failures.get() < 0 && failures.getAndUpdate(n -> n < 0 ? n + 1 : n) < 0;
    }

    /** The whole frame, or null when its payload does not fit. */
    private static ByteBuf deflate(ByteBuffer payload, int bytesMax) {
        Deflater deflater = DEFLATER.get();
        int room = FrameWriter.HEADER_BYTES_MAX;
        ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(room + bytesMax + FLUSH_TAIL_BYTES);
        try {
            deflater.setInput(payload);
            ByteBuffer target = out.nioBuffer(room, out.capacity() - room);
            deflater.deflate(target, Deflater.SYNC_FLUSH);
            // a full target may lack what is still in the deflater
            if (!target.hasRemaining() || !deflater.needsInput()) {
                out.release();
                return null;
            }
            out.setIndex(room, room + target.position() - FLUSH_TAIL_BYTES);
            FrameWriter.head(out, FrameWriter.TEXT_FINAL_COMPRESSED);
            // most of the room was for what was saved: kept as long as the batch is
            out.capacity(out.writerIndex());
            return out;
        } catch (RuntimeException | Error failed) {
            out.release();
            throw failed;
        } finally {
            deflater.reset();
        }
    }
}
