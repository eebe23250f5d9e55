package io.danmaku.dm.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.dm.account.Relation;
import io.danmaku.dm.account.Writers;
import io.danmaku.dm.conversation.Blocks;
import io.danmaku.dm.conversation.Change;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.Ledger;
import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.dm.conversation.MarkUpTo;
import io.danmaku.dm.conversation.Marks;
import io.danmaku.dm.conversation.Place;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.log.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * The tables by hand: every row of a write arrives alone, in any order, perhaps after its writer was told of a failure or
 * died. Rows that never change must be the same bytes whoever writes them; cells that do change go by log index.
 */
final class ModelTables {
    /** One row of {@code message_index}. */
    record IndexRow(String messageId, int box, long logIndex, long received, long notices) {}

    final Map<String, ModelContent> content = new TreeMap<>();
    final ModelVersions versions = new ModelVersions();
    /** What is hidden, by side. */
    final Map<String, TreeSet<Long>> hidden = new TreeMap<>();

    final Map<String, TreeMap<Long, Boolean>> blocks = new TreeMap<>();
    final ModelOwn own = new ModelOwn();
    /** What devices are told besides messages, by owner. */
    final Map<String, TreeMap<Long, String>> notes = new TreeMap<>();

    /** Whose marks have moved, by owner and the record that says so. */
    final Map<String, TreeMap<Long, String>> marked = new TreeMap<>();

    final Map<String, TreeMap<Long, IndexRow>> index = new TreeMap<>();
    final Map<String, ModelContact> contacts = new TreeMap<>();
    final Map<String, TreeMap<Long, String>> ownerLog = new TreeMap<>();
    long mark = -1;
    /** The store's clock, by which bodies go. */
    long nowMs;

    private final Random random;
    private final List<Runnable> arriving = new ArrayList<>();
    private final LongConsumer markWritten;
    private final int failuresInHundred;

    ModelTables(Random random, int failuresInHundred, LongConsumer markWritten) {
        this.random = random;
        this.failuresInHundred = failuresInHundred;
        this.markWritten = markWritten;
    }

    boolean quiet() {
        return arriving.isEmpty();
    }

    /** Lets one call or row, any of those under way, arrive. */
    void step() {
        arriving.remove(random.nextInt(arriving.size())).run();
    }

    /** The same of the one asked last. */
    void stepNewest() {
        arriving.remove(arriving.size() - 1).run();
    }

    static String pair(String owner, String peer) {
        return owner + ">" + peer;
    }

    /** What one owner of the partition sees of these tables. */
    Ledger ledger() {
        return new Ledger() {
            @Override
            public CompletionStage<StoredMessage> message(String tenant, String messageId) {
                return answer(() ->
                        content.containsKey(messageId) ? content.get(messageId).at(nowMs) : null);
            }

            @Override
            public CompletionStage<Before> before(ConversationKey key, long logIndex) {
                return answer(() -> lastBefore(key, logIndex));
            }

            @Override
            public CompletionStage<Marks> marks(ConversationKey key) {
                return answer(() -> new Marks(
                        contact(key.low(), key.high()).marks(),
                        contact(key.high(), key.low()).marks()));
            }

            @Override
            public CompletionStage<Long> receivedUpTo(ConversationKey key, String reader, long seq) {
                String peer = reader.equals(key.low()) ? key.high() : key.low();
                return answer(() -> rows(reader, peer).get(seq).received);
            }

            @Override
            public CompletionStage<Void> store(StoredMessage m) {
                return write(rowsOf(m));
            }

            @Override
            public CompletionStage<Void> store(MarkUpTo m) {
                long at = m.logIndex() + 1;
                String column = m.read() ? "read_seq" : "delivered_seq";
                List<Runnable> rows = new ArrayList<>();
                rows.add(() -> {
                    contact(m.user(), m.peer()).put(column, m.seq(), at);
                    if (m.read()) {
                        contact(m.user(), m.peer()).put("read_received", m.received(), at);
                    }
                });
                if (m.told()) {
                    rows.add(() -> contact(m.peer(), m.user()).put("peer_" + column, m.seq(), at));
                    rows.add(() -> mark(m.peer(), m.logIndex(), m.user()));
                }
                rows.add(() -> mark(m.user(), m.logIndex(), m.peer()));
                return write(rows);
            }

            @Override
            public CompletionStage<Blocks> blocks(ConversationKey key, long logIndex) {
                return answer(() -> new Blocks(
                        blockedBefore(key.low(), key.high(), logIndex),
                        blockedBefore(key.high(), key.low(), logIndex)));
            }

            @Override
            public CompletionStage<Relation> relation(String tenant, String owner, String peer, long logIndex) {
                return answer(() -> own.relation(tenant, owner, peer, logIndex));
            }

            @Override
            public CompletionStage<Writers> writers(String tenant, String owner, int partition, long logIndex) {
                return answer(() -> own.writers(tenant, owner, logIndex));
            }

            @Override
            public CompletionStage<Long> expiry(ConversationKey key, long logIndex) {
                return answer(() -> own.expiry(key, logIndex));
            }

            @Override
            public CompletionStage<Long> clearedUpTo(ConversationKey key, String owner) {
                String peer = owner.equals(key.low()) ? key.high() : key.low();
                return answer(() -> contact(owner, peer).get("cleared_seq"));
            }

            @Override
            public CompletionStage<Integer> versionsBefore(String tenant, String messageId, long logIndex, int most) {
                return answer(() ->
                        Math.min(most, versions.of(messageId).headMap(logIndex).size()));
            }

            @Override
            public CompletionStage<Void> store(Change change) {
                if (change instanceof Change.OfMessage m
                        && change.logged().record().op() == Op.EDIT) {
                    return write(versionsOf(m)).thenCompose(kept -> write(rowsOf(m)));
                }
                return write(rowsOf(change));
            }

            @Override
            public CompletionStage<Void> finished(int partition, long logIndex) {
                return write(List.of(() -> {
                    markWritten.accept(logIndex);
                    mark = Math.max(mark, logIndex);
                }));
            }
        };
    }

    private Ledger.Before lastBefore(ConversationKey key, long logIndex) {
        NavigableMap<Long, IndexRow> rows = rows(key.low(), key.high());
        boolean later = false;
        for (var row : rows.descendingMap().entrySet()) {
            later |= row.getValue().logIndex > logIndex;
            if (row.getValue().logIndex < logIndex) {
                return new Ledger.Before(
                        new Place(row.getKey(), row.getValue().received, row.getValue().notices), later);
            }
        }
        return new Ledger.Before(Place.START, later);
    }

    private boolean blockedBefore(String owner, String peer, long logIndex) {
        var row =
                blocks.computeIfAbsent(pair(owner, peer), k -> new TreeMap<>()).lowerEntry(logIndex);
        return row != null && row.getValue();
    }

    private List<Runnable> versionsOf(Change.OfMessage change) {
        StoredMessage before = change.before();
        LoggedRecord logged = change.logged();
        List<Runnable> rows = new ArrayList<>();
        Revision revision = before.message().revision();
        if (revision.editedMs() == 0 && !revision.recalled()) {
            rows.add(() -> versions.put(
                    before.message(), before.logIndex(), before.message().body(), nowMs));
        }
        rows.add(() ->
                versions.put(before.message(), logged.index(), logged.record().body(), nowMs));
        return rows;
    }

    private List<Runnable> rowsOf(Change change) {
        LoggedRecord logged = change.logged();
        DirectRecord r = logged.record();
        long at = logged.index() + 1;
        List<Runnable> rows = new ArrayList<>();
        if (change instanceof Change.OfMessage m) {
            ModelContent of = content.get(r.mid());
            boolean sender = m.before().message().from().equals(r.from());
            rows.add(() -> {
                of.put("rev", at, at);
                switch (r.op()) {
                    case EDIT -> {
                        of.putBody(r.body(), at, nowMs);
                        of.put("edited_at", logged.tsMs(), at);
                    }
                    case RECALL -> {
                        of.put("body", "", at);
                        of.put("by_sender", "", at);
                        of.put("by_recipient", "", at);
                        of.put("recalled_at", logged.tsMs(), at);
                    }
                    default -> of.put(sender ? "by_sender" : "by_recipient", r.body(), at);
                }
            });
            if (r.op() == Op.RECALL) {
                rows.add(() -> versions.delete(r.mid(), at));
            }
            for (String owner : List.of(r.from(), r.to())) {
                rows.add(() -> same(
                        ownerLog.computeIfAbsent(owner, k -> new TreeMap<>()).put(logged.index(), r.mid()), r.mid()));
            }
            return rows;
        }
        if (change instanceof Change.Let let) {
            return List.of(() -> own.put(let));
        }
        if (change instanceof Change.Related related) {
            rows.add(() -> own.put(related));
        } else if (change instanceof Change.Expiring e) {
            rows.add(() -> own.put(e));
            rows.add(() -> contact(r.from(), r.to()).put("expiry", e.seconds(), at));
            rows.add(() -> contact(r.to(), r.from()).put("expiry", e.seconds(), at));
            rows.add(() -> note(r.to(), logged.index(), e.toldOther()));
        } else if (change instanceof Change.Hidden h) {
            rows.add(() -> hidden.computeIfAbsent(pair(r.from(), r.to()), k -> new TreeSet<>())
                    .add(h.seq()));
            if (h.last()) {
                rows.add(() -> contact(r.from(), r.to()).put("hidden_seq", h.seq(), at));
            }
        } else if (change instanceof Change.Cleared c) {
            rows.add(() -> {
                contact(r.from(), r.to()).put("cleared_seq", c.seq(), at);
                contact(r.from(), r.to()).put("cleared_received", c.received(), at);
            });
            rows.add(() -> mark(r.from(), logged.index(), r.to()));
        } else if (change instanceof Change.Blocked b) {
            rows.add(() -> same(
                    blocks.computeIfAbsent(pair(r.from(), r.to()), k -> new TreeMap<>())
                            .put(logged.index(), b.blocked()),
                    b.blocked()));
        }
        rows.add(() -> note(r.from(), logged.index(), change.told()));
        return rows;
    }

    private void note(String owner, long logIndex, String told) {
        same(notes.computeIfAbsent(owner, k -> new TreeMap<>()).put(logIndex, told), told);
    }

    private List<Runnable> rowsOf(StoredMessage m) {
        String id = m.message().mid();
        String from = m.message().from();
        String to = m.message().to();
        long seq = m.message().seq();
        return List.of(
                () -> {
                    // of a message that was changed since its first body is not known
                    if (m.message().revision().number() == 0) {
                        ModelContent there = content.putIfAbsent(id, new ModelContent(m, nowMs));
                        same(there == null ? null : withoutBody(there.sent), withoutBody(m));
                    }
                },
                () -> putIndex(from, to, seq, new IndexRow(id, 0, m.logIndex(), m.receivedBySender(), m.notices())),
                () -> putIndex(to, from, seq, new IndexRow(id, 1, m.logIndex(), m.receivedByRecipient(), m.notices())),
                () -> putContact(from, to, m, m.receivedBySender()),
                () -> putContact(to, from, m, m.receivedByRecipient()),
                () -> same(ownerLog.computeIfAbsent(from, k -> new TreeMap<>()).put(m.logIndex(), id), id),
                () -> same(ownerLog.computeIfAbsent(to, k -> new TreeMap<>()).put(m.logIndex(), id), id));
    }

    private void mark(String owner, long logIndex, String peer) {
        same(marked.computeIfAbsent(owner, k -> new TreeMap<>()).put(logIndex, peer), peer);
    }

    /** Whoever writes again one that goes by itself may not know its body any more. */
    private static StoredMessage withoutBody(StoredMessage m) {
        DirectMessage gone = m.message().at(Long.MAX_VALUE);
        return new StoredMessage(m.tenant(), gone, m.partition(), m.logIndex(), m.receivedByRecipient(), m.notices());
    }

    private void putIndex(String owner, String peer, long seq, IndexRow row) {
        same(rows(owner, peer).put(seq, row), row);
    }

    private void putContact(String owner, String peer, StoredMessage m, long received) {
        ModelContact contact = contact(owner, peer);
        contact.put("last_seq", m.message().seq(), m.logIndex() + 1);
        contact.put("received", received, m.logIndex() + 1);
        contact.put("notices", m.notices(), m.logIndex() + 1);
    }

    NavigableMap<Long, IndexRow> rows(String owner, String peer) {
        return index.computeIfAbsent(pair(owner, peer), k -> new TreeMap<>());
    }

    ModelContact contact(String owner, String peer) {
        return contacts.computeIfAbsent(pair(owner, peer), k -> new ModelContact());
    }

    static void same(Object before, Object now) {
        if (before != null) {
            assertEquals(before, now, "a row was written with other bytes");
        }
    }

    private <T> CompletionStage<T> answer(Supplier<T> read) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        arriving.add(() -> {
            if (random.nextInt(100) < failuresInHundred) {
                answer.completeExceptionally(new IllegalStateException("read failed"));
            } else {
                answer.complete(read.get());
            }
        });
        return answer;
    }

    private CompletionStage<Void> write(List<Runnable> rows) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        int[] missing = {rows.size()};
        for (Runnable row : rows) {
            arriving.add(() -> {
                int luck = random.nextInt(300);
                if (luck < failuresInHundred) { // the row never arrives
                    written.completeExceptionally(new IllegalStateException("write failed"));
                    return;
                }
                if (luck < 2 * failuresInHundred) { // the writer is told so, but the row comes, later
                    written.completeExceptionally(new IllegalStateException("write timed out"));
                    arriving.add(row);
                    return;
                }
                row.run();
                missing[0]--;
                if (missing[0] == 0) {
                    written.complete(null);
                }
            });
        }
        return written;
    }
}
