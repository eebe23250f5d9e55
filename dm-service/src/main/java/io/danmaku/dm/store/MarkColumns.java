package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.MarkUpTo;
import io.danmaku.dm.conversation.Marks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Marks in {@code contact}: each side's own, and of the other one what that side is told. By the rule of timestamps of {@link MessageTables}. */
final class MarkColumns {
    private final CqlNode cql;
    private final OwnerLogs logs;
    private final PreparedStatement selectOwn;
    private final PreparedStatement updateRead;
    private final PreparedStatement updatePeerRead;
    private final PreparedStatement updateDelivered;
    private final PreparedStatement updatePeerDelivered;

    /** Prepares its statements: blocks. */
    MarkColumns(CqlNode cql, OwnerLogs logs) {
        this.cql = cql;
        this.logs = logs;
        String contact = " WHERE tenant = ? AND owner = ? AND peer = ?";
        String update = "UPDATE KS.contact USING TIMESTAMP ? SET ";
        // the time stamp of a mark says which record has set it
        selectOwn = cql.prepare("SELECT read_seq, WRITETIME(read_seq), delivered_seq, WRITETIME(delivered_seq)"
                + " FROM KS.contact" + contact);
        updateRead = cql.prepare(update + "read_seq = ?, read_received = ?" + contact);
        updatePeerRead = cql.prepare(update + "peer_read_seq = ?" + contact);
        updateDelivered = cql.prepare(update + "delivered_seq = ?" + contact);
        updatePeerDelivered = cql.prepare(update + "peer_delivered_seq = ?" + contact);
    }

    CompletionStage<Marks> marks(ConversationKey key) {
        return side(key.tenant(), key.low(), key.high())
                .thenCombine(side(key.tenant(), key.high(), key.low()), Marks::new);
    }

    private CompletionStage<Marks.Side> side(String tenant, String owner, String peer) {
        return cql.execute(selectOwn, tenant, owner, peer).thenApply(result -> {
            Row row = result.one();
            return row == null ? Marks.Side.NONE : new Marks.Side(mark(row, 0), mark(row, 2));
        });
    }

    /** @param column that of the mark; its time stamp is the next one, null as 0 */
    private static Marks.Mark mark(Row row, int column) {
        return new Marks.Mark(row.getLong(column), row.getLong(column + 1) - MessageTables.timestamp(0));
    }

    /** Messages that the owner of a contact has received and neither read nor cleared. */
    static long unread(Row row) {
        long seen = Math.max(row.getLong("read_received"), row.getLong("cleared_received"));
        return Math.max(0, row.getLong("received") - seen);
    }

    CompletionStage<Void> store(MarkUpTo m) {
        long timestamp = MessageTables.timestamp(m.logIndex());
        List<CompletionStage<?>> writes = new ArrayList<>(6);
        writes.add(
                m.read()
                        ? cql.execute(updateRead, timestamp, m.seq(), m.received(), m.tenant(), m.user(), m.peer())
                        : cql.execute(updateDelivered, timestamp, m.seq(), m.tenant(), m.user(), m.peer()));
        if (m.told()) {
            writes.add(cql.execute(
                    m.read() ? updatePeerRead : updatePeerDelivered,
                    timestamp,
                    m.seq(),
                    m.tenant(),
                    m.peer(),
                    m.user()));
            logs.marked(writes, m.tenant(), m.peer(), m.user(), m.partition(), m.logIndex());
        }
        logs.marked(writes, m.tenant(), m.user(), m.peer(), m.partition(), m.logIndex());
        return MessageTables.all(writes);
    }
}
