package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.conversation.Blocks;
import io.danmaku.dm.conversation.Change;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What becomes of messages and conversations after messages were sent. By the rule of timestamps of {@link MessageTables}. */
final class ChangeTables {
    private final CqlNode cql;
    private final OwnerLogs logs;
    private final Bodies bodies;
    private final PreparedStatement insertVersion;
    private final PreparedStatement insertVersionRow;
    private final PreparedStatement selectVersionsBefore;
    private final PreparedStatement updateBody;
    private final PreparedStatement updateEdited;
    private final PreparedStatement updateRecalled;
    private final PreparedStatement deleteVersions;
    private final PreparedStatement updateBySender;
    private final PreparedStatement updateByRecipient;
    private final PreparedStatement updateHidden;
    private final PreparedStatement updateHiddenSeq;
    private final PreparedStatement updateCleared;
    private final PreparedStatement selectCleared;
    private final PreparedStatement insertBlock;
    private final PreparedStatement selectBlock;
    private final PreparedStatement insertExpiry;
    private final PreparedStatement selectExpiry;
    private final PreparedStatement updateExpiry;

    /** Prepares its statements: blocks. */
    ChangeTables(CqlNode cql, OwnerLogs logs, Bodies bodies) {
        this.cql = cql;
        this.logs = logs;
        this.bodies = bodies;
        String content = " WHERE tenant = ? AND message_id = ?";
        insertVersion = cql.prepare("INSERT INTO KS.content_version (tenant, message_id, log_index, body, at)"
                + " VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?");
        insertVersionRow = cql.prepare("INSERT INTO KS.content_version (tenant, message_id, log_index, at)"
                + " VALUES (?, ?, ?, ?) USING TIMESTAMP ?");
        deleteVersions = cql.prepare("DELETE FROM KS.content_version USING TIMESTAMP ?" + content);
        selectVersionsBefore =
                cql.prepare("SELECT log_index FROM KS.content_version" + content + " AND log_index < ? LIMIT ?");
        updateBody = cql.prepare("UPDATE KS.content USING TIMESTAMP ? SET body = ?, edited_at = ?, rev = ?" + content);
        updateEdited =
                cql.prepare("UPDATE KS.content USING TIMESTAMP ? SET edited_at = ?, rev = ?, relayed_at = 0" + content);
        updateRecalled = cql.prepare("UPDATE KS.content USING TIMESTAMP ? SET body = '', by_sender = '',"
                + " by_recipient = '', recalled_at = ?, rev = ?" + content);
        updateBySender = cql.prepare("UPDATE KS.content USING TIMESTAMP ? SET by_sender = ?, rev = ?" + content);
        updateByRecipient = cql.prepare("UPDATE KS.content USING TIMESTAMP ? SET by_recipient = ?, rev = ?" + content);
        updateHidden = cql.prepare("UPDATE KS.message_index USING TIMESTAMP ? SET hidden = true"
                + " WHERE tenant = ? AND owner = ? AND peer = ? AND bucket = ? AND seq = ?");
        String contact = " WHERE tenant = ? AND owner = ? AND peer = ?";
        updateHiddenSeq = cql.prepare("UPDATE KS.contact USING TIMESTAMP ? SET hidden_seq = ?" + contact);
        updateCleared =
                cql.prepare("UPDATE KS.contact USING TIMESTAMP ? SET cleared_seq = ?, cleared_received = ?" + contact);
        selectCleared = cql.prepare("SELECT cleared_seq FROM KS.contact" + contact);
        insertBlock = cql.prepare("INSERT INTO KS.block (tenant, owner, peer, log_index, blocked)"
                + " VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?");
        selectBlock = cql.prepare("SELECT blocked FROM KS.block" + contact + " AND log_index < ? LIMIT 1");
        insertExpiry = cql.prepare("INSERT INTO KS.expiry (tenant, low, high, log_index, seconds)"
                + " VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?");
        selectExpiry = cql.prepare("SELECT seconds FROM KS.expiry"
                + " WHERE tenant = ? AND low = ? AND high = ? AND log_index < ? LIMIT 1");
        updateExpiry = cql.prepare("UPDATE KS.contact USING TIMESTAMP ? SET expiry = ?" + contact);
    }

    CompletionStage<Blocks> blocks(ConversationKey key, long logIndex) {
        return blocks(key.tenant(), key.low(), key.high(), logIndex)
                .thenCombine(blocks(key.tenant(), key.high(), key.low(), logIndex), Blocks::new);
    }

    private CompletionStage<Boolean> blocks(String tenant, String owner, String peer, long logIndex) {
        return cql.execute(selectBlock, tenant, owner, peer, logIndex).thenApply(result -> {
            Row row = result.one();
            return row != null && row.getBoolean("blocked");
        });
    }

    CompletionStage<Long> expiry(ConversationKey key, long logIndex) {
        return cql.execute(selectExpiry, key.tenant(), key.low(), key.high(), logIndex)
                .thenApply(result -> {
                    Row row = result.one();
                    return row == null ? 0L : row.getLong("seconds");
                });
    }

    CompletionStage<Long> clearedUpTo(ConversationKey key, String owner) {
        String peer = owner.equals(key.low()) ? key.high() : key.low();
        return cql.execute(selectCleared, key.tenant(), owner, peer).thenApply(result -> {
            Row row = result.one();
            return row == null ? 0L : row.getLong("cleared_seq");
        });
    }

    CompletionStage<Integer> versionsBefore(String tenant, String messageId, long logIndex, int most) {
        return cql.rows(selectVersionsBefore, tenant, messageId, logIndex, most).thenApply(List::size);
    }

    CompletionStage<Void> store(Change change) {
        if (change instanceof Change.OfMessage message) {
            return store(message);
        }
        LoggedRecord logged = change.logged();
        DirectRecord r = logged.record();
        long timestamp = MessageTables.timestamp(logged.index());
        List<CompletionStage<?>> writes = new ArrayList<>(5);
        if (change instanceof Change.Hidden hidden) {
            writes.add(cql.execute(
                    updateHidden,
                    timestamp,
                    r.tenant(),
                    r.from(),
                    r.to(),
                    Buckets.ofMessage(hidden.seq()),
                    hidden.seq()));
            if (hidden.last()) {
                writes.add(cql.execute(updateHiddenSeq, timestamp, hidden.seq(), r.tenant(), r.from(), r.to()));
            }
        } else if (change instanceof Change.Cleared cleared) {
            writes.add(cql.execute(
                    updateCleared, timestamp, cleared.seq(), cleared.received(), r.tenant(), r.from(), r.to()));
            // what is cleared counts as read
            logs.marked(writes, r.tenant(), r.from(), r.to(), logged.partition(), logged.index());
        } else if (change instanceof Change.Blocked block) {
            writes.add(
                    cql.execute(insertBlock, r.tenant(), r.from(), r.to(), logged.index(), block.blocked(), timestamp));
        } else if (change instanceof Change.Expiring expiring) {
            expiring(writes, expiring, timestamp);
        }
        logs.change(writes, r.tenant(), r.from(), logged.partition(), logged.index(), change.told());
        return MessageTables.all(writes);
    }

    /** The contacts have it too, so that a list of contacts asks for nothing else. */
    private void expiring(List<CompletionStage<?>> writes, Change.Expiring change, long timestamp) {
        LoggedRecord logged = change.logged();
        DirectRecord r = logged.record();
        ConversationKey key = ConversationKey.of(r);
        long seconds = change.seconds();
        writes.add(cql.execute(insertExpiry, key.tenant(), key.low(), key.high(), logged.index(), seconds, timestamp));
        writes.add(cql.execute(updateExpiry, timestamp, seconds, key.tenant(), key.low(), key.high()));
        writes.add(cql.execute(updateExpiry, timestamp, seconds, key.tenant(), key.high(), key.low()));
        logs.change(writes, r.tenant(), r.to(), logged.partition(), logged.index(), change.toldOther());
    }

    /** What there was before an edit is written first: once the body is another one, nobody knows it any more. */
    private CompletionStage<Void> store(Change.OfMessage change) {
        return change.logged().record().op() == Op.EDIT
                ? MessageTables.all(versions(change)).thenCompose(kept -> MessageTables.all(writes(change)))
                : MessageTables.all(writes(change));
    }

    private List<CompletionStage<?>> versions(Change.OfMessage change) {
        StoredMessage stored = change.before();
        DirectMessage before = stored.message();
        LoggedRecord logged = change.logged();
        List<CompletionStage<?>> writes = new ArrayList<>(2);
        if (before.revision().editedMs() == 0 && !before.revision().recalled()) {
            writes.add(version(stored, stored.logIndex(), before.body(), before.tsMs()));
        }
        writes.add(version(stored, logged.index(), logged.record().body(), logged.tsMs()));
        return writes;
    }

    /** Of one that goes by itself the row stays: how often a message was edited is a function of the log. */
    private CompletionStage<?> version(StoredMessage of, long logIndex, String body, long atMs) {
        String mid = of.message().mid();
        long timestamp = MessageTables.timestamp(logIndex);
        return of.message().expiresMs() == 0
                ? cql.execute(insertVersion, of.tenant(), mid, logIndex, body, atMs, timestamp)
                : bodies.version(
                        cql.bind(insertVersionRow, of.tenant(), mid, logIndex, atMs, timestamp),
                        of.tenant(),
                        of.message(),
                        logIndex,
                        body,
                        timestamp);
    }

    private CompletionStage<?> edit(LoggedRecord logged, DirectMessage message) {
        DirectRecord r = logged.record();
        long timestamp = MessageTables.timestamp(logged.index());
        return message.expiresMs() == 0
                ? cql.execute(updateBody, timestamp, r.body(), logged.tsMs(), timestamp, r.tenant(), r.mid())
                : bodies.content(
                        cql.bind(updateEdited, timestamp, logged.tsMs(), timestamp, r.tenant(), r.mid()),
                        r.tenant(),
                        message,
                        r.body(),
                        timestamp);
    }

    private List<CompletionStage<?>> writes(Change.OfMessage change) {
        LoggedRecord logged = change.logged();
        DirectRecord r = logged.record();
        DirectMessage message = change.before().message();
        long timestamp = MessageTables.timestamp(logged.index());
        List<CompletionStage<?>> writes = new ArrayList<>(6);
        switch (r.op()) {
            case EDIT -> writes.add(edit(logged, message));
            case RECALL -> {
                writes.add(cql.execute(updateRecalled, timestamp, logged.tsMs(), timestamp, r.tenant(), r.mid()));
                writes.add(cql.execute(deleteVersions, timestamp, r.tenant(), r.mid()));
            }
            case REACT -> {
                boolean sender = message.from().equals(r.from());
                writes.add(cql.execute(
                        sender ? updateBySender : updateByRecipient,
                        timestamp,
                        r.body(),
                        timestamp,
                        r.tenant(),
                        r.mid()));
            }
            default -> throw new IllegalArgumentException(r.op() + " does not change a message");
        }
        logs.message(writes, r.tenant(), r.from(), logged.partition(), logged.index(), r.mid());
        logs.message(writes, r.tenant(), r.to(), logged.partition(), logged.index(), r.mid());
        return writes;
    }
}
