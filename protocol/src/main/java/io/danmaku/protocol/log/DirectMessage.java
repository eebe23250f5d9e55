package io.danmaku.protocol.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;

/**
 * A stored direct message as everybody sees it.
 *
 * @param mid derived from tenant, sender, recipient and cid: the same however often it is sent
 * @param seq its place in the conversation, from 1, without gaps
 * @param tsMs broker's time of its record
 */
public record DirectMessage(String mid, String from, String to, long seq, String kind, String body, long tsMs) {

    /** The wire form, {@code {"mid","from","to","seq","kind","body","ts"}}. */
    public ObjectNode toJson() {
        return Json.object()
                .put("mid", mid)
                .put("from", from)
                .put("to", to)
                .put("seq", seq)
                .put("kind", kind)
                .put("body", body)
                .put("ts", tsMs);
    }
}
