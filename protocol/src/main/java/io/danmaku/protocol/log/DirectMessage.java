package io.danmaku.protocol.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.DirectBody;
import io.danmaku.protocol.json.Json;

/**
 * A stored direct message as both see it, in its newest form.
 *
 * @param mid derived from tenant, sender, recipient and cid: the same however often it is sent
 * @param seq its place in the conversation, from 1, without gaps
 * @param kind see {@link DirectBody}
 * @param body a text, or for other kinds the text of a JSON object; empty once it is recalled
 * @param tsMs broker's time of its record
 * @param reply id of the message that it answers, empty = none
 * @param revision what has become of it
 */
public record DirectMessage(
        String mid,
        String from,
        String to,
        long seq,
        String kind,
        String body,
        long tsMs,
        String reply,
        Revision revision) {
    /** The kind that a recalled message is told with. */
    public static final String RECALLED = "recalled";

    public DirectMessage {
        // a record or a row of before there was more to say
        reply = reply == null ? "" : reply;
        revision = revision == null ? Revision.NONE : revision;
    }

    /** As it was sent, as an answer to none. */
    public DirectMessage(String mid, String from, String to, long seq, String kind, String body, long tsMs) {
        this(mid, from, to, seq, kind, body, tsMs, "", Revision.NONE);
    }

    /** With another body and what has become of it. */
    public DirectMessage with(String newBody, Revision now) {
        return new DirectMessage(mid, from, to, seq, kind, newBody, tsMs, reply, now);
    }

    /** The wire form, {@code {"mid","from","to","seq","kind","body","ts"}} and what else there is to say. */
    public ObjectNode toJson() {
        boolean recalled = revision.recalled();
        ObjectNode json =
                Json.object().put("mid", mid).put("from", from).put("to", to).put("seq", seq);
        json.put("kind", recalled ? RECALLED : kind);
        json.set("body", recalled ? json.textNode("") : DirectBody.node(kind, body));
        json.put("ts", tsMs);
        if (!reply.isEmpty()) {
            json.put("reply", reply);
        }
        if (revision.editedMs() > 0 && !recalled) {
            json.put("edited", revision.editedMs());
        }
        if (recalled) {
            json.put("recalled", revision.recalledMs());
        }
        if (!revision.bySender().isEmpty() || !revision.byRecipient().isEmpty()) {
            ObjectNode reactions = json.putObject("reactions");
            put(reactions, from, revision.bySender());
            put(reactions, to, revision.byRecipient());
        }
        if (revision.number() > 0) {
            json.put("rev", revision.number());
        }
        return json;
    }

    private static void put(ObjectNode reactions, String user, String sign) {
        if (!sign.isEmpty()) {
            reactions.put(user, sign);
        }
    }
}
