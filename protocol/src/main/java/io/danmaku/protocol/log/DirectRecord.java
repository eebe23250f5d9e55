package io.danmaku.protocol.log;

/**
 * A record of the inbound topic of direct messages, keyed by {@link #conversation()}: everything that changes a
 * conversation goes through its log, so that nothing races.
 *
 * @param op what is asked
 * @param from who asks
 * @param to the other side; empty of SETTINGS, which lie in every partition
 * @param cid the client's id of a SEND, and of what asks for its result; else empty
 * @param kind kind of a SEND's body; of an EDIT's {@code text}, or {@link #OBJECT} for all others; else empty
 * @param body of a SEND; what an EDIT puts in its place; of a REACT what is shown, empty = nothing any more; of RELATE and SETTINGS the JSON of
 *     what changes; else empty
 * @param seq up to which seq a READ, a DELIVERED or a CLEAR goes; of EXPIRE for how many seconds new messages live, 0 = for ever; else 0
 * @param node incarnation (as text) of the node that waits for the result, empty = nobody
 * @param sendId that node's number for the request
 * @param mid the message that it is about, of a SEND the one that it answers; empty = none
 * @param rated whether who asks is held to a user's rate, which edges count together
 */
public record DirectRecord(
        Op op,
        String tenant,
        String from,
        String to,
        String cid,
        String kind,
        String body,
        long seq,
        String node,
        long sendId,
        String mid,
        boolean rated) {

    /** The kind of an EDIT whose body is an object. */
    public static final String OBJECT = "object";

    /** What is asked of a conversation. */
    public enum Op {
        SEND,
        /** What became of a SEND of this cid that may not be sent any more: its first result, or else that its text is refused. */
        ASK,
        READ,
        /** A device has got all up to a number; whatever is read is delivered too. */
        DELIVERED,
        /** Another body for one's own message. */
        EDIT,
        /** One's own message is taken back, from both. */
        RECALL,
        /** A sign at a message, one of each side. */
        REACT,
        /** A message is not shown any more to who asks. */
        HIDE,
        /** The same of all messages so far. */
        CLEAR,
        /** Nothing comes any more from the other side. */
        BLOCK,
        UNBLOCK,
        /** What who asks says of the other side. */
        RELATE,
        /** Whom who asks lets write: one in each partition. */
        SETTINGS,
        /** For how long the conversation's messages from here on live. */
        EXPIRE
    }

    public DirectRecord {
        // a record that an older node appended has none
        mid = mid == null ? "" : mid;
    }

    /** A record of who is held to no rate. */
    public DirectRecord(
            Op op,
            String tenant,
            String from,
            String to,
            String cid,
            String kind,
            String body,
            long seq,
            String node,
            long sendId,
            String mid) {
        this(op, tenant, from, to, cid, kind, body, seq, node, sendId, mid, false);
    }

    /** A record about no message. */
    public DirectRecord(
            Op op,
            String tenant,
            String from,
            String to,
            String cid,
            String kind,
            String body,
            long seq,
            String node,
            long sendId) {
        this(op, tenant, from, to, cid, kind, body, seq, node, sendId, "");
    }

    /** What is asked of a message that there is, or (mid empty) of the conversation. */
    public static DirectRecord change(
            Op op, String tenant, String from, String to, String mid, String body, String node, long sendId) {
        return new DirectRecord(op, tenant, from, to, "", "", body, 0, node, sendId, mid);
    }

    /** Another body for a message. */
    public static DirectRecord edit(
            String tenant, String from, String to, String mid, String body, boolean text, String node, long sendId) {
        return new DirectRecord(Op.EDIT, tenant, from, to, "", text ? "text" : OBJECT, body, 0, node, sendId, mid);
    }

    /** Something that goes up to a number of the conversation; EXPIRE with its seconds. */
    public static DirectRecord upTo(Op op, String tenant, String from, String to, long seq, String node, long sendId) {
        return new DirectRecord(op, tenant, from, to, "", "", "", seq, node, sendId, "");
    }

    /** The same with another body. */
    public DirectRecord withBody(String other) {
        return new DirectRecord(op, tenant, from, to, cid, kind, other, seq, node, sendId, mid, rated);
    }

    /** The same of somebody who is held to a user's rate. */
    public DirectRecord asRated() {
        return new DirectRecord(op, tenant, from, to, cid, kind, body, seq, node, sendId, mid, true);
    }

    /** Asks, in the place of this SEND, whether it was sent before. */
    public DirectRecord asking() {
        return new DirectRecord(Op.ASK, tenant, from, to, cid, "", "", 0, node, sendId);
    }

    /** {@code tenant/lower/higher}: the same from both sides; the partition key. */
    public String conversation() {
        return conversation(tenant, from, to);
    }

    public static String conversation(String tenant, String a, String b) {
        return a.compareTo(b) <= 0 ? tenant + "/" + a + "/" + b : tenant + "/" + b + "/" + a;
    }
}
