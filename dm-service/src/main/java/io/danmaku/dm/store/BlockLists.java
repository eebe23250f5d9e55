package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Whom a user blocks. */
public final class BlockLists {
    /** Rows looked through for one page: one for each time that somebody was blocked or let again. */
    private static final int LOOKED_MAX = 5_000;

    private final CqlNode cql;
    private final PreparedStatement select;

    /**
     * A page.
     *
     * @param peers by id
     * @param next id behind which it goes on, null after the last
     */
    public record Page(List<String> peers, String next) {}

    /** Prepares its statement: blocks. */
    public BlockLists(CqlNode cql) {
        this.cql = cql;
        select = cql.prepare("SELECT peer, blocked FROM KS.block WHERE tenant = ? AND owner = ? AND peer > ? LIMIT ?");
    }

    /** @param after id of the last one of the page before, empty = from the first */
    public CompletionStage<Page> page(String tenant, String owner, String after, int limit) {
        return cql.rows(select, tenant, owner, after, LOOKED_MAX).thenApply(rows -> {
            List<String> peers = new ArrayList<>();
            String seen = "";
            for (Row row : rows) {
                String peer = row.getString("peer");
                if (peer.equals(seen)) {
                    continue;
                }
                if (peers.size() == limit) {
                    return new Page(peers, seen);
                }
                // the newest row of a peer comes first
                if (row.getBoolean("blocked")) {
                    peers.add(peer);
                }
                seen = peer;
            }
            // of the last peer of a cut page the newest row was there
            return new Page(peers, rows.size() < LOOKED_MAX ? null : seen);
        });
    }
}
