package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.protocol.log.DirectMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Pages of one conversation as one side sees it. */
public final class Histories {
    private final CqlNode cql;
    private final Contents contents;
    private final PreparedStatement selectLast;
    private final PreparedStatement selectIds;

    /** Prepares its statements: blocks. */
    public Histories(CqlNode cql) {
        this.cql = cql;
        contents = new Contents(cql);
        selectLast = cql.prepare("SELECT last_seq FROM KS.contact WHERE tenant = ? AND owner = ? AND peer = ?");
        selectIds = cql.prepare("SELECT message_id FROM KS.message_index"
                + " WHERE tenant = ? AND owner = ? AND peer = ? AND bucket = ? AND seq <= ? LIMIT ?");
    }

    /** The newest {@code limit} messages below {@code before}, in the order of their numbers. */
    public CompletionStage<List<DirectMessage>> page(String tenant, String owner, String peer, long before, int limit) {
        return cql.execute(selectLast, tenant, owner, peer)
                .thenCompose(result -> {
                    Row contact = result.one();
                    long last = contact == null ? 0 : contact.getLong("last_seq");
                    return ids(tenant, owner, peer, Math.min(last, before - 1), limit, new ArrayList<>());
                })
                .thenCompose(ids -> {
                    Collections.reverse(ids);
                    return contents.messages(tenant, ids);
                });
    }

    private CompletionStage<List<String>> ids(
            String tenant, String owner, String peer, long seq, int limit, List<String> found) {
        if (seq < 1 || found.size() >= limit) {
            return CompletableFuture.completedFuture(found);
        }
        long bucket = Buckets.ofMessage(seq);
        return cql.rows(selectIds, tenant, owner, peer, bucket, seq, limit - found.size())
                .thenCompose(rows -> {
                    rows.forEach(row -> found.add(row.getString(0)));
                    return ids(tenant, owner, peer, bucket * Buckets.MESSAGES, limit, found);
                });
    }
}
