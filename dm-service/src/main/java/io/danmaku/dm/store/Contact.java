package io.danmaku.dm.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.account.Relation;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectMessage;

/**
 * A conversation in a list of recent ones.
 *
 * @param last its newest message; null when the owner has hidden it or cleared the conversation since, or when it is being written
 * @param unread messages of the peer that the owner has not read
 * @param readSeq up to where the owner has read
 * @param peerReadSeq up to where the peer has read, as far as the owner is told
 * @param deliveredSeq up to where a device of the owner has got it, at least where it is read
 * @param peerDeliveredSeq the same of the peer, as far as the owner is told
 * @param request whether a stranger waits for a first answer
 * @param relation what the owner says of the peer
 * @param name as the peer's account tells it, empty where there is none
 * @param avatar the same of the picture's address
 * @param expirySeconds for how long new messages live, 0 = for ever
 */
public record Contact(
        String peer,
        DirectMessage last,
        long unread,
        long readSeq,
        long peerReadSeq,
        long deliveredSeq,
        long peerDeliveredSeq,
        boolean request,
        Relation relation,
        String name,
        String avatar,
        long expirySeconds) {

    /** As it is told. */
    public ObjectNode toJson() {
        ObjectNode contact = Json.object().put("peer", peer);
        contact.set("last", last == null ? null : last.toJson());
        contact.put("unread", unread)
                .put("readSeq", readSeq)
                .put("peerReadSeq", peerReadSeq)
                .put("deliveredSeq", deliveredSeq)
                .put("peerDeliveredSeq", peerDeliveredSeq);
        if (request) {
            contact.put("request", true);
        }
        if (!relation.equals(Relation.NONE)) {
            contact.set("relation", relation.toJson());
        }
        if (!name.isEmpty()) {
            contact.put("name", name);
        }
        if (!avatar.isEmpty()) {
            contact.put("avatar", avatar);
        }
        if (expirySeconds > 0) {
            contact.put("expiry", expirySeconds);
        }
        return contact;
    }
}
