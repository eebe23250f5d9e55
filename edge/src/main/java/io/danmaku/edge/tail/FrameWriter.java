package io.danmaku.edge.tail;

import io.danmaku.protocol.event.SkipReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Writes one text frame of a server (RFC 6455, section 5.2: final, unmasked): {@code {"room","from","to","events":[…],"skipped"?}}. The events
 * are written first, behind room left for everything in front of them, which is known only at the end: so each byte of an
 * event is copied once.
 */
final class FrameWriter {
    /** WebSocket header (10) + names (40) + room id (64) + two offsets (38), rounded up. */
    private static final int HEAD_BYTES = 192;

    private static final int FIRST_BYTES = 1024;
    /** The longest header (RFC 6455, section 5.2, without a mask). */
    static final int HEADER_BYTES_MAX = 10;

    private static final int TEXT_FINAL = 0x81;
    /** With RSV1: RFC 7692, section 6. */
    static final int TEXT_FINAL_COMPRESSED = 0xc1;

    static final int BINARY_FINAL = 0x82;

    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int LENGTH_16_MAX = 0xffff;
    private static final byte[] BEFORE_ROOM = ascii("{\"room\":\"");
    private static final byte[] BEFORE_FROM = ascii("\",\"from\":");
    private static final byte[] BEFORE_TO = ascii(",\"to\":");
    private static final byte[] BEFORE_EVENTS = ascii(",\"events\":[");
    private static final byte[] BEFORE_SKIPPED = ascii(",\"skipped\":{");
    private static final byte[] BEFORE_OFFSET = ascii("{\"o\":");
    private static final byte[] BEFORE_TIME = ascii(",\"ts\":");
    private static final byte[][] REASONS = reasons();
    private static final int DIGITS_MAX = 19;

    private final String room;
    private final long from;
    private final ByteBuf out;

    FrameWriter(String room, long from) {
        this.room = room;
        this.from = from;
        out = PooledByteBufAllocator.DEFAULT.directBuffer(FIRST_BYTES);
        out.setIndex(HEAD_BYTES, HEAD_BYTES);
    }

    /** Position at which the next event begins (behind its comma). */
    int nextStart() {
        return out.writerIndex() + (out.writerIndex() > HEAD_BYTES ? 1 : 0);
    }

    int position() {
        return out.writerIndex();
    }

    /** Writes an event: offset, time, and its wire form from there on. */
    void event(long offset, long tsMs, byte[] fragment) {
        comma();
        out.writeBytes(BEFORE_OFFSET);
        writeNumber(offset);
        out.writeBytes(BEFORE_TIME);
        writeNumber(tsMs);
        out.writeByte(',').writeBytes(fragment);
    }

    void copyEvent(ByteBuf source, int start, int end) {
        comma();
        out.writeBytes(source, start, end - start);
    }

    private void comma() {
        if (out.writerIndex() > HEAD_BYTES) {
            out.writeByte(',');
        }
    }

    /** Completes the frame; the caller owns the buffer. */
    ByteBuf finish(long to, int[] skipped) {
        out.writeByte(']');
        boolean first = true;
        for (int reason = 0; reason < skipped.length; reason++) {
            if (skipped[reason] > 0) {
                if (first) {
                    out.writeBytes(BEFORE_SKIPPED);
                } else {
                    out.writeByte(',');
                }
                first = false;
                out.writeBytes(REASONS[reason]);
                writeNumber(skipped[reason]);
            }
        }
        if (!first) {
            out.writeByte('}');
        }
        out.writeByte('}');
        return head(to);
    }

    /** Drops what was written. */
    void abandon() {
        out.release();
    }

    /** Puts the frame's head in front of the events, the JSON first, the WebSocket header before it. */
    private ByteBuf head(long to) {
        int end = out.writerIndex();
        int jsonHead = BEFORE_ROOM.length
                + room.length()
                + BEFORE_FROM.length
                + digits(from)
                + BEFORE_TO.length
                + digits(to)
                + BEFORE_EVENTS.length;
        int jsonStart = HEAD_BYTES - jsonHead;
        out.setIndex(jsonStart, jsonStart);
        out.writeBytes(BEFORE_ROOM);
        out.writeCharSequence(room, StandardCharsets.US_ASCII);
        out.writeBytes(BEFORE_FROM);
        writeNumber(from);
        out.writeBytes(BEFORE_TO);
        writeNumber(to);
        out.writeBytes(BEFORE_EVENTS);
        out.setIndex(jsonStart, end);
        head(out, TEXT_FINAL);
        return out;
    }

    /** Puts a frame's header in front of its payload, where there is room for it. */
    static void head(ByteBuf frame, int first) {
        int end = frame.writerIndex();
        int payload = frame.readableBytes();
        int start = frame.readerIndex() - headerBytes(payload);
        frame.setIndex(start, start);
        writeHeader(frame, first, payload);
        frame.setIndex(start, end);
    }

    /** Index at which the payload of a frame begins. */
    static int payloadStart(ByteBuf frame) {
        int length = frame.getByte(frame.readerIndex() + 1);
        return frame.readerIndex() + (length < LENGTH_16 ? 2 : length == LENGTH_16 ? 4 : HEADER_BYTES_MAX);
    }

    private static int headerBytes(int payload) {
        return payload < LENGTH_16 ? 2 : payload <= LENGTH_16_MAX ? 4 : 10;
    }

    private static void writeHeader(ByteBuf out, int first, int payload) {
        out.writeByte(first);
        if (payload < LENGTH_16) {
            out.writeByte(payload);
        } else if (payload <= LENGTH_16_MAX) {
            out.writeByte(LENGTH_16).writeShort(payload);
        } else {
            out.writeByte(LENGTH_64).writeLong(payload);
        }
    }

    /** A text frame of any payload; the caller owns it. */
    static ByteBuf text(byte[] utf8) {
        return frame(TEXT_FINAL, utf8);
    }

    /** A binary frame of any payload; the caller owns it. */
    static ByteBuf binary(byte[] payload) {
        return frame(BINARY_FINAL, payload);
    }

    private static ByteBuf frame(int first, byte[] payload) {
        ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer(headerBytes(payload.length) + payload.length);
        writeHeader(frame, first, payload.length);
        return frame.writeBytes(payload);
    }

    /** The frame that says what is gone altogether; the sum of a batch does not hold for it. */
    static ByteBuf gap(String room, long from, long to, String reason) {
        return text(ascii("{\"room\":\"" + room + "\",\"from\":" + from + ",\"to\":" + to + ",\"events\":[],\"gap\":\""
                + reason + "\"}"));
    }

    /** Decimal digits without garbage. */
    private void writeNumber(long number) {
        int digits = digits(number);
        out.ensureWritable(DIGITS_MAX);
        int at = out.writerIndex() + digits;
        out.writerIndex(at);
        long rest = number;
        do {
            out.setByte(--at, '0' + (int) (rest % 10));
            rest /= 10;
        } while (rest > 0);
    }

    private static int digits(long number) {
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[][] reasons() {
        byte[][] names = new byte[SkipReason.count()][];
        for (int i = 0; i < names.length; i++) {
            names[i] = ascii("\"" + SkipReason.ofCode(i).wireName() + "\":");
        }
        return names;
    }
}
