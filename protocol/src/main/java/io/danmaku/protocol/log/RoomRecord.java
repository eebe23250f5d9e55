package io.danmaku.protocol.log;

import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.room.Hold;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One record of a room's log, as an edge (or room-service) appends it. Binary, big-endian, version 1:
 *
 * <pre>
 * u8 version | u8 type | u8 flags | i64 node | i64 sendId | u8+n user | u8+n cid | u8+n key | of a held one: u8 why | i64 until | rest: JSON
 * </pre>
 *
 * @param type what it is
 * @param deliveryClass that of its type, or what the room's policy said of its kind when it was sent: it holds for this record for ever
 * @param ranking sent by a host or moderator: never sampled away
 * @param shadowed sent by a user who is shadow banned: acknowledged, and told to nobody
 * @param weight how much likelier than a viewer's it is told when not all can be, 1..4; of a ranking one of no account
 * @param node incarnation of the edge that appended it and waits for it, 0 when nobody waits
 * @param sendId that edge's number for the send
 * @param user who sent it, empty for the hub itself
 * @param cid the client's id for the send, empty = never a repeat
 * @param key of a LATEST event what it is the latest of, among those of its type; else empty
 * @param held why it waits for a moderator, and till when: told to nobody else; null = it does not
 * @param json the event from {@code "t"} on, see {@code EventDetail.fragment}
 */
@SuppressWarnings(
        "ArrayRecordComponent") // records are never compared, and the bytes go on as they are: a copy would cost
public record RoomRecord(
        EventType type,
        DeliveryClass deliveryClass,
        boolean ranking,
        boolean shadowed,
        int weight,
        long node,
        long sendId,
        String user,
        String cid,
        String key,
        Hold held,
        byte[] json) {
    private static final byte VERSION = 1;
    private static final int FLAG_RANKING = 1;
    private static final int FLAG_SHADOWED = 2;
    /** Two bits: the weight less one, so that a record of before there were weights has that of a viewer. */
    private static final int WEIGHT_SHIFT = 2;

    private static final int WEIGHT_MASK = 3;
    /** Two bits: 0 for the class of its type, as in records of before kinds had classes, else its code. */
    private static final int CLASS_SHIFT = 4;

    private static final int CLASS_MASK = 3;
    /** Half of a surrogate pair: nothing that was read from a record's bytes has one. */
    private static final char NOT_OF_A_STATE = '\ud800';

    private static final int FLAG_HELD = 64;
    private static final int HELD_BYTES = 1 + 8;
    private static final int FIXED_BYTES = 3 + 8 + 8 + 3;

    public RoomRecord {
        if (weight < 1 || weight > WEIGHT_MASK + 1) {
            throw new IllegalArgumentException("a weight of " + weight);
        }
    }

    /** A record of the class of its type that waits for nobody. */
    public RoomRecord(
            EventType type,
            boolean ranking,
            boolean shadowed,
            int weight,
            long node,
            long sendId,
            String user,
            String cid,
            String key,
            byte[] json) {
        this(type, type.deliveryClass(), ranking, shadowed, weight, node, sendId, user, cid, key, null, json);
    }

    /** What a LATEST event is conflated by in its room: events of two types never share it. Empty for those of other classes. */
    public String conflationKey() {
        return type == EventType.STATE || key.isEmpty() ? key : NOT_OF_A_STATE + key;
    }

    public byte[] encode() {
        byte[] userBytes = user.getBytes(StandardCharsets.UTF_8);
        byte[] cidBytes = cid.getBytes(StandardCharsets.UTF_8);
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES
                + userBytes.length
                + cidBytes.length
                + keyBytes.length
                + (held == null ? 0 : HELD_BYTES)
                + json.length);
        out.put(VERSION).put(type.code()).put((byte) ((ranking ? FLAG_RANKING : 0)
                | (shadowed ? FLAG_SHADOWED : 0)
                | (held == null ? 0 : FLAG_HELD)
                | (weight - 1) << WEIGHT_SHIFT
                | (deliveryClass == type.deliveryClass() ? 0 : deliveryClass.code()) << CLASS_SHIFT));
        out.putLong(node).putLong(sendId);
        putShort(out, userBytes);
        putShort(out, cidBytes);
        putShort(out, keyBytes);
        if (held != null) {
            out.put(held.why().code()).putLong(held.untilMs());
        }
        out.put(json);
        return out.array();
    }

    private static void putShort(ByteBuffer out, byte[] bytes) {
        if (bytes.length > 255) {
            throw new IllegalArgumentException("an identifier of " + bytes.length + " bytes");
        }
        out.put((byte) bytes.length).put(bytes);
    }

    /**
     * Reads a record; null when it is not one of this version (a newer node's, or foreign bytes): the offset is then
     * told as {@code filtered}, so that counting still holds.
     */
    public static RoomRecord decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.remaining() < FIXED_BYTES || in.get() != VERSION) {
            return null;
        }
        EventType type = EventType.ofCode(in.get());
        byte flags = in.get();
        boolean ranking = (flags & FLAG_RANKING) != 0;
        boolean shadowed = (flags & FLAG_SHADOWED) != 0;
        int weight = 1 + ((flags >> WEIGHT_SHIFT) & WEIGHT_MASK);
        int ownClass = (flags >> CLASS_SHIFT) & CLASS_MASK;
        long node = in.getLong();
        long sendId = in.getLong();
        String user = getShort(in);
        String cid = getShort(in);
        String key = getShort(in);
        if (type == null || user == null || cid == null || key == null) {
            return null;
        }
        Hold held = null;
        if ((flags & FLAG_HELD) != 0) {
            Hold.Why why = in.remaining() < HELD_BYTES ? null : Hold.Why.ofCode(in.get());
            if (why == null) {
                return null; // held for what this version does not know: told to nobody
            }
            held = new Hold(why, in.getLong());
        }
        byte[] json = new byte[in.remaining()];
        in.get(json);
        DeliveryClass deliveryClass = ownClass == 0 ? type.deliveryClass() : DeliveryClass.ofCode(ownClass);
        return new RoomRecord(type, deliveryClass, ranking, shadowed, weight, node, sendId, user, cid, key, held, json);
    }

    private static String getShort(ByteBuffer in) {
        if (!in.hasRemaining()) {
            return null;
        }
        int length = Byte.toUnsignedInt(in.get());
        if (in.remaining() < length) {
            return null;
        }
        String s = new String(in.array(), in.arrayOffset() + in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return s;
    }
}
