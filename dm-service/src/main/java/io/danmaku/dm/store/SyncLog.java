package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a user's devices have missed: messages that are new or changed, and what else the user has changed, after a position, across all
 * conversations, up to each partition's finished mark, so that nothing is passed over because it was written late.
 */
public final class SyncLog {
    private final CqlNode cql;
    private final Contents contents;
    private final PreparedStatement selectMarks;
    private final PreparedStatement selectBuckets;
    private final PreparedStatement selectRows;

    /**
     * A page.
     *
     * @param messages in their newest form, each once; new ones of a conversation in the order of their numbers
     * @param changes what else has changed for the user, as JSON objects, in the order of each conversation
     * @param next where the next page begins
     * @param more whether there is one already
     */
    public record Page(List<DirectMessage> messages, List<String> changes, SyncPosition next, boolean more) {}

    /** @param messageId null of a change that is of no message */
    private record Entry(long index, String messageId, String change) {}

    /** Prepares its statements: blocks. */
    public SyncLog(CqlNode cql) {
        this.cql = cql;
        contents = new Contents(cql);
        selectMarks = cql.prepare("SELECT log_partition, finished FROM KS.partition_mark WHERE log = ?");
        selectBuckets = cql.prepare("SELECT log_partition, bucket FROM KS.owner_log_bucket"
                + " WHERE tenant = ? AND owner = ? AND bucket >= ?");
        selectRows = cql.prepare("SELECT log_index, message_id, change FROM KS.owner_log WHERE tenant = ? AND owner = ?"
                + " AND log_partition = ? AND bucket = ? AND log_index > ? AND log_index <= ? LIMIT ?");
    }

    public CompletionStage<Page> page(String tenant, String owner, SyncPosition after, int limit) {
        return marks().thenCompose(marks -> {
            long lowest = Long.MAX_VALUE;
            for (int p = 0; p < marks.length; p++) {
                lowest = Math.min(lowest, Buckets.ofLog(after.index(p) + 1));
            }
            // the marks were read first: what is under them is there now, its bucket too
            return cql.rows(selectBuckets, tenant, owner, lowest)
                    .thenCompose(buckets -> entries(tenant, owner, after, marks, buckets, limit))
                    .thenCompose(entries -> page(tenant, entries, after, marks, limit));
        });
    }

    private CompletionStage<long[]> marks() {
        return cql.rows(selectMarks, MessageTables.LOG).thenApply(rows -> {
            long[] marks = new long[Topics.DIRECT_PARTITIONS];
            Arrays.fill(marks, -1);
            rows.forEach(row -> marks[row.getInt("log_partition")] = row.getLong("finished"));
            return marks;
        });
    }

    /** For each partition the first entries after the position, one more than fit so that a cut is known. */
    private CompletionStage<List<List<Entry>>> entries(
            String tenant, String owner, SyncPosition after, long[] marks, List<Row> buckets, int limit) {
        List<CompletableFuture<List<Entry>>> asked = new ArrayList<>(marks.length);
        for (int p = 0; p < marks.length; p++) {
            int partition = p;
            List<Long> wanted = buckets.stream()
                    .filter(row -> row.getInt("log_partition") == partition)
                    .map(row -> row.getLong("bucket"))
                    .filter(bucket -> bucket >= Buckets.ofLog(after.index(partition) + 1)
                            && bucket <= Buckets.ofLog(Math.max(0, marks[partition])))
                    .sorted()
                    .toList();
            Reading reading = new Reading(tenant, owner, partition, after.index(p), marks[p], limit + 1);
            asked.add(read(reading, wanted, 0, new ArrayList<>()).toCompletableFuture());
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(all -> asked.stream().map(CompletableFuture::join).toList());
    }

    private record Reading(String tenant, String owner, int partition, long after, long upTo, int limit) {}

    private CompletionStage<List<Entry>> read(Reading r, List<Long> buckets, int at, List<Entry> found) {
        if (at == buckets.size() || found.size() >= r.limit || r.upTo <= r.after) {
            return CompletableFuture.completedFuture(found);
        }
        return cql.rows(
                        selectRows,
                        r.tenant,
                        r.owner,
                        r.partition,
                        buckets.get(at),
                        r.after,
                        r.upTo,
                        r.limit - found.size())
                .thenCompose(rows -> {
                    rows.forEach(row -> found.add(new Entry(row.getLong(0), row.getString(1), row.getString(2))));
                    return read(r, buckets, at + 1, found);
                });
    }

    private CompletionStage<Page> page(
            String tenant, List<List<Entry>> entries, SyncPosition after, long[] marks, int limit) {
        long[] next = new long[marks.length];
        Set<String> ids = new LinkedHashSet<>();
        List<String> changes = new ArrayList<>();
        int told = 0;
        boolean more = false;
        for (int p = 0; p < marks.length; p++) {
            List<Entry> here = entries.get(p);
            int taken = Math.min(here.size(), limit - told);
            told += taken;
            for (Entry entry : here.subList(0, taken)) {
                if (entry.messageId == null) {
                    changes.add(entry.change);
                } else {
                    ids.add(entry.messageId);
                }
            }
            if (taken < here.size()) {
                more = true;
                next[p] = taken == 0 ? after.index(p) : here.get(taken - 1).index;
            } else {
                next[p] = Math.max(after.index(p), marks[p]);
            }
        }
        boolean cut = more;
        return contents.messages(tenant, List.copyOf(ids))
                .thenApply(messages -> new Page(messages, changes, after.with(next), cut));
    }
}
