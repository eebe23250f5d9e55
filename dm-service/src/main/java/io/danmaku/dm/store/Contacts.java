package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.account.Relation;
import io.danmaku.protocol.log.DirectMessage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Pages of a user's conversations, newest first. The rows of a user are read and sorted here, up to a bound. */
public final class Contacts {
    private static final Comparator<ContactsCursor> NEWEST_FIRST =
            Comparator.comparingLong(ContactsCursor::lastAtMs).reversed().thenComparing(ContactsCursor::peer);

    private final CqlNode cql;
    private final Contents contents;
    private final PreparedStatement select;
    private final int rowsMax;
    private final Counter cut;

    /** Which conversations are asked for. */
    public enum Box {
        ALL,
        INBOX,
        /** Where a stranger waits for a first answer. */
        REQUESTS
    }

    /**
     * A page.
     *
     * @param next where the next one begins, or null after the last
     */
    public record Page(List<Contact> contacts, ContactsCursor next) {}

    /**
     * Prepares its statements: blocks.
     *
     * @param rowsMax most contacts of a user that are read for a page; beyond it the ones with later ids are left out, and
     *     counted
     */
    public Contacts(CqlNode cql, int rowsMax, MeterRegistry registry) {
        this.cql = cql;
        this.rowsMax = rowsMax;
        contents = new Contents(cql);
        cut = registry.counter("danmaku.dm.contacts.cut");
        select = cql.prepare(
                "SELECT peer, last_message_id, last_seq, last_at, received, read_seq, read_received, peer_read_seq,"
                        + " delivered_seq, peer_delivered_seq, hidden_seq, cleared_seq, cleared_received, relation"
                        + " FROM KS.contact WHERE tenant = ? AND owner = ? LIMIT ?");
    }

    /** @param after where the page before ended, or null */
    public CompletionStage<Page> page(String tenant, String owner, Box box, ContactsCursor after, int limit) {
        return cql.rows(select, tenant, owner, rowsMax).thenCompose(rows -> {
            if (rows.size() >= rowsMax) {
                cut.increment();
            }
            List<Row> page = rows.stream()
                    .filter(row -> isIn(box, row))
                    .filter(row -> after == null || NEWEST_FIRST.compare(cursor(row), after) > 0)
                    .sorted(Comparator.comparing(Contacts::cursor, NEWEST_FIRST))
                    .limit(limit + 1L)
                    .toList();
            List<Row> shown = page.subList(0, Math.min(limit, page.size()));
            ContactsCursor next = page.size() > limit ? cursor(shown.get(limit - 1)) : null;
            List<String> ids =
                    shown.stream().map(row -> row.getString("last_message_id")).toList();
            return contents.messages(tenant, ids).thenApply(last -> new Page(join(shown, last), next));
        });
    }

    private static List<Contact> join(List<Row> rows, List<DirectMessage> messages) {
        Map<String, DirectMessage> byId = new HashMap<>(
                messages.stream().collect(Collectors.toMap(DirectMessage::mid, Function.identity(), (a, b) -> a)));
        return rows.stream()
                .filter(row -> byId.containsKey(row.getString("last_message_id")))
                .map(row -> new Contact(
                        row.getString("peer"),
                        isHidden(row) ? null : byId.get(row.getString("last_message_id")),
                        Math.max(
                                0,
                                row.getLong("received")
                                        - Math.max(row.getLong("read_received"), row.getLong("cleared_received"))),
                        row.getLong("read_seq"),
                        row.getLong("peer_read_seq"),
                        Math.max(row.getLong("delivered_seq"), row.getLong("read_seq")),
                        Math.max(row.getLong("peer_delivered_seq"), row.getLong("peer_read_seq")),
                        isRequest(row),
                        Relation.of(row.getString("relation"))))
                .toList();
    }

    /** Whom the owner only says something of is no conversation. */
    private static boolean isIn(Box box, Row row) {
        return row.getLong("last_seq") > 0
                && switch (box) {
                    case ALL -> true;
                    case INBOX -> !isRequest(row);
                    case REQUESTS -> isRequest(row);
                };
    }

    private static boolean isRequest(Row row) {
        boolean allReceived = row.getLong("received") == row.getLong("last_seq");
        return allReceived && !Relation.of(row.getString("relation")).knows();
    }

    private static boolean isHidden(Row row) {
        long last = row.getLong("last_seq");
        return last == row.getLong("hidden_seq") || last <= row.getLong("cleared_seq");
    }

    private static ContactsCursor cursor(Row row) {
        return new ContactsCursor(row.getLong("last_at"), row.getString("peer"));
    }
}
