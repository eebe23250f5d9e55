package io.danmaku.dm.conversation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.account.Relation;
import io.danmaku.dm.account.Writers;
import io.danmaku.protocol.json.Json;

/**
 * Something to write about a conversation besides messages and read marks.
 */
public sealed interface Change {
    /** Where the record that says so stands. */
    LoggedRecord logged();

    /** A message has another body, is taken back, or has another sign. */
    record OfMessage(LoggedRecord logged, StoredMessage before) implements Change {}

    /**
     * A message is not shown to its owner any more.
     *
     * @param last whether it is the conversation's newest
     */
    record Hidden(LoggedRecord logged, String mid, long seq, boolean last) implements Change {}

    /**
     * All messages up to a number are not shown any more to who asked.
     *
     * @param received how many of them that user had received
     */
    record Cleared(LoggedRecord logged, long seq, long received) implements Change {}

    /** The sender of the record lets nothing come from the other side any more, or lets it again. */
    record Blocked(LoggedRecord logged, boolean blocked) implements Change {}

    /**
     * What is sent from here on lives for so long, whoever of the two sends it.
     *
     * @param seconds 0 = for ever
     */
    record Expiring(LoggedRecord logged, long seconds) implements Change {
        /** As the devices of the other side are told it. */
        public String toldOther() {
            return told(logged.record().from());
        }

        private String told(String peer) {
            return Json.object()
                    .put("peer", peer)
                    .put("expiry", seconds)
                    .put("by", logged.record().from())
                    .put("rev", logged.index() + 1)
                    .toString();
        }
    }

    /** What the sender of the record says of the other side now. */
    record Related(LoggedRecord logged, Relation relation) implements Change {}

    /** Whom the sender of the record lets write now, as far as this partition knows. */
    record Let(LoggedRecord logged, Writers writers) implements Change {}

    /**
     * As the devices of who asked are told it; null of what both are told as a message, and of settings. Its {@code rev} says which of two is the later one,
     * as that of a message does.
     */
    default String told() {
        String peer = logged().record().to();
        if (this instanceof Expiring expiring) {
            return expiring.told(peer);
        }
        ObjectNode told = Json.object().put("peer", peer);
        long rev = logged().index() + 1;
        if (this instanceof Hidden hidden) {
            return told.put("hidden", hidden.mid())
                    .put("seq", hidden.seq())
                    .put("rev", rev)
                    .toString();
        } else if (this instanceof Cleared cleared) {
            return told.put("cleared", cleared.seq()).put("rev", rev).toString();
        } else if (this instanceof Blocked block) {
            return told.put("blocked", block.blocked()).put("rev", rev).toString();
        } else if (this instanceof Related related) {
            return told.put("rev", rev)
                    .set("relation", related.relation().toJson())
                    .toString();
        }
        return null;
    }
}
