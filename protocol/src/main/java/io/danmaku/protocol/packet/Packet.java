package io.danmaku.protocol.packet;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One packet. Big-endian; a message holds one or several, one behind the other:
 *
 * <pre>
 * u32 length, header included | u16 length of the header: 16 | u16 version | i32 operation | i32 sequence | body
 * </pre>
 *
 * @param version how the body is to be read: {@value #PLAIN} for a message in JSON, {@value #CONTROL} for everything else
 * @param operation what it is, as {@link #AUTH}
 * @param sequence the sender's number for it, which an answer repeats
 * @param body taken as it is, not copied
 */
@SuppressWarnings("ArrayRecordComponent") // packets are never compared
public record Packet(int version, int operation, int sequence, byte[] body) {
    public static final int HEADER_BYTES = 16;

    public static final int PLAIN = 0;
    public static final int CONTROL = 1;

    public static final int HEARTBEAT = 2;
    public static final int HEARTBEAT_REPLY = 3;
    public static final int MESSAGE = 5;
    public static final int DISCONNECT_REPLY = 6;
    public static final int AUTH = 7;
    public static final int AUTH_REPLY = 8;

    private static final int VERSION_MAX = 0xffff;

    public Packet {
        if (version < 0 || version > VERSION_MAX) {
            throw new IllegalArgumentException("a version of " + version);
        }
        if (body.length > Integer.MAX_VALUE - HEADER_BYTES) {
            throw new IllegalArgumentException("a body of " + body.length + " bytes");
        }
    }

    /**
     * What a message said: its packets, or why it is no packets.
     *
     * @param packets at least one; empty when refused
     * @param refusal null when read
     */
    public record Decoded(List<Packet> packets, Refusal refusal) {}

    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + body.length);
        put(out);
        return out.array();
    }

    /** The message of several packets. */
    public static byte[] encode(List<Packet> packets) {
        int bytes = 0;
        for (Packet packet : packets) {
            bytes = Math.addExact(bytes, HEADER_BYTES + packet.body.length);
        }
        ByteBuffer out = ByteBuffer.allocate(bytes);
        for (Packet packet : packets) {
            packet.put(out);
        }
        return out.array();
    }

    private void put(ByteBuffer out) {
        out.putInt(HEADER_BYTES + body.length).putShort((short) HEADER_BYTES).putShort((short) version);
        out.putInt(operation).putInt(sequence).put(body);
    }

    /**
     * Reads a whole message. Never throws for what a client sent.
     *
     * @param packetBytesMax what one packet may have, header included
     */
    public static Decoded decode(byte[] message, int packetBytesMax) {
        ByteBuffer in = ByteBuffer.wrap(message);
        List<Packet> packets = new ArrayList<>(1);
        do {
            if (in.remaining() < HEADER_BYTES) {
                return refused(
                        packets.isEmpty()
                                ? "a packet begins with a header of " + HEADER_BYTES + " bytes"
                                : in.remaining() + " bytes behind the last packet are none");
            }
            int length = in.getInt();
            int headerLength = Short.toUnsignedInt(in.getShort());
            int version = Short.toUnsignedInt(in.getShort());
            int operation = in.getInt();
            int sequence = in.getInt();
            // a length of 2^31 and more is negative here: nobody sends that much
            if (length >= 0 && length < HEADER_BYTES) {
                return refused("a packet is at least " + HEADER_BYTES + " bytes, not " + length);
            }
            if (headerLength != HEADER_BYTES) {
                return refused("a packet's header is " + HEADER_BYTES + " bytes, not " + headerLength);
            }
            if (length < 0 || length > packetBytesMax) {
                return new Decoded(
                        List.of(),
                        Refusal.of(ErrorCode.FRAME_TOO_BIG, "a packet is at most " + packetBytesMax + " bytes"));
            }
            if (length - HEADER_BYTES > in.remaining()) {
                return refused("a packet of " + length + " bytes is cut off");
            }
            byte[] body = new byte[length - HEADER_BYTES];
            in.get(body);
            packets.add(new Packet(version, operation, sequence, body));
        } while (in.hasRemaining());
        return new Decoded(packets, null);
    }

    private static Decoded refused(String how) {
        return new Decoded(List.of(), Refusal.of(ErrorCode.BAD_FRAME, how));
    }
}
