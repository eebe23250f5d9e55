package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.account.Account;
import io.danmaku.dm.account.Relation;
import io.danmaku.dm.store.ContactsWalk.Standing;
import io.danmaku.protocol.log.DirectMessage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Pages of a user's conversations, newest first. Only what is near a page is read; page: docs/decisions/0045-recent-contacts-are-rows-that-only-grow.md.
 */
public final class Contacts {
    /** As many as ScyllaDB takes in one statement, if nobody has changed that. */
    private static final int PEERS_MAX = 100;

    private final CqlNode cql;
    private final Contents contents;
    private final RecentContacts recent;
    private final Accounts accounts;
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
     * @param contacts perhaps fewer than asked for, none even
     * @param next where the next one begins, or null after the last
     */
    public record Page(List<Contact> contacts, ContactsCursor next) {}

    /**
     * Prepares its statements: blocks.
     *
     * @param accounts who names the peers
     * @param rowsMax a page is told when so many rows of recent contacts were looked at, full or not. More contacts than that whose newest
     *     messages are of the same second are left out, those with later ids, and counted
     */
    public Contacts(CqlNode cql, Accounts accounts, int rowsMax, MeterRegistry registry) {
        this.cql = cql;
        this.accounts = accounts;
        this.rowsMax = rowsMax;
        contents = new Contents(cql);
        recent = new RecentContacts(cql);
        cut = registry.counter("danmaku.dm.contacts.cut");
        select = cql.prepare(
                "SELECT peer, last_message_id, last_seq, last_at, received, read_seq, read_received, peer_read_seq,"
                        + " delivered_seq, peer_delivered_seq, hidden_seq, cleared_seq, cleared_received, relation, notices, expiry"
                        + " FROM KS.contact WHERE tenant = ? AND owner = ? AND peer IN ?");
    }

    /** @param after where the page before ended, or null */
    public CompletionStage<Page> page(String tenant, String owner, Box box, ContactsCursor after, int limit) {
        return new ContactsWalk(source(tenant, owner, box), after, limit, rowsMax)
                .go()
                .thenCompose(found -> {
                    List<Row> rows =
                            found.contacts().stream().map(Standing::row).toList();
                    List<String> ids = rows.stream()
                            .map(row -> row.getString("last_message_id"))
                            .toList();
                    // asked side by side
                    CompletionStage<List<Account>> named = accounts.find(
                            tenant,
                            rows.stream().map(row -> row.getString("peer")).toList());
                    return contents.messages(tenant, ids)
                            .thenCombine(named, (last, names) -> new Page(join(rows, last, names), found.next()));
                });
    }

    private ContactsWalk.Source source(String tenant, String owner, Box box) {
        return new ContactsWalk.Source() {
            @Override
            public CompletionStage<List<RecentContacts.Cell>> weeks(long upTo, int rows) {
                return recent.weeks(tenant, owner, upTo, rows);
            }

            @Override
            public CompletionStage<List<RecentContacts.Cell>> seconds(long week, long upTo, int rows) {
                return recent.seconds(tenant, owner, week, upTo, rows);
            }

            @Override
            public CompletionStage<List<Standing>> contacts(List<String> peers) {
                return lookUp(tenant, owner, box, peers);
            }

            @Override
            public void cut() {
                cut.increment();
            }
        };
    }

    private CompletionStage<List<Standing>> lookUp(String tenant, String owner, Box box, List<String> peers) {
        CompletionStage<List<Standing>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (int from = 0; from < peers.size(); from += PEERS_MAX) {
            List<String> some = peers.subList(from, Math.min(peers.size(), from + PEERS_MAX));
            // asked side by side, joined one after another
            all = all.thenCombine(cql.rows(select, tenant, owner, some), (rows, more) -> {
                more.stream().filter(row -> isIn(box, row)).forEach(row -> rows.add(standing(row)));
                return rows;
            });
        }
        return all;
    }

    private static Standing standing(Row row) {
        return new Standing(new ContactsCursor(row.getLong("last_at"), row.getString("peer")), row);
    }

    private static List<Contact> join(List<Row> rows, List<DirectMessage> messages, List<Account> accounts) {
        Map<String, DirectMessage> byId = new HashMap<>(
                messages.stream().collect(Collectors.toMap(DirectMessage::mid, Function.identity(), (a, b) -> a)));
        Map<String, Account> byUser =
                accounts.stream().collect(Collectors.toMap(Account::user, Function.identity(), (a, b) -> a));
        return rows.stream()
                .map(row -> contact(row, byId.get(row.getString("last_message_id")), byUser.get(row.getString("peer"))))
                .toList();
    }

    /**
     * @param last null where it is not there yet: it is being written, and told when it is whole
     * @param account null where there is none
     */
    private static Contact contact(Row row, DirectMessage last, Account account) {
        return new Contact(
                row.getString("peer"),
                isHidden(row) ? null : last,
                MarkColumns.unread(row),
                row.getLong("read_seq"),
                row.getLong("peer_read_seq"),
                Math.max(row.getLong("delivered_seq"), row.getLong("read_seq")),
                Math.max(row.getLong("peer_delivered_seq"), row.getLong("peer_read_seq")),
                isRequest(row),
                Relation.of(row.getString("relation")),
                account == null ? "" : account.name(),
                account == null ? "" : account.avatar(),
                row.getLong("expiry"));
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
        // what the product tells waits for no answer
        boolean onlyNotices = row.getLong("notices") == row.getLong("last_seq");
        return allReceived
                && !onlyNotices
                && !Relation.of(row.getString("relation")).knows();
    }

    private static boolean isHidden(Row row) {
        long last = row.getLong("last_seq");
        return last == row.getLong("hidden_seq") || last <= row.getLong("cleared_seq");
    }
}
