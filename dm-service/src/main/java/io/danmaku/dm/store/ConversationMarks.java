package io.danmaku.dm.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;

/**
 * The marks of a conversation as they are, for one of its sides.
 *
 * @param readSeq up to where the owner has read
 * @param peerReadSeq up to where the peer has read, as far as the owner is told
 * @param deliveredSeq up to where a device of the owner has got it, at least where it is read
 * @param peerDeliveredSeq the same of the peer, as far as the owner is told
 * @param unread messages of the peer, up to {@code lastSeq}, that the owner has not read
 * @param lastSeq number of the newest message
 * @param movedAt log index of the record that was the last to change one of them, -1 = none has
 */
public record ConversationMarks(
        String peer,
        long readSeq,
        long peerReadSeq,
        long deliveredSeq,
        long peerDeliveredSeq,
        long unread,
        long lastSeq,
        long movedAt) {

    /** As it is told. */
    public ObjectNode toJson() {
        return Json.object()
                .put("peer", peer)
                .put("readSeq", readSeq)
                .put("peerReadSeq", peerReadSeq)
                .put("deliveredSeq", deliveredSeq)
                .put("peerDeliveredSeq", peerDeliveredSeq)
                .put("unread", unread)
                .put("lastSeq", lastSeq);
    }
}
