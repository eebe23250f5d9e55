package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.protocol.log.DirectMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Pages of one conversation as one side sees it: without what that side has hidden or cleared. */
public final class Histories {
    /** Rows of one query: where much is hidden, a short page needs few of them. */
    private static final int ROWS_MIN = 50;

    /** Rows looked through for one page: most of them may be hidden. */
    private static final int LOOKED_MAX = 2_000;

    private final CqlNode cql;
    private final Contents contents;
    private final PreparedStatement selectContact;
    private final PreparedStatement selectIds;
    private final PreparedStatement selectVersions;

    /**
     * A page.
     *
     * @param messages in the order of their numbers
     * @param next the {@code before} of the page that goes on, 0 when there is nothing further down
     */
    public record Page(List<DirectMessage> messages, long next) {}

    /** A body that a message had. */
    public record Version(String kind, String body, long atMs) {}

    private record Reading(String tenant, String owner, String peer, long floor, int limit) {}

    /** Prepares its statements: blocks. */
    public Histories(CqlNode cql) {
        this.cql = cql;
        contents = new Contents(cql);
        selectContact = cql.prepare(
                "SELECT last_seq, cleared_seq, expiry FROM KS.contact WHERE tenant = ? AND owner = ? AND peer = ?");
        selectIds = cql.prepare("SELECT message_id, hidden, seq FROM KS.message_index"
                + " WHERE tenant = ? AND owner = ? AND peer = ? AND bucket = ? AND seq <= ? LIMIT ?");
        selectVersions =
                cql.prepare("SELECT body, at FROM KS.content_version WHERE tenant = ? AND message_id = ? LIMIT ?");
    }

    /**
     * How a conversation stands.
     *
     * @param seq number of its newest message, 0 = there is none
     * @param expirySeconds for how long new messages live, 0 = for ever
     */
    public record Standing(long seq, long expirySeconds) {}

    /** How a conversation stands, also one that there is not. */
    public CompletionStage<Standing> standing(String tenant, String owner, String peer) {
        return cql.execute(selectContact, tenant, owner, peer).thenApply(result -> {
            Row contact = result.one();
            return contact == null
                    ? new Standing(0, 0)
                    : new Standing(contact.getLong("last_seq"), contact.getLong("expiry"));
        });
    }

    /** The newest {@code limit} messages below {@code before}. */
    public CompletionStage<Page> page(String tenant, String owner, String peer, long before, int limit) {
        return cql.execute(selectContact, tenant, owner, peer).thenCompose(result -> {
            Row contact = result.one();
            long last = contact == null ? 0 : contact.getLong("last_seq");
            long floor = contact == null ? 0 : contact.getLong("cleared_seq");
            Reading reading = new Reading(tenant, owner, peer, floor, limit);
            return read(reading, Math.min(last, before - 1), 0, new ArrayList<>());
        });
    }

    /** Goes down from {@code seq}, so many rows looked at and ids found already. */
    private CompletionStage<Page> read(Reading r, long seq, int looked, List<String> found) {
        if (seq <= r.floor || found.size() >= r.limit || looked >= LOOKED_MAX) {
            Collections.reverse(found);
            long next = seq > r.floor ? seq + 1 : 0;
            return contents.messages(r.tenant, found).thenApply(messages -> new Page(messages, next));
        }
        long bucket = Buckets.ofMessage(seq);
        int wanted = Math.min(Math.max(r.limit - found.size(), ROWS_MIN), LOOKED_MAX - looked);
        return cql.rows(selectIds, r.tenant, r.owner, r.peer, bucket, seq, wanted)
                .thenCompose(rows -> {
                    long lowest = bucket * Buckets.MESSAGES + 1;
                    for (Row row : rows) {
                        if (found.size() == r.limit) {
                            break;
                        }
                        lowest = row.getLong("seq");
                        if (lowest > r.floor && !row.getBoolean("hidden")) {
                            found.add(row.getString("message_id"));
                        }
                    }
                    long below =
                            rows.size() < wanted && found.size() < r.limit ? bucket * Buckets.MESSAGES : lowest - 1;
                    return read(r, below, looked + Math.max(1, rows.size()), found);
                });
    }

    /**
     * All bodies that a message between these two had, eldest first; none when it was recalled or lives no more, null when there is no such message or the user
     * has hidden or cleared it.
     */
    public CompletionStage<List<Version>> versions(String tenant, String user, String peer, String mid) {
        return contents.message(tenant, mid).thenCompose(stored -> {
            if (stored == null || !isBetween(stored, user, peer)) {
                return CompletableFuture.completedFuture(null);
            }
            DirectMessage message = stored.message();
            if (message.revision().recalled() || message.gone()) {
                return CompletableFuture.completedFuture(List.of());
            }
            return isShown(tenant, user, peer, message.seq())
                    .thenCompose(shown -> shown ? versions(tenant, message) : CompletableFuture.completedFuture(null));
        });
    }

    /** The same of one that is there, whoever sees it. */
    CompletionStage<List<Version>> versions(String tenant, DirectMessage message) {
        return cql.rows(selectVersions, tenant, message.mid(), Rules.VERSIONS_MAX)
                .thenApply(rows -> rows.isEmpty()
                        ? List.of(new Version(message.kind(), message.body(), message.tsMs()))
                        : rows.stream()
                                // of one that goes just now
                                .filter(row -> row.getString("body") != null)
                                .map(row -> new Version(message.kind(), row.getString("body"), row.getLong("at")))
                                .toList());
    }

    /** Whether a side has neither hidden nor cleared a message that there is. */
    private CompletionStage<Boolean> isShown(String tenant, String owner, String peer, long seq) {
        return cql.execute(selectContact, tenant, owner, peer)
                .thenCombine(
                        cql.rows(selectIds, tenant, owner, peer, Buckets.ofMessage(seq), seq, 1), (contacts, rows) -> {
                            Row contact = contacts.one();
                            boolean cleared = contact != null && seq <= contact.getLong("cleared_seq");
                            return !cleared && !rows.isEmpty() && !rows.get(0).getBoolean("hidden");
                        });
    }

    static boolean isBetween(StoredMessage stored, String user, String peer) {
        String from = stored.message().from();
        String to = stored.message().to();
        return (from.equals(user) && to.equals(peer)) || (from.equals(peer) && to.equals(user));
    }
}
