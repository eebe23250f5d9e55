package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads messages by their ids. */
final class Contents {
    private final CqlNode cql;
    private final PreparedStatement byId;

    Contents(CqlNode cql) {
        this.cql = cql;
        byId = cql.prepare("SELECT message_id, sender, recipient, seq, received, log_partition, log_index, kind, body,"
                + " created_at, reply_to, rev, edited_at, recalled_at, by_sender, by_recipient,"
                + " notices, expires_at, relayed_at FROM KS.content WHERE tenant = ? AND message_id = ?");
    }

    /** The message, or null. */
    CompletionStage<StoredMessage> message(String tenant, String messageId) {
        return cql.execute(byId, tenant, messageId).thenApply(result -> {
            Row row = result.one();
            return row == null ? null : stored(tenant, row);
        });
    }

    /** The messages in the order of the ids. */
    CompletionStage<List<DirectMessage>> messages(String tenant, List<String> ids) {
        return stored(tenant, ids)
                .thenApply(all -> all.stream().map(StoredMessage::message).toList());
    }

    /** The same with what their rows are made of. */
    CompletionStage<List<StoredMessage>> stored(String tenant, List<String> ids) {
        List<CompletableFuture<StoredMessage>> asked = new ArrayList<>(ids.size());
        for (String id : ids) {
            asked.add(message(tenant, id).toCompletableFuture());
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(all -> asked.stream()
                        .map(CompletableFuture::join)
                        .filter(Objects::nonNull)
                        .toList());
    }

    private static StoredMessage stored(String tenant, Row row) {
        DirectMessage message = new DirectMessage(
                row.getString("message_id"),
                row.getString("sender"),
                row.getString("recipient"),
                row.getLong("seq"),
                row.getString("kind"),
                row.getString("body"),
                row.getLong("created_at"),
                row.getString("reply_to"),
                new Revision(
                        row.getLong("rev"),
                        row.getLong("edited_at"),
                        row.getLong("recalled_at"),
                        row.getString("by_sender"),
                        row.getString("by_recipient"),
                        row.getLong("relayed_at")),
                row.getLong("expires_at"));
        // its cell may live a little longer than it
        DirectMessage now = message.at(System.currentTimeMillis());
        return new StoredMessage(
                tenant,
                now,
                row.getInt("log_partition"),
                row.getLong("log_index"),
                row.getLong("received"),
                row.getLong("notices"));
    }
}
