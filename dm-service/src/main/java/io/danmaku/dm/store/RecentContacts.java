package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Which conversations of a user had messages in which week, and of each week in which second. A row says so once, whatever number of messages: rows are a set that only grows, a function of the records'
 * times, so that a message neither reads nor deletes any. Those older than a conversation's newest message are stale, which whoever reads them sees by the contact.
 */
final class RecentContacts {
    private static final int KNOWN_MAX = 20_000;
    /** The span whose cells are weeks; any other one is a week, and its cells are seconds. */
    private static final long WEEKS = -1;

    static final long SECOND_MS = 1_000;
    static final long WEEK_MS = TimeUnit.DAYS.toMillis(7);
    static final long SECONDS_OF_WEEK = WEEK_MS / SECOND_MS;

    private final CqlNode cql;
    private final PreparedStatement insert;
    private final PreparedStatement select;
    /** The last second of a conversation whose rows are known to be written. */
    private final Cache<ConversationKey, Long> known =
            Caffeine.newBuilder().maximumSize(KNOWN_MAX).executor(Runnable::run).build();

    /** The users who had messages with an owner in the same week or second, by id. */
    record Cell(long at, List<String> peers) {}

    /** Prepares its statements: blocks. */
    RecentContacts(CqlNode cql) {
        this.cql = cql;
        insert = cql.prepare("INSERT INTO KS.contact_recent (tenant, owner, span, cell, peer) VALUES (?, ?, ?, ?, ?)"
                + " USING TIMESTAMP ?");
        select = cql.prepare("SELECT cell, peer FROM KS.contact_recent"
                + " WHERE tenant = ? AND owner = ? AND span = ? AND cell <= ? LIMIT ?");
    }

    /** Adds the writes of a message that are not known to have been made. */
    void message(List<CompletionStage<?>> writes, StoredMessage m) {
        ConversationKey key = m.conversation();
        long second = m.message().tsMs() / SECOND_MS;
        Long last = known.getIfPresent(key);
        if (last != null && last == second) {
            return;
        }
        long week = second / SECONDS_OF_WEEK;
        List<CompletionStage<?>> rows = new ArrayList<>(4);
        both(rows, key, week, second, m.logIndex());
        if (last == null || last / SECONDS_OF_WEEK != week) {
            both(rows, key, WEEKS, week, m.logIndex());
        }
        writes.add(MessageTables.all(rows).thenRun(() -> known.put(key, second)));
    }

    private void both(List<CompletionStage<?>> rows, ConversationKey key, long span, long cell, long logIndex) {
        long timestamp = MessageTables.timestamp(logIndex);
        rows.add(cql.execute(insert, key.tenant(), key.low(), span, cell, key.high(), timestamp));
        rows.add(cql.execute(insert, key.tenant(), key.high(), span, cell, key.low(), timestamp));
    }

    /** Weeks with messages, newest first from one on; of the last one perhaps not all peers when there are {@code rowsMax}. */
    CompletionStage<List<Cell>> weeks(String tenant, String owner, long upTo, int rowsMax) {
        return cells(tenant, owner, WEEKS, upTo, rowsMax);
    }

    /** The same of a week's seconds, which are counted as those of {@link System#currentTimeMillis()}. */
    CompletionStage<List<Cell>> seconds(String tenant, String owner, long week, long upTo, int rowsMax) {
        return cells(tenant, owner, week, upTo, rowsMax);
    }

    private CompletionStage<List<Cell>> cells(String tenant, String owner, long span, long upTo, int rowsMax) {
        return cql.rows(select, tenant, owner, span, upTo, rowsMax).thenApply(RecentContacts::grouped);
    }

    private static List<Cell> grouped(List<Row> rows) {
        List<Cell> cells = new ArrayList<>();
        for (Row row : rows) {
            long at = row.getLong("cell");
            if (cells.isEmpty() || cells.get(cells.size() - 1).at != at) {
                cells.add(new Cell(at, new ArrayList<>()));
            }
            cells.get(cells.size() - 1).peers.add(row.getString("peer"));
        }
        return cells;
    }
}
