package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.danmaku.dm.store.CqlConfig;
import io.danmaku.dm.store.CqlNode;
import io.danmaku.dm.store.MessageTables;
import io.danmaku.dm.store.Migrations;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a keyspace comes to what dm-service needs, whoever starts at the same time and whatever cut the one before. */
class MigrationsIT {
    private static final long OPEN_MS_MAX = 60_000;
    private static final Duration LOST_MAX = Duration.ofSeconds(60);
    private static final Duration STOLEN = Duration.ofSeconds(6);
    /** Cassandra copies a table's files before it drops it. */
    private static final Duration CHANGED_MAX = Duration.ofSeconds(30);

    private static final Duration END_MAX = Duration.ofSeconds(60);
    /** That of the hub, whose one dm-service has made it alone. */
    private static final String MADE_ALONE = "danmaku";

    private static TestHub hub;
    private static CqlSession session;

    @BeforeAll
    static void connect() {
        hub = TestHub.get();
        session = DirectCql.session(hub);
    }

    @AfterAll
    static void close() {
        session.close();
    }

    private static void migrate(String keyspace, String holder) throws Exception {
        CqlConfig config = DirectCql.config(hub, keyspace);
        try (CqlNode node = CqlNode.open(config, OPEN_MS_MAX)) {
            new Migrations(node, config, holder).apply();
        }
    }

    private static void change(String cql) {
        session.execute(SimpleStatement.newInstance(cql).setTimeout(CHANGED_MAX));
    }

    /** Every column of every table: its type, and whether and where it is in the key. */
    private static Set<String> schema(String keyspace) {
        Set<String> columns = new TreeSet<>();
        session.execute(
                        "SELECT table_name, column_name, type, kind, position, clustering_order"
                                + " FROM system_schema.columns WHERE keyspace_name = ?",
                        keyspace)
                .forEach(row -> columns.add(row.getFormattedContents()));
        return columns;
    }

    private static Set<String> migrations(String keyspace) {
        Set<String> applied = new TreeSet<>();
        session.execute("SELECT number, name, checksum FROM " + keyspace + ".schema_migration")
                .forEach(row -> applied.add(row.getFormattedContents()));
        return applied;
    }

    private static void assertWhole(String keyspace) {
        assertEquals(schema(MADE_ALONE), schema(keyspace));
        assertEquals(migrations(MADE_ALONE), migrations(keyspace));
        assertEquals("", holder(keyspace), "nobody holds the lock any more");
    }

    private static String holder(String keyspace) {
        Row row = session.execute("SELECT holder FROM " + keyspace + ".schema_lock WHERE name = 'migrations'")
                .one();
        return row == null ? "" : row.getString(0);
    }

    /** Nothing is sent meanwhile: what they would take of the hub's log would be stored in their own keyspace. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoServicesThatStartAtOnceOnAnEmptyKeyspaceBothBecomeReady(boolean made) throws Exception {
        String keyspace = made ? "it_start_made" : "it_start_missing";
        if (made) {
            change("CREATE KEYSPACE " + keyspace
                    + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
        }
        Map<String, String> own =
                Map.of("DANMAKU_CQL_KEYSPACE", keyspace, "DANMAKU_CQL_CREATE_KEYSPACE", Boolean.toString(!made));
        try (OwnService one = OwnService.begin(hub, OwnService.Kind.DM_SERVICE, own);
                OwnService two = OwnService.begin(hub, OwnService.Kind.DM_SERVICE, own)) {
            one.awaitReady();
            two.awaitReady();
            assertWhole(keyspace);
            one.stop();
            two.stop();
        }
    }

    @Test
    void manyInstancesMayMigrateAtOnceAndAgain() throws Exception {
        CqlConfig config = DirectCql.config(hub, "it_migrations");
        ExecutorService instances = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> migrating = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String holder = "instance-" + i;
                migrating.add(instances.submit(() -> {
                    try (CqlNode node = CqlNode.open(config, OPEN_MS_MAX)) {
                        new Migrations(node, config, holder).apply();
                        new Migrations(node, config, holder).apply();
                        new MessageTables(node);
                    }
                    return null;
                }));
            }
            for (Future<?> one : migrating) {
                one.get(2, TimeUnit.MINUTES);
            }
        } finally {
            instances.shutdownNow();
        }
        assertWhole("it_migrations");
    }

    @Test
    void aMigrationThatIsNotWhatWasAppliedStopsTheStartAndSaysWhich() throws Exception {
        migrate("it_migrations_other", "test");
        session.execute("UPDATE it_migrations_other.schema_migration SET checksum = 'c0ffee' WHERE number = 2");
        IllegalStateException other =
                assertThrows(IllegalStateException.class, () -> migrate("it_migrations_other", "test"));
        for (String said : List.of("002-changes", "it_migrations_other", "c0ffee")) {
            assertTrue(other.getMessage().contains(said), other.getMessage());
        }
        Map<String, String> own = Map.of("DANMAKU_CQL_KEYSPACE", "it_migrations_other");
        try (OwnService service = OwnService.begin(hub, OwnService.Kind.DM_SERVICE, own)) {
            assertEquals(1, service.awaitEnd(END_MAX));
            assertTrue(
                    service.output().stream().anyMatch(line -> line.contains(other.getMessage())),
                    () -> "it says: " + other.getMessage());
        }
    }

    /** Of what they make a part is there, and neither is noted down. */
    @Test
    void migrationsThatWereCutAreCompletedByTheNextStart() throws Exception {
        String keyspace = "it_migrations_cut";
        migrate(keyspace, "test");
        session.execute("DELETE FROM " + keyspace + ".schema_migration WHERE number IN (8, 9)");
        change("ALTER TABLE " + keyspace + ".contact DROP expiry");
        change("DROP TABLE " + keyspace + ".expiry");
        change("DROP TABLE " + keyspace + ".mark_recent");
        change("ALTER TABLE " + keyspace + ".message_index DROP notices");
        migrate(keyspace, "test");
        assertWhole(keyspace);
        // cut before anything was applied at all
        change("DROP TABLE " + keyspace + ".schema_migration");
        change("DROP TABLE " + keyspace + ".content");
        migrate(keyspace, "test");
        assertWhole(keyspace);
    }

    @Test
    void whoHasLostTheLockOfTheMigrationsWaitsForItBeforeTheNextStatement() throws Exception {
        CqlConfig config = DirectCql.config(hub, "it_migrations_lost");
        ExecutorService instance = Executors.newSingleThreadExecutor();
        try (CqlNode node = CqlNode.open(config, OPEN_MS_MAX)) {
            Future<?> migrating = instance.submit(() -> {
                new Migrations(node, config, "slow").apply();
                return null;
            });
            Eventually.await(
                    LOST_MAX,
                    "the lock is taken away in the middle",
                    () -> session.execute("UPDATE it_migrations_lost.schema_lock USING TTL 60"
                                    + " SET holder = 'other' WHERE name = 'migrations' IF holder = 'slow'")
                            .one()
                            .getBoolean("[applied]"));
            // for longer than all the rest would take
            long untilNs = System.nanoTime() + STOLEN.toNanos();
            while (System.nanoTime() < untilNs) {
                assertEquals("other", holder("it_migrations_lost"));
                assertFalse(migrating.isDone(), "nothing is done while another one holds the lock");
            }
            session.execute("DELETE FROM it_migrations_lost.schema_lock WHERE name = 'migrations' IF holder = 'other'");
            migrating.get(2, TimeUnit.MINUTES);
            assertWhole("it_migrations_lost");
        } finally {
            instance.shutdownNow();
        }
    }
}
