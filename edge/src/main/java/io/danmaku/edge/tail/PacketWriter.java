package io.danmaku.edge.tail;

import io.danmaku.protocol.packet.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;

/** Writes one binary frame of a batch: a packet for each of its events, whose JSON is copied out of the batch's full frame. */
final class PacketWriter {
    /** What stands in front of every event, but for the first four bytes: the length. */
    private static final byte[] HEADER = new Packet(Packet.PLAIN, Packet.MESSAGE, 0, new byte[0]).encode();

    private PacketWriter() {}

    /**
     * The frame, which the caller owns; without a byte when there is no event for it, for packets have no way to say so.
     *
     * @param since only events behind this offset
     * @param superseded what a lean frame leaves out, or null for all events
     */
    static ByteBuf frame(ByteBuf full, BatchIndex index, long since, Batch.Superseded superseded) {
        if (index.events == 0) {
            return Unpooled.EMPTY_BUFFER;
        }
        int room = FrameWriter.HEADER_BYTES_MAX;
        ByteBuf out =
                PooledByteBufAllocator.DEFAULT.directBuffer(room + full.readableBytes() + index.events * HEADER.length);
        out.setIndex(room, room);
        for (int i = 0; i < index.events; i++) {
            if (index.offsets[i] > since && (superseded == null || index.leftOut(i, superseded) == null)) {
                int bytes = index.ends[i] - index.starts[i];
                out.writeInt(HEADER.length + bytes).writeBytes(HEADER, Integer.BYTES, HEADER.length - Integer.BYTES);
                out.writeBytes(full, index.starts[i], bytes);
            }
        }
        if (!out.isReadable()) {
            out.release();
            return Unpooled.EMPTY_BUFFER;
        }
        FrameWriter.head(out, FrameWriter.BINARY_FINAL);
        // the room of what was left out would be kept as long as the batch is
        out.capacity(out.writerIndex());
        return out;
    }
}
