package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.account.Relation;
import io.danmaku.dm.account.Writers;
import io.danmaku.dm.conversation.Blocks;
import io.danmaku.dm.conversation.Change;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.Ledger;
import io.danmaku.dm.conversation.MarkUpTo;
import io.danmaku.dm.conversation.Marks;
import io.danmaku.dm.conversation.Place;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.protocol.log.DirectMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The ledger in CQL. Every write carries the log's index as its timestamp, so that the store itself lets the record that
 * is later in the log win, whichever write arrives last.
 */
public final class MessageTables implements Ledger {
    /** Name of the inbound log in {@code partition_mark}. */
    static final String LOG = "inbound";

    private static final byte OUTBOX = 0;
    private static final byte INBOX = 1;
    /** First the newest few rows, which nearly always suffice; after a crash there may be more to look through. */
    private static final int NEWEST_ROWS = 4;

    private static final int MORE_ROWS = 500;

    private final CqlNode cql;
    private final Contents contents;
    private final OwnerLogs logs;
    private final RecentContacts recent;
    private final ChangeTables changes;
    private final OwnTables own;
    private final MarkColumns marks;
    private final Bodies bodies;
    private final PreparedStatement insertContent;
    private final PreparedStatement insertExpiring;
    private final PreparedStatement insertIndex;
    private final PreparedStatement insertContact;
    private final PreparedStatement insertMark;
    private final PreparedStatement selectContact;
    private final PreparedStatement selectIndex;
    private final PreparedStatement selectReceived;

    /** Prepares its statements: blocks. The tables are there. */
    public MessageTables(CqlNode cql) {
        this.cql = cql;
        contents = new Contents(cql);
        logs = new OwnerLogs(cql);
        recent = new RecentContacts(cql);
        bodies = new Bodies(cql, System::currentTimeMillis);
        changes = new ChangeTables(cql, logs, bodies);
        own = new OwnTables(cql, logs);
        marks = new MarkColumns(cql, logs);
        insertContent = cql.prepare("INSERT INTO KS.content (tenant, message_id, sender, recipient, seq, received,"
                + " log_partition, log_index, kind, body, created_at, reply_to, notices)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " USING TIMESTAMP ?");
        insertExpiring = cql.prepare("INSERT INTO KS.content (tenant, message_id, sender, recipient, seq, received,"
                + " log_partition, log_index, kind, created_at, reply_to, expires_at, notices)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " USING TIMESTAMP ?");
        insertIndex = cql.prepare("INSERT INTO KS.message_index (tenant, owner, peer, bucket, seq, message_id, box,"
                + " received, log_partition, log_index, notices)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?");
        insertContact = cql.prepare("INSERT INTO KS.contact (tenant, owner, peer, last_message_id, last_seq, last_at,"
                + " received, notices) VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?");
        insertMark = cql.prepare(
                "INSERT INTO KS.partition_mark (log, log_partition, finished) VALUES (?, ?, ?)" + " USING TIMESTAMP ?");
        selectContact = cql.prepare("SELECT last_seq FROM KS.contact" + " WHERE tenant = ? AND owner = ? AND peer = ?");
        selectIndex = cql.prepare("SELECT seq, received, log_index, notices FROM KS.message_index"
                + " WHERE tenant = ? AND owner = ? AND peer = ? AND bucket = ? AND seq <= ? LIMIT ?");
        selectReceived = cql.prepare("SELECT received FROM KS.message_index"
                + " WHERE tenant = ? AND owner = ? AND peer = ? AND bucket = ? AND seq = ?");
    }

    @Override
    public CompletionStage<StoredMessage> message(String tenant, String messageId) {
        return contents.message(tenant, messageId);
    }

    @Override
    public CompletionStage<Before> before(ConversationKey key, long logIndex) {
        // records before this one are written whole, contact rows too: the row looked for is not above last_seq
        return cql.execute(selectContact, key.tenant(), key.low(), key.high()).thenCompose(result -> {
            Row contact = result.one();
            long last = contact == null ? 0 : contact.getLong("last_seq");
            return before(key, logIndex, last, false, NEWEST_ROWS);
        });
    }

    /** Walks down from {@code seq} to the first row that is older than the record. */
    private CompletionStage<Before> before(ConversationKey key, long logIndex, long seq, boolean later, int limit) {
        if (seq < 1) {
            return CompletableFuture.completedFuture(new Before(Place.START, later));
        }
        long bucket = Buckets.ofMessage(seq);
        return cql.rows(selectIndex, key.tenant(), key.low(), key.high(), bucket, seq, limit)
                .thenCompose(rows -> {
                    boolean laterRows = later;
                    for (Row row : rows) {
                        if (row.getLong("log_index") < logIndex) {
                            Place place =
                                    new Place(row.getLong("seq"), row.getLong("received"), row.getLong("notices"));
                            return CompletableFuture.completedFuture(new Before(place, laterRows));
                        }
                        laterRows |= row.getLong("log_index") > logIndex;
                    }
                    long next = rows.size() < limit
                            ? bucket * Buckets.MESSAGES
                            : rows.get(rows.size() - 1).getLong("seq") - 1;
                    return before(key, logIndex, next, laterRows, MORE_ROWS);
                });
    }

    @Override
    public CompletionStage<Marks> marks(ConversationKey key) {
        return marks.marks(key);
    }

    @Override
    public CompletionStage<Long> receivedUpTo(ConversationKey key, String reader, long seq) {
        String peer = reader.equals(key.low()) ? key.high() : key.low();
        return cql.execute(selectReceived, key.tenant(), reader, peer, Buckets.ofMessage(seq), seq)
                .thenApply(result -> {
                    Row row = result.one();
                    if (row == null) {
                        throw new IllegalStateException("message " + seq + " of " + key + " has no row");
                    }
                    return row.getLong("received");
                });
    }

    @Override
    public CompletionStage<Void> store(StoredMessage m) {
        DirectMessage message = m.message();
        List<CompletionStage<?>> writes = new ArrayList<>(10);
        if (message.revision().number() == 0) {
            writes.add(insertContent(m));
        } // else it is there: it was changed since, and its first body is not known here any more
        side(writes, m, message.from(), message.to(), OUTBOX, m.receivedBySender());
        side(writes, m, message.to(), message.from(), INBOX, m.receivedByRecipient());
        recent.message(writes, m);
        return all(writes);
    }

    private CompletionStage<?> insertContent(StoredMessage m) {
        DirectMessage message = m.message();
        if (message.expiresMs() > 0) {
            return insertExpiring(m);
        }
        return cql.execute(
                insertContent,
                m.tenant(),
                message.mid(),
                message.from(),
                message.to(),
                message.seq(),
                m.receivedByRecipient(),
                m.partition(),
                m.logIndex(),
                message.kind(),
                message.body(),
                message.tsMs(),
                message.reply(),
                m.notices(),
                timestamp(m.logIndex()));
    }

    private CompletionStage<?> insertExpiring(StoredMessage m) {
        DirectMessage message = m.message();
        long timestamp = timestamp(m.logIndex());
        return bodies.content(
                cql.bind(
                        insertExpiring,
                        m.tenant(),
                        message.mid(),
                        message.from(),
                        message.to(),
                        message.seq(),
                        m.receivedByRecipient(),
                        m.partition(),
                        m.logIndex(),
                        message.kind(),
                        message.tsMs(),
                        message.reply(),
                        message.expiresMs(),
                        m.notices(),
                        timestamp),
                m.tenant(),
                message,
                message.body(),
                timestamp);
    }

    /** The rows of one side of a message. */
    private void side(
            List<CompletionStage<?>> writes, StoredMessage m, String owner, String peer, byte box, long received) {
        DirectMessage message = m.message();
        long timestamp = timestamp(m.logIndex());
        writes.add(cql.execute(
                insertIndex,
                m.tenant(),
                owner,
                peer,
                Buckets.ofMessage(message.seq()),
                message.seq(),
                message.mid(),
                box,
                received,
                m.partition(),
                m.logIndex(),
                m.notices(),
                timestamp));
        writes.add(cql.execute(
                insertContact,
                m.tenant(),
                owner,
                peer,
                message.mid(),
                message.seq(),
                message.tsMs(),
                received,
                m.notices(),
                timestamp));
        logs.message(writes, m.tenant(), owner, m.partition(), m.logIndex(), message.mid());
    }

    @Override
    public CompletionStage<Void> store(MarkUpTo mark) {
        return marks.store(mark);
    }

    @Override
    public CompletionStage<Blocks> blocks(ConversationKey key, long logIndex) {
        return changes.blocks(key, logIndex);
    }

    @Override
    public CompletionStage<Long> expiry(ConversationKey key, long logIndex) {
        return changes.expiry(key, logIndex);
    }

    @Override
    public CompletionStage<Long> clearedUpTo(ConversationKey key, String owner) {
        return changes.clearedUpTo(key, owner);
    }

    @Override
    public CompletionStage<Integer> versionsBefore(String tenant, String messageId, long logIndex, int most) {
        return changes.versionsBefore(tenant, messageId, logIndex, most);
    }

    @Override
    public CompletionStage<Relation> relation(String tenant, String owner, String peer, long logIndex) {
        return own.relation(tenant, owner, peer, logIndex);
    }

    @Override
    public CompletionStage<Writers> writers(String tenant, String owner, int partition, long logIndex) {
        return own.writers(tenant, owner, partition, logIndex);
    }

    @Override
    public CompletionStage<Void> store(Change change) {
        if (change instanceof Change.Related related) {
            return own.store(related);
        }
        return change instanceof Change.Let let ? own.store(let) : changes.store(change);
    }

    @Override
    public CompletionStage<Void> finished(int partition, long logIndex) {
        CompletionStage<AsyncResultSet> written =
                cql.execute(insertMark, LOG, partition, logIndex, timestamp(logIndex));
        return written.thenAccept(done -> {});
    }

    static long timestamp(long logIndex) {
        return logIndex + 1;
    }

    static CompletionStage<Void> all(List<? extends CompletionStage<?>> writes) {
        return CompletableFuture.allOf(
                writes.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }
}
