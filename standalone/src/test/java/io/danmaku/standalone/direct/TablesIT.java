package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.Ledger;
import io.danmaku.dm.conversation.MarkUpTo;
import io.danmaku.dm.conversation.Marks;
import io.danmaku.dm.conversation.Place;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.dm.store.Accounts;
import io.danmaku.dm.store.Contacts;
import io.danmaku.dm.store.ConversationMarks;
import io.danmaku.dm.store.CqlConfig;
import io.danmaku.dm.store.CqlNode;
import io.danmaku.dm.store.Histories;
import io.danmaku.dm.store.MessageTables;
import io.danmaku.dm.store.Migrations;
import io.danmaku.dm.store.SyncLog;
import io.danmaku.dm.store.SyncPosition;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.Revision;
import io.danmaku.standalone.hub.TestHub;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The tables in a real store, at the places where they are cut. */
class TablesIT {
    private static final String TENANT = "default";
    private static final long OPEN_MS_MAX = 60_000;
    private static final long BUCKET = 10_000;
    private static final long LOG_BUCKET = 1 << 20;
    private static final int PARTITION = 3;

    private static CqlNode cql;
    private static MessageTables tables;

    @BeforeAll
    static void migrate() throws Exception {
        CqlConfig config = DirectCql.config(TestHub.get(), "it_tables");
        cql = CqlNode.open(config, OPEN_MS_MAX);
        new Migrations(cql, config, "test").apply();
        tables = new MessageTables(cql);
    }

    @AfterAll
    static void close() {
        cql.close();
    }

    @Test
    void theLocalStoreDoesNotWriteAllOfATableAgainWithEachFourthFlush() throws Exception {
        try (CqlSession session = DirectCql.session(TestHub.get())) {
            assertEquals("1048576", compaction(session, "content").get("min_sstable_size"));
            assertTrue(compaction(session, "contact").get("class").endsWith("LeveledCompactionStrategy"));
        }
    }

    /** With {@code periodic} acknowledged rows are lost by {@code kill -9}, as {@link DirectKillsIT} would see. */
    @Test
    void theLocalStoreGathersWhatItSyncsInTwoMilliseconds() throws Exception {
        try (CqlSession session = DirectCql.session(TestHub.get())) {
            assertEquals("group", setting(session, "commitlog_sync"));
            assertEquals("2ms", setting(session, "commitlog_sync_group_window"));
        }
    }

    @Test
    void theLocalStoreWritesAndReadsOnTheThreadThatHasTheRequest() throws Exception {
        try (CqlSession session = DirectCql.session(TestHub.get())) {
            for (String pool : List.of("MutationStage", "ReadStage")) {
                long before = completed(session, pool);
                for (int i = 0; i < 50; i++) {
                    session.execute(
                            "INSERT INTO it_tables.account (tenant, owner, name) VALUES ('pools', ?, 'n')", "u" + i);
                    session.execute("SELECT name FROM it_tables.account WHERE tenant = 'pools' AND owner = ?", "u" + i);
                }
                assertEquals(before, completed(session, pool), pool);
            }
        }
    }

    private static String setting(CqlSession session, String name) {
        return session.execute("SELECT value FROM system_views.settings WHERE name = ?", name)
                .one()
                .getString("value");
    }

    /** Tasks that a pool of the store has done; it is not there before the first one. */
    private static long completed(CqlSession session, String pool) {
        Row row = session.execute("SELECT completed_tasks FROM system_views.thread_pools WHERE name = ?", pool)
                .one();
        return row == null ? 0 : row.getLong("completed_tasks");
    }

    private static Map<String, String> compaction(CqlSession session, String table) {
        return session.execute(
                        "SELECT compaction FROM system_schema.tables WHERE keyspace_name = 'it_tables' AND table_name = ?",
                        table)
                .one()
                .getMap("compaction", String.class, String.class);
    }

    @Test
    void eachSideHasARowThatSaysWhetherTheMessageWentOutOrCameIn() throws Exception {
        store(ConversationKey.of(TENANT, "box-a", "box-b"), 1, 31, 1);
        try (CqlSession session = DirectCql.session(TestHub.get())) {
            assertEquals(0, box(session, "box-b", "box-a"), "out, of who has sent it");
            assertEquals(1, box(session, "box-a", "box-b"), "in");
        }
    }

    private static byte box(CqlSession session, String owner, String peer) {
        return session.execute(
                        "SELECT box FROM it_tables.message_index WHERE tenant = ? AND owner = ? AND peer = ? AND bucket = 0",
                        TENANT,
                        owner,
                        peer)
                .one()
                .getByte("box");
    }

    @Test
    void aConversationIsReadAcrossTheBordersOfItsBuckets() throws Exception {
        ConversationKey key = ConversationKey.of(TENANT, "long-a", "long-b");
        for (long seq = BUCKET - 5; seq <= BUCKET + 5; seq++) {
            store(key, seq, 100 + seq, seq / 2);
        }
        Histories histories = new Histories(cql);
        assertEquals(
                LongStream.rangeClosed(BUCKET - 1, BUCKET + 5).boxed().toList(),
                seqs(get(histories.page(TENANT, "long-a", "long-b", Long.MAX_VALUE, 7))
                        .messages()));
        assertEquals(
                LongStream.rangeClosed(BUCKET - 4, BUCKET).boxed().toList(),
                seqs(get(histories.page(TENANT, "long-b", "long-a", BUCKET + 1, 5))
                        .messages()));
        // the owner after a crash: the place before a record, below rows that are later in the log
        Ledger.Before newest = get(tables.before(key, 100 + BUCKET + 6));
        assertEquals(new Ledger.Before(new Place(BUCKET + 5, (BUCKET + 5) / 2), false), newest);
        Ledger.Before older = get(tables.before(key, 100 + BUCKET - 3));
        assertEquals(new Ledger.Before(new Place(BUCKET - 4, (BUCKET - 4) / 2), true), older);
        assertEquals(
                new Ledger.Before(Place.START, false), get(tables.before(ConversationKey.of(TENANT, "x", "y"), 9)));
        assertEquals(BUCKET / 2, get(tables.receivedUpTo(key, "long-a", BUCKET)));
        assertEquals(BUCKET - BUCKET / 2, get(tables.receivedUpTo(key, "long-b", BUCKET)));
    }

    @Test
    void whatAnOwnerWritesLateDoesNotTurnBackWhatIsNewer() throws Exception {
        ConversationKey key = ConversationKey.of(TENANT, "late-a", "late-b");
        StoredMessage first = store(key, 1, 41, 1);
        store(key, 2, 42, 2);
        get(tables.store(new MarkUpTo(true, TENANT, "late-a", "late-b", 2, 2, true, 44, PARTITION)));
        get(tables.store(new MarkUpTo(true, TENANT, "late-a", "late-b", 1, 1, true, 43, PARTITION)));
        get(tables.store(new MarkUpTo(false, TENANT, "late-b", "late-a", 1, 0, false, 46, PARTITION)));
        get(tables.store(first));
        Contacts contacts = new Contacts(cql, new Accounts(cql), 100, new SimpleMeterRegistry());
        var contact = get(contacts.page(TENANT, "late-a", Contacts.Box.ALL, null, 10))
                .contacts()
                .get(0);
        assertEquals(2, contact.last().seq());
        assertEquals(2, contact.readSeq());
        assertEquals(0, contact.unread());
        assertEquals(0, contact.peerDeliveredSeq(), "what is not to be told is not in the other side's row");
        Marks.Side a = new Marks.Side(new Marks.Mark(2, 44), Marks.Mark.NONE);
        Marks.Side b = new Marks.Side(Marks.Mark.NONE, new Marks.Mark(1, 46));
        assertEquals(new Marks(a, b), get(tables.marks(key)));
        assertEquals(first, get(tables.message(TENANT, first.message().mid())));
        assertNull(get(tables.message(TENANT, "no-such")));
    }

    @Test
    void syncGoesAcrossTheBucketsOfTheLogAndNotBeyondTheMark() throws Exception {
        ConversationKey key = ConversationKey.of(TENANT, "sync-a", "sync-b");
        long[] indexes = {5, LOG_BUCKET - 1, LOG_BUCKET, 7 * LOG_BUCKET + 9, 9 * LOG_BUCKET};
        for (int i = 0; i < indexes.length; i++) {
            store(key, i + 1L, indexes[i], i + 1L);
        }
        get(tables.finished(PARTITION, 7 * LOG_BUCKET + 9));
        SyncLog sync = new SyncLog(cql);
        for (int size : List.of(1, 2, 3, 100)) {
            List<Long> told = new ArrayList<>();
            SyncPosition position = SyncPosition.start();
            SyncLog.Page page;
            do {
                page = get(sync.page(TENANT, "sync-a", position, size));
                told.addAll(seqs(page.messages()));
                assertTrue(page.messages().size() <= size);
                position = SyncPosition.parse(page.next().toString());
            } while (page.more());
            assertEquals(List.of(1L, 2L, 3L, 4L), told);
            assertEquals(7 * LOG_BUCKET + 9, position.index(PARTITION));
        }
        SyncPosition behind =
                get(sync.page(TENANT, "sync-a", SyncPosition.start(), 100)).next();
        get(tables.finished(PARTITION, 9 * LOG_BUCKET));
        get(tables.finished(PARTITION, 8 * LOG_BUCKET)); // an owner that woke up late
        SyncLog.Page rest = get(sync.page(TENANT, "sync-a", behind, 100));
        assertEquals(List.of(5L), seqs(rest.messages()));
        assertFalse(rest.more());
    }

    @Test
    void aMessageThatExpiresIsReadBackWithAllThatItsRowsAreMadeOf() throws Exception {
        long expiresMs = System.currentTimeMillis() + 3_600_000;
        DirectMessage message = new DirectMessage(
                "expiring", "told-a", "told-b", 1, "notice", "{\"title\":\"x\"}", 1_000, "", Revision.NONE, expiresMs);
        StoredMessage stored = new StoredMessage(TENANT, message, PARTITION, 7, 1, 1);
        get(tables.store(stored));
        assertEquals(stored, get(tables.message(TENANT, "expiring")));
    }

    @Test
    void syncTellsMarksThatHaveMovedAsTheyAre() throws Exception {
        int partition = PARTITION + 1;
        long moved = 3 * LOG_BUCKET + 7;
        DirectMessage message = new DirectMessage("marks-1", "marks-b", "marks-a", 1, "text", "hello", 1_000);
        get(tables.store(new StoredMessage(TENANT, message, partition, 5, 1)));
        get(tables.store(new MarkUpTo(true, TENANT, "marks-a", "marks-b", 1, 1, true, moved, partition)));
        get(tables.finished(partition, moved - 1));
        SyncLog sync = new SyncLog(cql);
        ConversationMarks a = new ConversationMarks("marks-b", 1, 0, 1, 0, 0, 1, moved);
        ConversationMarks b = new ConversationMarks("marks-a", 0, 1, 0, 1, 0, 1, moved);
        SyncLog.Page moving = get(sync.page(TENANT, "marks-a", SyncPosition.start(), 100));
        assertEquals(List.of(a), moving.marks(), "it is still being written");
        get(tables.finished(partition, moved));
        SyncLog.Page page = get(sync.page(TENANT, "marks-a", moving.next(), 100));
        assertEquals(List.of(a), page.marks(), "so it is told again behind that");
        assertEquals(
                List.of(), get(sync.page(TENANT, "marks-a", page.next(), 100)).marks());
        SyncLog.Page one = get(sync.page(TENANT, "marks-b", SyncPosition.start(), 1));
        assertEquals(List.of(1L), seqs(one.messages()));
        assertEquals(List.of(), one.marks(), "a limit holds for both together");
        assertTrue(one.more());
        assertEquals(
                List.of(b), get(sync.page(TENANT, "marks-b", one.next(), 1)).marks());
        // another owner that was away writes the same rows again
        get(new MessageTables(cql)
                .store(new MarkUpTo(true, TENANT, "marks-a", "marks-b", 1, 1, true, moved, partition)));
        assertEquals(
                List.of(), get(sync.page(TENANT, "marks-a", page.next(), 100)).marks());
    }

    /** Stores a message from the higher id to the lower one. */
    private static StoredMessage store(ConversationKey key, long seq, long logIndex, long received) throws Exception {
        DirectMessage message = new DirectMessage(
                key.low() + "-" + seq, key.high(), key.low(), seq, "text", "message " + seq, 1_000 + seq);
        StoredMessage stored = new StoredMessage(TENANT, message, PARTITION, logIndex, received);
        get(tables.store(stored));
        return stored;
    }

    private static List<Long> seqs(List<DirectMessage> messages) {
        return messages.stream().map(DirectMessage::seq).toList();
    }

    private static <T> T get(CompletionStage<T> asked) throws Exception {
        return asked.toCompletableFuture().get(1, TimeUnit.MINUTES);
    }
}
