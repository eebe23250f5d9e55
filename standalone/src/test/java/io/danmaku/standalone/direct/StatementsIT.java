package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ExecutionInfo;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.internal.core.context.InternalDriverContext;
import com.datastax.oss.driver.internal.core.loadbalancing.DefaultLoadBalancingPolicy;
import com.datastax.oss.driver.internal.core.session.DefaultSession;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.MarkUpTo;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.dm.store.Accounts;
import io.danmaku.dm.store.BlockLists;
import io.danmaku.dm.store.Contacts;
import io.danmaku.dm.store.CqlConfig;
import io.danmaku.dm.store.CqlNode;
import io.danmaku.dm.store.Histories;
import io.danmaku.dm.store.Jobs;
import io.danmaku.dm.store.MessageTables;
import io.danmaku.dm.store.Migrations;
import io.danmaku.dm.store.Reach;
import io.danmaku.dm.store.Relations;
import io.danmaku.dm.store.Relay;
import io.danmaku.dm.store.Report;
import io.danmaku.dm.store.Reports;
import io.danmaku.dm.store.SyncLog;
import io.danmaku.dm.store.SyncPosition;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.Revision;
import io.danmaku.standalone.direct.SeenRequests.Seen;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom the store's driver asks, and for how many copies. */
class StatementsIT {
    private static final String TENANT = "default";
    private static final int PARTITION = 3;
    private static final long DAY_MS = Duration.ofDays(1).toMillis();
    private static final Duration TOLD_MAX = Duration.ofSeconds(20);
    private static final String ONE_COPY = "{'class': 'SimpleStrategy', 'replication_factor': 1}";

    private final TestHub hub = TestHub.get();

    /** All that asks, with its statements prepared. */
    private static final class Store {
        private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final MessageTables tables;
        private final Histories histories;
        private final Accounts accounts;
        private final Contacts contacts;
        private final SyncLog sync;
        private final Relay relay;
        private final Jobs jobs;
        private final Reports reports;
        private final Reach reach;
        private final Relations relations;
        private final BlockLists blocks;

        Store(CqlNode cql) {
            tables = new MessageTables(cql);
            histories = new Histories(cql);
            accounts = new Accounts(cql);
            contacts = new Contacts(cql, accounts, 100, meters);
            sync = new SyncLog(cql);
            relay = new Relay(cql, sync, DAY_MS, meters);
            jobs = new Jobs(cql, DAY_MS);
            reports = new Reports(cql, DAY_MS);
            reach = new Reach(cql, accounts);
            relations = new Relations(cql);
            blocks = new BlockLists(cql);
        }

        /** Messages and marks on their way in and out, and what is written under a condition. */
        void use() throws Exception {
            DirectMessage lasting = new DirectMessage("m-1", "s-b", "s-a", 1, "text", "hello", 1_000);
            long expiresMs = System.currentTimeMillis() + DAY_MS;
            DirectMessage expiring =
                    new DirectMessage("m-2", "s-b", "s-a", 2, "text", "for a day", 2_000, "", Revision.NONE, expiresMs);
            get(tables.before(ConversationKey.of(TENANT, "s-a", "s-b"), 5));
            get(tables.store(new StoredMessage(TENANT, lasting, PARTITION, 5, 1)));
            get(tables.store(new StoredMessage(TENANT, expiring, PARTITION, 6, 2)));
            get(tables.store(new MarkUpTo(true, TENANT, "s-a", "s-b", 2, 2, true, 7, PARTITION)));
            get(tables.finished(PARTITION, 7));
            assertEquals(
                    2,
                    get(histories.page(TENANT, "s-a", "s-b", 9, 9)).messages().size());
            assertEquals(
                    1,
                    get(contacts.page(TENANT, "s-a", Contacts.Box.ALL, null, 9))
                            .contacts()
                            .size());
            assertEquals(
                    2,
                    get(sync.page(TENANT, "s-a", SyncPosition.start(), 9))
                            .messages()
                            .size());
            get(relay.got(TENANT, "s-a", "phone", SyncPosition.start()));
            get(reach.writes(TENANT, "s-a", "s-b"));
            get(relations.of(TENANT, "s-a", "s-b"));
            get(blocks.page(TENANT, "s-a", "", 9));
            assertNotNull(get(jobs.make(TENANT, "job", "shop", "text", "news")));
            Report report = new Report(
                    TENANT, "r-1", 1_000, "s-a", "s-b", "spam", "", List.of("m-1"), Report.State.OPEN, "", "", 0);
            get(reports.put(report, "[]"));
        }
    }

    private static <T> T get(CompletionStage<T> asked) throws Exception {
        return asked.toCompletableFuture().get(1, TimeUnit.MINUTES);
    }

    private static CqlNode migrated(CqlConfig config) throws Exception {
        CqlNode cql = SeenRequests.open(config);
        new Migrations(cql, config, "test").apply();
        return cql;
    }

    private static List<String> cql(Statement<?> statement) {
        if (statement instanceof BatchStatement batch) {
            List<String> all = new ArrayList<>();
            for (BatchableStatement<?> one : batch) {
                all.addAll(cql(one));
            }
            return all;
        }
        return List.of(
                statement instanceof BoundStatement bound
                        ? bound.getPreparedStatement().getQuery()
                        : ((SimpleStatement) statement).getQuery());
    }

    private static boolean isConditional(Seen seen) {
        return cql(seen.statement()).stream().anyMatch(cql -> cql.contains(" IF ") && !cql.startsWith("CREATE"));
    }

    private static boolean isPlain(Seen seen, String verb) {
        return seen.statement() instanceof BoundStatement
                && !isConditional(seen)
                && cql(seen.statement()).get(0).startsWith(verb);
    }

    @Test
    void everyPreparedStatementGoesToANodeThatHasItsRows() throws Exception {
        CqlConfig config = DirectCql.config(hub, "it_statements");
        try (CqlNode cql = migrated(config)) {
            Store store = new Store(cql);
            CqlSession session = SeenRequests.newest().session();
            InternalDriverContext context = (InternalDriverContext) session.getContext();
            assertInstanceOf(
                    DefaultLoadBalancingPolicy.class,
                    context.getLoadBalancingPolicy(
                            session.getContext().getConfig().getDefaultProfile().getName()),
                    "the one that asks replicas first");
            List<String> prepared = ((DefaultSession) session)
                    .getRepreparePayloads().values().stream()
                            .map(payload -> payload.query)
                            .sorted()
                            .toList();
            assertTrue(prepared.size() > 60, () -> "all of them: " + prepared.size());
            for (String query : prepared) {
                PreparedStatement statement = session.prepare(query);
                assertFalse(
                        statement.getPartitionKeyIndices().isEmpty(), () -> "every part of its key is bound: " + query);
                BoundStatement bound = withKey(statement);
                assertNotNull(bound.getRoutingKey(), query);
                assertEquals("it_statements", String.valueOf(bound.getRoutingKeyspace()), query);
                // the schema is known to the driver some milliseconds after it has changed
                Eventually.await(
                        TOLD_MAX,
                        "a node has the rows of " + query,
                        () -> !session.getMetadata()
                                .getTokenMap()
                                .orElseThrow()
                                .getReplicas(bound.getRoutingKeyspace(), bound.getRoutingKey())
                                .isEmpty());
            }
            store.use();
            List<Statement<?>> rows = SeenRequests.newest().seen().stream()
                    .<Statement<?>>map(Seen::statement)
                    .filter(statement -> !(statement instanceof SimpleStatement))
                    .toList();
            assertTrue(rows.stream().anyMatch(BatchStatement.class::isInstance), "a row and its body");
            for (Statement<?> statement : rows) {
                assertNotNull(statement.getRoutingKey(), () -> cql(statement).toString());
                assertNotNull(
                        statement.getRoutingKeyspace(), () -> cql(statement).toString());
            }
        }
    }

    /** With any values for its partition's key. */
    private static BoundStatement withKey(PreparedStatement statement) {
        BoundStatement bound = statement.bind();
        for (int i : statement.getPartitionKeyIndices()) {
            DataType type = statement.getVariableDefinitions().get(i).getType();
            if (type.equals(DataTypes.TEXT)) {
                bound = bound.setString(i, "k" + i);
            } else if (type.equals(DataTypes.BIGINT)) {
                bound = bound.setLong(i, i);
            } else {
                bound = bound.setInt(i, i);
            }
        }
        return bound;
    }

    /** Also those of the migrations; told by the driver, and by the store itself. */
    @ParameterizedTest
    @CsvSource({"LOCAL_QUORUM, LOCAL_SERIAL", "QUORUM, SERIAL", "LOCAL_ONE, LOCAL_SERIAL"})
    void allIsAskedWithTheConsistencyThatWasChosen(String consistency, String serial) throws Exception {
        String keyspace = "it_asked_" + consistency.toLowerCase(Locale.ROOT);
        CqlConfig config = DirectCql.config(hub, keyspace, ONE_COPY, consistency);
        try (CqlNode cql = migrated(config)) {
            new Store(cql).use();
            List<Seen> all = SeenRequests.newest().seen();
            assertEquals(
                    List.of(consistency),
                    all.stream().map(Seen::consistency).distinct().toList());
            assertEquals(
                    List.of(serial), all.stream().map(Seen::serial).distinct().toList());
            assertTrue(
                    all.stream().anyMatch(seen -> isConditional(seen) && seen.statement() instanceof SimpleStatement),
                    "the lock of the migrations");
            assertTrue(
                    all.stream().anyMatch(seen -> isConditional(seen) && seen.statement() instanceof BoundStatement),
                    "jobs and reports");
            CqlSession session = SeenRequests.newest().session();
            Stream.of(
                            all.stream().filter(StatementsIT::isConditional),
                            all.stream().filter(seen -> seen.statement() instanceof BatchStatement),
                            all.stream().filter(seen -> isPlain(seen, "SELECT ")),
                            all.stream().filter(seen -> isPlain(seen, "INSERT ")))
                    .map(some -> some.reduce((first, last) -> last).orElseThrow())
                    .forEach(seen -> {
                        Map<String, String> traced = traced(session, seen.statement());
                        assertEquals(
                                consistency,
                                traced.get("consistency_level"),
                                () -> cql(seen.statement()) + " " + traced);
                        assertEquals(
                                serial,
                                traced.get("serial_consistency_level"),
                                () -> cql(seen.statement()) + " " + traced);
                    });
        }
    }

    /** What the store says of how a statement was asked: it is asked once more. */
    private static Map<String, String> traced(CqlSession session, Statement<?> statement) {
        ExecutionInfo info = session.execute(statement.setTracing(true)).getExecutionInfo();
        List<Map<String, String>> told = new ArrayList<>();
        // it is written behind the answer
        Eventually.await(
                TOLD_MAX,
                "the store has traced it",
                () -> told.add(info.getQueryTrace().getParameters()));
        return told.get(0);
    }

    @Test
    void aKeyspaceIsMadeWithTheCopiesThatWereChosen() throws Exception {
        String datacenter = hub.address("cqlDatacenter");
        CqlConfig config = DirectCql.config(
                hub, "it_replicated", "{'class': 'NetworkTopologyStrategy', '" + datacenter + "': 1}", "LOCAL_QUORUM");
        try (CqlNode cql = migrated(config);
                CqlSession session = DirectCql.session(hub)) {
            Map<String, String> made = session.execute(
                            "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = 'it_replicated'")
                    .one()
                    .getMap(0, String.class, String.class);
            assertTrue(cql.ready());
            assertEquals("org.apache.cassandra.locator.NetworkTopologyStrategy", made.get("class"));
            assertEquals("1", made.get(datacenter));
        }
    }
}
