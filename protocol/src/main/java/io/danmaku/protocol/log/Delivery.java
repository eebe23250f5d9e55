package io.danmaku.protocol.log;

import io.danmaku.protocol.command.Refusal;
import java.util.List;

/**
 * A record of a node's delivery topic: a message for devices on that node, a conversation read up to a place, what else a user has changed
 * for all of the own devices, or the result of a request of that node.
 *
 * @param tenant whose users
 * @param users on whose devices here it is shown; empty for a result
 * @param message in its newest form, of a MESSAGE and of the result of what is asked about a message
 * @param sendId of a RESULT: the node's number for the request, else 0
 * @param refusal of a RESULT that failed, else null
 * @param reader of a READ mark: who read
 * @param peer of a READ mark: whose conversation with the reader it is
 * @param readSeq of a READ mark or result: up to where
 * @param change of a NOTE and of its result: a JSON object as clients are told it, else null
 */
public record Delivery(
        Kind kind,
        String tenant,
        List<String> users,
        DirectMessage message,
        long sendId,
        Refusal refusal,
        String reader,
        String peer,
        long readSeq,
        String change) {

    /** What a delivery record is. */
    public enum Kind {
        MESSAGE,
        READ,
        NOTE,
        RESULT
    }

    public static Delivery message(String tenant, List<String> users, DirectMessage message) {
        return new Delivery(Kind.MESSAGE, tenant, users, message, 0, null, null, null, 0, null);
    }

    public static Delivery sent(String tenant, long sendId, DirectMessage message) {
        return new Delivery(Kind.RESULT, tenant, List.of(), message, sendId, null, null, null, 0, null);
    }

    public static Delivery refused(String tenant, long sendId, Refusal refusal) {
        return new Delivery(Kind.RESULT, tenant, List.of(), null, sendId, refusal, null, null, 0, null);
    }

    public static Delivery readResult(String tenant, long sendId, long readSeq) {
        return new Delivery(Kind.RESULT, tenant, List.of(), null, sendId, null, null, null, readSeq, null);
    }

    public static Delivery read(String tenant, List<String> users, String reader, String peer, long readSeq) {
        return new Delivery(Kind.READ, tenant, users, null, 0, null, reader, peer, readSeq, null);
    }

    /** What a user has changed, for the own devices. */
    public static Delivery note(String tenant, String user, String change) {
        return new Delivery(Kind.NOTE, tenant, List.of(user), null, 0, null, null, null, 0, change);
    }

    /** The same as the result of the request. */
    public static Delivery noted(String tenant, long sendId, String change) {
        return new Delivery(Kind.RESULT, tenant, List.of(), null, sendId, null, null, null, 0, change);
    }
}
