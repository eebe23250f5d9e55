package io.danmaku.protocol.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.Refusal;
import java.nio.charset.StandardCharsets;

/** Writes the answers to commands, as UTF-8 JSON. */
public final class Replies {
    private Replies() {}

    /** @param id the command's id, or -1 when it could not be read ({@code "re":null}) */
    public static byte[] ok(long id, ObjectNode ok) {
        ObjectNode reply = Json.object();
        putId(reply, id);
        reply.set("ok", ok);
        return Json.bytes(reply);
    }

    /**
     * The acknowledgement of a send: where it stands in its room, and the broker's time of it.
     *
     * @param held whether it waits for a moderator
     */
    public static byte[] sent(long id, long offset, long tsMs, boolean held) {
        return ("{\"re\":" + id + ",\"ok\":{\"o\":" + offset + ",\"ts\":" + tsMs + (held ? ",\"held\":true}}" : "}}"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** The acknowledgement of likes: they are counted, and are told with others'. */
    public static byte[] counted(long id, int likes) {
        return ("{\"re\":" + id + ",\"ok\":{\"counted\":" + likes + "}}").getBytes(StandardCharsets.US_ASCII);
    }

    /** @param id the command's id, or -1 when it could not be read ({@code "re":null}) */
    public static byte[] error(long id, Refusal refusal) {
        ObjectNode reply = Json.object();
        putId(reply, id);
        ObjectNode error = reply.putObject("error");
        error.put("code", refusal.code().wireName());
        error.put("message", refusal.message());
        if (refusal.retryMs() > 0) {
            error.put("retryMs", refusal.retryMs());
        }
        return Json.bytes(reply);
    }

    private static void putId(ObjectNode reply, long id) {
        if (id < 0) {
            reply.putNull("re");
        } else {
            reply.put("re", id);
        }
    }
}
