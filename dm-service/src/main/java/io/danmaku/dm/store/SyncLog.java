package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.store.SyncWalk.Bucket;
import io.danmaku.dm.store.SyncWalk.Entry;
import io.danmaku.dm.store.SyncWalk.Marked;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a user's devices have missed: messages that are new or changed, what else the user has changed, and marks that have moved, after a position, across all
 * conversations, up to each partition's finished mark, so that nothing is passed over because it was written late.
 */
public final class SyncLog {
    /** As many as ScyllaDB takes in one statement, if nobody has changed that. */
    private static final int PEERS_MAX = 100;

    private final CqlNode cql;
    private final Contents contents;
    private final PreparedStatement selectMarks;
    private final PreparedStatement selectBuckets;
    private final PreparedStatement selectRows;
    private final PreparedStatement selectMarked;
    private final PreparedStatement selectContacts;

    /**
     * A page.
     *
     * @param messages in their newest form, each once; new ones of a conversation in the order of their numbers
     * @param changes what else has changed for the user, as JSON objects, in the order of each conversation
     * @param next where the next page begins
     * @param more whether there is one already
     * @param marks of conversations in which one has moved, as they are now
     */
    public record Page(
            List<DirectMessage> messages,
            List<String> changes,
            SyncPosition next,
            boolean more,
            List<ConversationMarks> marks) {
        /** With nothing to tell. */
        public static Page endingAt(SyncPosition position) {
            return new Page(List.of(), List.of(), position, false, List.of());
        }
    }

    /** Prepares its statements: blocks. */
    public SyncLog(CqlNode cql) {
        this.cql = cql;
        contents = new Contents(cql);
        selectMarks = cql.prepare("SELECT log_partition, finished FROM KS.partition_mark WHERE log = ?");
        selectBuckets = cql.prepare("SELECT log_partition, bucket FROM KS.owner_log_bucket"
                + " WHERE tenant = ? AND owner = ? AND bucket >= ?");
        String bucket = " WHERE tenant = ? AND owner = ? AND log_partition = ? AND bucket = ?";
        selectRows = cql.prepare("SELECT log_index, message_id, change FROM KS.owner_log" + bucket
                + " AND log_index > ? AND log_index <= ? LIMIT ?");
        selectMarked =
                cql.prepare("SELECT cell, peer FROM KS.mark_recent" + bucket + " AND cell >= ? AND cell <= ? LIMIT ?");
        // the newest time stamp of a mark says which record was the last to move one
        selectContacts = cql.prepare("SELECT peer, last_seq, received, read_seq, read_received, peer_read_seq,"
                + " delivered_seq, peer_delivered_seq, cleared_received, WRITETIME(read_seq) AS read_at,"
                + " WRITETIME(peer_read_seq) AS peer_read_at, WRITETIME(delivered_seq) AS delivered_at,"
                + " WRITETIME(peer_delivered_seq) AS peer_delivered_at, WRITETIME(cleared_seq) AS cleared_at"
                + " FROM KS.contact WHERE tenant = ? AND owner = ? AND peer IN ?");
    }

    /** @param limit messages, changes and conversations with marks at most, together */
    public CompletionStage<Page> page(String tenant, String owner, SyncPosition after, int limit) {
        return new SyncWalk(new Rows(tenant, owner), after, limit)
                .go()
                .thenCompose(found -> contents.messages(tenant, found.messageIds())
                        .thenApply(messages ->
                                new Page(messages, found.changes(), found.next(), found.more(), found.marks())));
    }

    /** What a user's log has behind a position, up to an index of each partition; of marks nothing. */
    CompletionStage<SyncWalk.Found> log(String tenant, String owner, SyncPosition after, long[] upTo, int limit) {
        Rows log = new Rows(tenant, owner) {
            @Override
            public CompletionStage<long[]> finished() {
                return CompletableFuture.completedFuture(upTo);
            }

            @Override
            public CompletionStage<List<Marked>> marked(Bucket bucket, long fromCell, long toCell, int rowsMax) {
                return CompletableFuture.completedFuture(List.of());
            }
        };
        return new SyncWalk(log, after, limit).go();
    }

    /** Behind all that is written now: where a new device begins, which reads contacts and histories instead of the whole log. */
    public CompletionStage<SyncPosition> now() {
        return finished().thenApply(SyncPosition.start()::with);
    }

    /** Up to where each partition is finished, -1 = it has no record. */
    CompletionStage<long[]> finished() {
        return cql.rows(selectMarks, MessageTables.LOG).thenApply(rows -> {
            long[] finished = new long[Topics.DIRECT_PARTITIONS];
            Arrays.fill(finished, -1);
            rows.forEach(row -> finished[row.getInt("log_partition")] = row.getLong("finished"));
            return finished;
        });
    }

    /** Of one user. */
    private class Rows implements SyncWalk.Source {
        private final String tenant;
        private final String owner;

        Rows(String tenant, String owner) {
            this.tenant = tenant;
            this.owner = owner;
        }

        @Override
        public CompletionStage<long[]> finished() {
            return SyncLog.this.finished();
        }

        @Override
        public CompletionStage<List<Bucket>> buckets(long from) {
            return cql.rows(selectBuckets, tenant, owner, from)
                    .thenApply(rows -> rows.stream()
                            .map(row -> new Bucket(row.getInt("log_partition"), row.getLong("bucket")))
                            .toList());
        }

        @Override
        public CompletionStage<List<Entry>> log(Bucket bucket, long after, long upTo, int rowsMax) {
            return cql.rows(selectRows, tenant, owner, bucket.partition(), bucket.number(), after, upTo, rowsMax)
                    .thenApply(rows -> rows.stream()
                            .map(row -> new Entry(row.getLong(0), row.getString(1), row.getString(2)))
                            .toList());
        }

        @Override
        public CompletionStage<List<Marked>> marked(Bucket bucket, long fromCell, long toCell, int rowsMax) {
            return cql.rows(selectMarked, tenant, owner, bucket.partition(), bucket.number(), fromCell, toCell, rowsMax)
                    .thenApply(rows -> rows.stream()
                            .map(row -> new Marked(row.getLong("cell"), row.getString("peer")))
                            .toList());
        }

        @Override
        public CompletionStage<List<ConversationMarks>> contacts(List<String> peers) {
            CompletionStage<List<ConversationMarks>> all = CompletableFuture.completedFuture(new ArrayList<>());
            for (int from = 0; from < peers.size(); from += PEERS_MAX) {
                List<String> some = peers.subList(from, Math.min(peers.size(), from + PEERS_MAX));
                // asked side by side, joined one after another
                all = all.thenCombine(cql.rows(selectContacts, tenant, owner, some), (found, rows) -> {
                    rows.forEach(row -> found.add(marks(row)));
                    return found;
                });
            }
            return all;
        }
    }

    private static ConversationMarks marks(Row row) {
        long timestamp = 0;
        for (String at : List.of("read_at", "peer_read_at", "delivered_at", "peer_delivered_at", "cleared_at")) {
            timestamp = Math.max(timestamp, row.getLong(at));
        }
        return new ConversationMarks(
                row.getString("peer"),
                row.getLong("read_seq"),
                row.getLong("peer_read_seq"),
                Math.max(row.getLong("delivered_seq"), row.getLong("read_seq")),
                Math.max(row.getLong("peer_delivered_seq"), row.getLong("peer_read_seq")),
                MarkColumns.unread(row),
                row.getLong("last_seq"),
                timestamp - MessageTables.timestamp(0));
    }
}
