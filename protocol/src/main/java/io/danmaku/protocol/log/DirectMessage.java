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
 * @param body a text, or for other kinds the text of a JSON object; empty once it is recalled or has gone by itself
 * @param tsMs broker's time of its record
 * @param reply id of the message that it answers, empty = none
 * @param revision what has become of it
 * @param expiresMs broker's time at which it goes by itself, 0 = never
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
        Revision revision,
        long expiresMs) {
    /** The kind that a recalled message is told with. */
    public static final String RECALLED = "recalled";

    /** The kind that one is told with that has gone by itself. */
    public static final String EXPIRED = "expired";

    public DirectMessage {
        // one whose body is gone has no cell of it
        body = body == null ? "" : body;
        // a record or a row of before there was more to say
        reply = reply == null ? "" : reply;
        revision = revision == null ? Revision.NONE : revision;
    }

    /** As it was sent, as an answer to none. */
    public DirectMessage(String mid, String from, String to, long seq, String kind, String body, long tsMs) {
        this(mid, from, to, seq, kind, body, tsMs, "", Revision.NONE, 0);
    }

    /** With another body and what has become of it. */
    public DirectMessage with(String newBody, Revision now) {
        return new DirectMessage(mid, from, to, seq, kind, newBody, tsMs, reply, now, expiresMs);
    }

    /** Whether it lives no more at a time; of a recalled one, too. */
    public boolean expiredAt(long atMs) {
        return expiresMs > 0 && atMs >= expiresMs;
    }

    /** As it is told at a time: without a body once it lives no more. */
    public DirectMessage at(long nowMs) {
        return expiredAt(nowMs) ? with("", revision) : this;
    }

    /** Whether its body has gone by itself. No other one is empty. */
    public boolean gone() {
        return expiresMs > 0 && body.isEmpty() && !revision.recalled();
    }

    /** The wire form, {@code {"mid","from","to","seq","kind","body","ts"}} and what else there is to say. */
    public ObjectNode toJson() {
        boolean recalled = revision.recalled();
        boolean gone = gone();
        // who has its body may show it until its time
        boolean relayed = gone && revision.relayedMs() > 0 && revision.relayedMs() < expiresMs;
        ObjectNode json =
                Json.object().put("mid", mid).put("from", from).put("to", to).put("seq", seq);
        json.put("kind", recalled ? RECALLED : gone ? EXPIRED : kind);
        json.set("body", recalled || gone ? json.textNode("") : DirectBody.node(kind, body));
        json.put("ts", tsMs);
        if (!reply.isEmpty()) {
            json.put("reply", reply);
        }
        if (revision.editedMs() > 0 && !recalled && !gone) {
            json.put("edited", revision.editedMs());
        }
        if (recalled) {
            json.put("recalled", revision.recalledMs());
        } else if (gone) {
            json.put("expired", relayed ? revision.relayedMs() : expiresMs);
        }
        if (expiresMs > 0 && !recalled && (!gone || relayed)) {
            json.put("expires", expiresMs);
        }
        if ((!gone || relayed)
                && (!revision.bySender().isEmpty() || !revision.byRecipient().isEmpty())) {
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
