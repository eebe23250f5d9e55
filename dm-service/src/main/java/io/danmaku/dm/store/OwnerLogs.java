package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Writes into users' logs what their devices are to hear of by sync. */
final class OwnerLogs {
    private static final int LOG_BUCKETS_KNOWN_MAX = 100_000;
    private static final int MARKS_KNOWN_MAX = 40_000;

    /** An owner's bucket that is known to be in {@code owner_log_bucket}. */
    private record LogBucket(String tenant, String owner, long bucket, int partition) {}

    /** One side of a conversation. */
    private record Side(String tenant, String owner, String peer) {}

    private final CqlNode cql;
    private final Cache<LogBucket, Boolean> knownBuckets = Caffeine.newBuilder()
            .maximumSize(LOG_BUCKETS_KNOWN_MAX)
            .executor(Runnable::run)
            .build();
    /** The last cell of a side that is known to be in {@code mark_recent}. */
    private final Cache<Side, Long> knownMarks = Caffeine.newBuilder()
            .maximumSize(MARKS_KNOWN_MAX)
            .executor(Runnable::run)
            .build();

    private final PreparedStatement insertMessage;
    private final PreparedStatement insertChange;
    private final PreparedStatement insertBucket;
    private final PreparedStatement insertMark;

    /** Prepares its statements: blocks. */
    OwnerLogs(CqlNode cql) {
        this.cql = cql;
        insertMessage = cql.prepare("INSERT INTO KS.owner_log (tenant, owner, log_partition, bucket, log_index,"
                + " message_id) VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?");
        insertChange = cql.prepare("INSERT INTO KS.owner_log (tenant, owner, log_partition, bucket, log_index,"
                + " change) VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?");
        insertBucket = cql.prepare("INSERT INTO KS.owner_log_bucket (tenant, owner, bucket, log_partition)"
                + " VALUES (?, ?, ?, ?) USING TIMESTAMP ?");
        insertMark = cql.prepare("INSERT INTO KS.mark_recent (tenant, owner, log_partition, bucket, cell, peer)"
                + " VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?");
    }

    /** A message is new or changed; adds its writes. */
    void message(
            List<CompletionStage<?>> writes,
            String tenant,
            String owner,
            int partition,
            long logIndex,
            String messageId) {
        insert(writes, insertMessage, tenant, owner, partition, logIndex, messageId);
    }

    /** Something else has changed, as the owner's devices are told it; adds its writes. */
    void change(
            List<CompletionStage<?>> writes, String tenant, String owner, int partition, long logIndex, String told) {
        insert(writes, insertChange, tenant, owner, partition, logIndex, told);
    }

    /** What the contact tells of marks has changed; adds its writes, none where the cell's row is known to be there. */
    void marked(
            List<CompletionStage<?>> writes, String tenant, String owner, String peer, int partition, long logIndex) {
        Side side = new Side(tenant, owner, peer);
        long cell = Buckets.ofMark(logIndex);
        Long known = knownMarks.getIfPresent(side);
        long bucket = Buckets.ofLog(logIndex);
        long timestamp = MessageTables.timestamp(logIndex);
        if (known == null || known != cell) {
            writes.add(cql.execute(insertMark, tenant, owner, partition, bucket, cell, peer, timestamp)
                    .thenAccept(written -> knownMarks.put(side, cell)));
        }
        // known by itself: of the two rows only one may have been written
        bucket(writes, tenant, owner, partition, bucket, timestamp);
    }

    private void insert(
            List<CompletionStage<?>> writes,
            PreparedStatement statement,
            String tenant,
            String owner,
            int partition,
            long logIndex,
            String what) {
        long bucket = Buckets.ofLog(logIndex);
        long timestamp = MessageTables.timestamp(logIndex);
        writes.add(cql.execute(statement, tenant, owner, partition, bucket, logIndex, what, timestamp));
        bucket(writes, tenant, owner, partition, bucket, timestamp);
    }

    private void bucket(
            List<CompletionStage<?>> writes, String tenant, String owner, int partition, long bucket, long timestamp) {
        LogBucket known = new LogBucket(tenant, owner, bucket, partition);
        if (knownBuckets.getIfPresent(known) == null) {
            writes.add(cql.execute(insertBucket, tenant, owner, bucket, partition, timestamp)
                    .thenAccept(written -> knownBuckets.put(known, true)));
        }
    }
}
