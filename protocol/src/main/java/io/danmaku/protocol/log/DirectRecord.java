package io.danmaku.protocol.log;

/**
 * A record of the inbound topic of direct messages, keyed by {@link #conversation()}: everything that changes a
 * conversation goes through its log, so that nothing races.
 *
 * @param op what is asked
 * @param from who asks
 * @param to the other side
 * @param cid the client's id of a SEND, else empty
 * @param kind kind of a SEND's body, else empty
 * @param body of a SEND, else empty
 * @param seq up to which seq a READ goes, else 0
 * @param node incarnation (as text) of the node that waits for the result, empty = nobody
 * @param sendId that node's number for the request
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
        long sendId) {

    /** What is asked of a conversation. */
    public enum Op {
        SEND,
        READ
    }

    /** {@code tenant/lower/higher}: the same from both sides; the partition key. */
    public String conversation() {
        return conversation(tenant, from, to);
    }

    public static String conversation(String tenant, String a, String b) {
        return a.compareTo(b) <= 0 ? tenant + "/" + a + "/" + b : tenant + "/" + b + "/" + a;
    }
}
