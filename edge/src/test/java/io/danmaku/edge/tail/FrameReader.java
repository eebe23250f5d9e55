package io.danmaku.edge.tail;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads frames as a client does, and counts what they cover. */
public final class FrameReader {
    private FrameReader() {}

    /** The JSON of one unmasked final text frame, compressed or not; fails when its header does not fit its bytes. */
    public static JsonNode json(ByteBuf frame) {
        byte[] bytes = ByteBufUtil.getBytes(frame);
        if ((bytes[0] & 0xff) != 0x81 && !isCompressed(frame)) {
            throw new AssertionError("not a final text frame: " + bytes[0]);
        }
        int start = payloadStart(bytes);
        try {
            return isCompressed(frame)
                    ? Json.MAPPER.readTree(inflated(bytes, start))
                    : Json.MAPPER.readTree(bytes, start, bytes.length - start);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The events of one unmasked final binary frame, a packet each; fails when the packets do not fit its bytes. */
    public static List<JsonNode> packets(ByteBuf frame) {
        byte[] bytes = ByteBufUtil.getBytes(frame);
        if ((bytes[0] & 0xff) != 0x82) {
            throw new AssertionError("not a final binary frame: " + bytes[0]);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        in.position(payloadStart(bytes));
        List<JsonNode> events = new ArrayList<>();
        while (in.hasRemaining()) {
            int length = in.getInt();
            // header of 16, version 0; operation 5; sequence 0
            if (in.getInt() != 16 << 16 || in.getInt() != 5 || in.getInt() != 0) {
                throw new AssertionError("no packet of an event");
            }
            byte[] json = new byte[length - 16];
            in.get(json);
            try {
                events.add(Json.MAPPER.readTree(json));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return events;
    }

    private static int payloadStart(byte[] bytes) {
        int length = bytes[1] & 0xff;
        int start = 2;
        if (length == 126) {
            length = (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
            start = 4;
        } else if (length == 127) {
            length = 0;
            for (int i = 2; i < 10; i++) {
                length = length << 8 | (bytes[i] & 0xff);
            }
            start = 10;
        }
        if (start + length != bytes.length) {
            throw new AssertionError("header says " + length + ", frame has " + (bytes.length - start));
        }
        return start;
    }

    /** Whether a text frame is final and has RSV1 (RFC 7692). */
    public static boolean isCompressed(ByteBuf frame) {
        return frame.getUnsignedByte(frame.readerIndex()) == 0xc1;
    }

    /** RFC 7692, section 7.2.2. */
    private static byte[] inflated(byte[] frame, int start) {
        byte[] whole = Arrays.copyOfRange(frame, start, frame.length + 4);
        whole[whole.length - 2] = (byte) 0xff;
        whole[whole.length - 1] = (byte) 0xff;
        Inflater inflater = new Inflater(true);
        inflater.setInput(whole);
        byte[] message = new byte[1 << 20];
        try {
            return Arrays.copyOf(message, inflater.inflate(message));
        } catch (DataFormatException broken) {
            throw new AssertionError(broken);
        } finally {
            inflater.end();
        }
    }

    /** Checks {@code to - from + 1 = events + sum(skipped)} and that the frame follows on {@code last}; the new last. */
    public static long follow(JsonNode frame, long last) {
        long from = frame.path("from").asLong();
        long to = frame.path("to").asLong();
        if (from != last + 1) {
            throw new AssertionError("from " + from + " does not follow on " + last + ": " + frame);
        }
        if (!frame.has("gap")) {
            long covered = frame.path("events").size();
            for (JsonNode count : frame.path("skipped")) {
                covered += count.asLong();
            }
            if (covered != to - from + 1) {
                throw new AssertionError("covers " + covered + ": " + frame);
            }
            long before = from - 1;
            for (JsonNode event : frame.path("events")) {
                long offset = event.path("o").asLong();
                if (offset <= before || offset > to) {
                    throw new AssertionError("offset " + offset + " out of order: " + frame);
                }
                before = offset;
            }
        }
        return to;
    }
}
