package io.danmaku.protocol.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.HeldId;
import io.danmaku.protocol.room.Hold;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Held chats as moderators are told of them, and as everybody is told of an approved one. */
public final class HeldJson {
    private static final String UNTIL = "until";

    private HeldJson() {}

    /**
     * A held chat from its member {@code t} on: the event's wire form, and behind it {@code id}, {@code why} and {@code until}.
     *
     * @param record one that is held
     */
    public static byte[] fragment(RoomRecord record, long offset, long tsMs) {
        Hold hold = record.held();
        byte[] more = (",\"id\":\"" + new HeldId(offset, tsMs) + "\",\"why\":\""
                        + hold.why().wireName() + "\",\"" + UNTIL + "\":" + hold.untilMs() + "}")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] event = record.json();
        byte[] whole = Arrays.copyOf(event, event.length - 1 + more.length);
        System.arraycopy(more, 0, whole, event.length - 1, more.length);
        return whole;
    }

    /** The push by which a room's moderators are told of it. */
    public static byte[] push(String room, long offset, long tsMs, RoomRecord record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        out.writeBytes(("{\"room\":\"" + room + "\",\"held\":{\"o\":" + offset + ",\"ts\":" + tsMs + ",")
                .getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(fragment(record, offset, tsMs));
        out.write('}');
        return out.toByteArray();
    }

    /** The push by which they are told that it was answered. */
    public static byte[] push(HeldAnswer answer) {
        ObjectNode push = Json.object().put("room", answer.room().room());
        push.putObject("held").put("o", answer.offset()).put("approved", answer.approved());
        return Json.bytes(push);
    }

    /** Whether the time of a held chat, as {@link #fragment} made it, is over; so also for what is none. */
    public static boolean over(byte[] held, long nowMs) {
        try {
            return Json.MAPPER.readTree(held).path(UNTIL).asLong() <= nowMs;
        } catch (IOException foreign) {
            return true;
        }
    }

    /**
     * The event of an approved chat: what was held, and in its {@code d} the offset at which it was.
     *
     * @return null when the record holds no event
     */
    public static byte[] approved(RoomRecord record, long offset) {
        try {
            byte[] event = new byte[record.json().length + 1];
            event[0] = '{';
            System.arraycopy(record.json(), 0, event, 1, record.json().length);
            if (Json.MAPPER.readTree(event) instanceof ObjectNode whole
                    && whole.get("d") instanceof ObjectNode detail) {
                detail.put("held", offset);
                byte[] written = Json.bytes(whole);
                return Arrays.copyOfRange(written, 1, written.length);
            }
            return null;
        } catch (IOException foreign) {
            return null;
        }
    }
}
