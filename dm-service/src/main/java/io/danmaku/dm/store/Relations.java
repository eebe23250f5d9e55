package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.account.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What users say of others, as it stands now. Not for owners of partitions, which ask for what stood before a record. */
public final class Relations {
    /** Rows looked through for one page: one for each time that something was said. */
    private static final int LOOKED_MAX = 5_000;

    private final CqlNode cql;
    private final PreparedStatement select;
    private final PreparedStatement selectOne;

    /** What is said of one user. */
    public record Entry(String peer, Relation relation) {}

    /**
     * A page.
     *
     * @param entries by id of the peer
     * @param next id behind which it goes on, null after the last
     */
    public record Page(List<Entry> entries, String next) {}

    /** Prepares its statements: blocks. */
    public Relations(CqlNode cql) {
        this.cql = cql;
        select = cql.prepare("SELECT peer, value FROM KS.relation WHERE tenant = ? AND owner = ? AND peer > ? LIMIT ?");
        selectOne = cql.prepare("SELECT value FROM KS.relation WHERE tenant = ? AND owner = ? AND peer = ? LIMIT 1");
    }

    /** What a user says of another one. */
    public CompletionStage<Relation> of(String tenant, String owner, String peer) {
        return cql.execute(selectOne, tenant, owner, peer).thenApply(result -> {
            Row row = result.one();
            return Relation.of(row == null ? null : row.getString("value"));
        });
    }

    /** @param after id of the last one of the page before, empty = from the first */
    public CompletionStage<Page> page(String tenant, String owner, String after, int limit) {
        return cql.rows(select, tenant, owner, after, LOOKED_MAX).thenApply(rows -> {
            List<Entry> entries = new ArrayList<>();
            String seen = "";
            for (Row row : rows) {
                String peer = row.getString("peer");
                if (peer.equals(seen)) {
                    continue;
                }
                if (entries.size() == limit) {
                    return new Page(entries, seen);
                }
                // the newest row of a peer comes first
                Relation relation = Relation.of(row.getString("value"));
                if (!relation.equals(Relation.NONE)) {
                    entries.add(new Entry(peer, relation));
                }
                seen = peer;
            }
            // of the last peer of a cut page the newest row was there
            return new Page(entries, rows.size() < LOOKED_MAX ? null : seen);
        });
    }
}
