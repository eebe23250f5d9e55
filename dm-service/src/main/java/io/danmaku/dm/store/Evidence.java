package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.DirectBody;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Copies of messages as they are now, all bodies that they had, for who has them in a conversation, hidden and cleared ones too. */
public final class Evidence {
    /** Characters of former bodies that are copied for all messages together: of each an equal share, from both ends. */
    static final int VERSION_CHARS_MAX = 64 * 1024;

    private final CqlNode cql;
    private final Contents contents;
    private final Histories histories;
    private final PreparedStatement selectIndex;

    /** Prepares its statements: blocks. */
    public Evidence(CqlNode cql, Histories histories) {
        this.cql = cql;
        this.histories = histories;
        contents = new Contents(cql);
        selectIndex = cql.prepare("SELECT message_id FROM KS.message_index"
                + " WHERE tenant = ? AND owner = ? AND peer = ? AND bucket = ? AND seq = ?");
    }

    /**
     * Messages of a conversation as its owner has them, as they are told, with {@code versions}; of a recalled one, and of one that lives no more, there is no body.
     *
     * @return null when one of them is not in the conversation
     */
    public CompletionStage<ArrayNode> copy(String tenant, String owner, String peer, List<String> mids) {
        return copy(new Copying(tenant, owner, peer, mids), 0, Json.MAPPER.createArrayNode());
    }

    private record Copying(String tenant, String owner, String peer, List<String> mids) {}

    /** One after another: each may have had many bodies. */
    private CompletionStage<ArrayNode> copy(Copying c, int at, ArrayNode copied) {
        if (at == c.mids.size()) {
            return CompletableFuture.completedFuture(copied);
        }
        return message(c, c.mids.get(at)).thenCompose(message -> {
            if (message == null) {
                return CompletableFuture.completedFuture(null);
            }
            ObjectNode copy = message.toJson();
            copied.add(copy);
            if (message.revision().editedMs() == 0 || message.revision().recalled() || message.gone()) {
                return copy(c, at + 1, copied);
            }
            return histories.versions(c.tenant, message).thenCompose(versions -> {
                put(copy, versions, VERSION_CHARS_MAX / c.mids.size());
                return copy(c, at + 1, copied);
            });
        });
    }

    /** The message, or null where the owner has it not in this conversation. */
    private CompletionStage<DirectMessage> message(Copying c, String mid) {
        return contents.message(c.tenant, mid).thenCompose(stored -> {
            if (stored == null || !Histories.isBetween(stored, c.owner, c.peer)) {
                return CompletableFuture.completedFuture(null);
            }
            DirectMessage message = stored.message();
            return cql.execute(selectIndex, c.tenant, c.owner, c.peer, Buckets.ofMessage(message.seq()), message.seq())
                    .thenApply(result -> {
                        Row row = result.one();
                        return row != null && mid.equals(row.getString("message_id")) ? message : null;
                    });
        });
    }

    /** Puts what fits: who edits often may hide neither the first nor the last ones. */
    static void put(ObjectNode copy, List<Histories.Version> versions, int charsMax) {
        int first = 0;
        int last = versions.size();
        int chars = 0;
        boolean beginFits = true;
        boolean endFits = true;
        for (boolean fromBegin = true; first < last && (beginFits || endFits); fromBegin = !fromBegin) {
            if (fromBegin ? !beginFits : !endFits) {
                continue;
            }
            int length = versions.get(fromBegin ? first : last - 1).body().length();
            if (chars + length > charsMax) {
                beginFits &= !fromBegin;
                endFits &= fromBegin;
            } else {
                chars += length;
                if (fromBegin) {
                    first++;
                } else {
                    last--;
                }
            }
        }
        ArrayNode array = copy.putArray("versions");
        for (int i = 0; i < versions.size(); i++) {
            if (i < first || i >= last) {
                Histories.Version version = versions.get(i);
                array.addObject()
                        .put("at", version.atMs())
                        .set("body", DirectBody.node(version.kind(), version.body()));
            }
        }
        if (first < last) {
            copy.put("versionsLeftOut", last - first);
        }
    }
}
