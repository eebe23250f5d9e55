package io.danmaku.protocol.log;

import io.danmaku.protocol.command.Refusal;
import java.util.List;

/**
 * A record of a node's delivery topic: a message for devices on that node, a conversation read or delivered up to a place, what else a user
 * has changed for all of the own devices, that somebody types, or the result of a request of that node.
 *
 * @param tenant whose users
 * @param users on whose devices here it is shown; empty for a result
 * @param message in its newest form, of a MESSAGE and of the result of what is asked about a message
 * @param sendId of a RESULT: the node's number for the request, else 0
 * @param refusal of a RESULT that failed, else null
 * @param reader of a READ or DELIVERED mark: whose mark it is; of TYPING: who types; of SIGHT: who may be another's to see now, or not; of a
 *     MESSAGE with {@code node}: who asked for what it tells
 * @param peer of a mark: whose conversation with the reader it is
 * @param readSeq of a mark or its result: up to where
 * @param change of a NOTE and of its result: a JSON object as clients are told it, else null
 * @param node of a MESSAGE, where who asked is held to a user's rate: the node that took it; else null
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
        String change,
        String node) {

    /** What a delivery record is. */
    public enum Kind {
        MESSAGE,
        READ,
        /** All up to a place has reached a device of its recipient. */
        DELIVERED,
        /** Somebody types; nobody keeps it. */
        TYPING,
        /** Whether the users may see somebody online may have changed: their nodes ask again. Nothing of it is shown. */
        SIGHT,
        NOTE,
        RESULT
    }

    public static Delivery message(String tenant, List<String> users, DirectMessage message) {
        return new Delivery(Kind.MESSAGE, tenant, users, message, 0, null, null, null, 0, null, null);
    }

    /** The same of what a user has sent or changed who is held to a rate. */
    public static Delivery message(
            String tenant, List<String> users, DirectMessage message, String askedBy, String node) {
        return new Delivery(Kind.MESSAGE, tenant, users, message, 0, null, askedBy, null, 0, null, node);
    }

    public static Delivery sent(String tenant, long sendId, DirectMessage message) {
        return new Delivery(Kind.RESULT, tenant, List.of(), message, sendId, null, null, null, 0, null, null);
    }

    public static Delivery refused(String tenant, long sendId, Refusal refusal) {
        return new Delivery(Kind.RESULT, tenant, List.of(), null, sendId, refusal, null, null, 0, null, null);
    }

    public static Delivery readResult(String tenant, long sendId, long readSeq) {
        return new Delivery(Kind.RESULT, tenant, List.of(), null, sendId, null, null, null, readSeq, null, null);
    }

    public static Delivery read(String tenant, List<String> users, String reader, String peer, long readSeq) {
        return new Delivery(Kind.READ, tenant, users, null, 0, null, reader, peer, readSeq, null, null);
    }

    public static Delivery delivered(String tenant, List<String> users, String receiver, String peer, long seq) {
        return new Delivery(Kind.DELIVERED, tenant, users, null, 0, null, receiver, peer, seq, null, null);
    }

    public static Delivery typing(String tenant, List<String> users, String from) {
        return new Delivery(Kind.TYPING, tenant, users, null, 0, null, from, null, 0, null, null);
    }

    public static Delivery sight(String tenant, List<String> users, String of) {
        return new Delivery(Kind.SIGHT, tenant, users, null, 0, null, of, null, 0, null, null);
    }

    /** What a user has changed, for the own devices. */
    public static Delivery note(String tenant, String user, String change) {
        return new Delivery(Kind.NOTE, tenant, List.of(user), null, 0, null, null, null, 0, change, null);
    }

    /** The same as the result of the request. */
    public static Delivery noted(String tenant, long sendId, String change) {
        return new Delivery(Kind.RESULT, tenant, List.of(), null, sendId, null, null, null, 0, change, null);
    }
}
