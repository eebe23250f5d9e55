package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import com.datastax.oss.driver.internal.core.connection.ExponentialReconnectionPolicy;
import com.datastax.oss.driver.internal.core.session.throttling.ConcurrencyLimitingRequestThrottler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one session with the CQL store. Statements are prepared, idempotent, and bounded in time and number. */
public final class CqlNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CqlNode.class);
    private static final Duration RECONNECT_MIN = Duration.ofMillis(200);
    private static final Duration RECONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final Duration SCHEMA_WINDOW = Duration.ofMillis(20);
    private static final int IO_THREADS = 2;
    private static final int ADMIN_THREADS = 1;

    private final CqlSession session;
    private final String keyspace;

    private CqlNode(CqlSession session, String keyspace) {
        this.session = session;
        this.keyspace = keyspace;
    }

    /**
     * Connects, and waits for a store that is still starting.
     *
     * @throws IllegalStateException when it is not there within {@code boundMs}
     */
    public static CqlNode open(CqlConfig config, long boundMs) throws InterruptedException, ExecutionException {
        if (config.isBelowQuorum()) {
            LOG.warn("cql.consistency is {}: right only where the store keeps one copy", config.consistency());
        }
        CqlSessionBuilder builder =
                CqlSession.builder().withConfigLoader(driverConfig(config)).withLocalDatacenter(config.datacenter());
        if (!config.user().isEmpty()) {
            builder.withAuthCredentials(config.user(), config.password());
        }
        CompletableFuture<CqlSession> opening = builder.buildAsync().toCompletableFuture();
        try {
            return new CqlNode(opening.get(boundMs, TimeUnit.MILLISECONDS), config.keyspace());
        } catch (TimeoutException late) {
            opening.cancel(true);
            throw new IllegalStateException("the CQL store at " + config.contactPoints() + " is not ready", late);
        }
    }

    private static DriverConfigLoader driverConfig(CqlConfig config) {
        ProgrammaticDriverConfigLoaderBuilder driver = DriverConfigLoader.programmaticBuilder();
        return driver.withStringList(DefaultDriverOption.CONTACT_POINTS, config.contactPoints())
                .withBoolean(DefaultDriverOption.RECONNECT_ON_INIT, true)
                .withString(DefaultDriverOption.REQUEST_CONSISTENCY, config.consistency())
                .withString(DefaultDriverOption.REQUEST_SERIAL_CONSISTENCY, config.serialConsistency())
                .withBoolean(DefaultDriverOption.REQUEST_DEFAULT_IDEMPOTENCE, true)
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofMillis(config.timeoutMs()))
                .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, CONNECT_TIMEOUT)
                .withDuration(DefaultDriverOption.CONNECTION_CONNECT_TIMEOUT, CONNECT_TIMEOUT)
                .withDuration(DefaultDriverOption.CONTROL_CONNECTION_TIMEOUT, CONNECT_TIMEOUT)
                .withDuration(DefaultDriverOption.HEARTBEAT_INTERVAL, HEARTBEAT)
                .withDuration(DefaultDriverOption.HEARTBEAT_TIMEOUT, CONNECT_TIMEOUT)
                .withClass(DefaultDriverOption.RECONNECTION_POLICY_CLASS, ExponentialReconnectionPolicy.class)
                .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, RECONNECT_MIN)
                .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, RECONNECT_MAX)
                .withClass(DefaultDriverOption.REQUEST_THROTTLER_CLASS, ConcurrencyLimitingRequestThrottler.class)
                .withInt(DefaultDriverOption.REQUEST_THROTTLER_MAX_CONCURRENT_REQUESTS, config.concurrentMax())
                .withInt(DefaultDriverOption.REQUEST_THROTTLER_MAX_QUEUE_SIZE, config.queuedMax())
                // its default of a second would be waited for after every statement of a migration
                .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, SCHEMA_WINDOW)
                .withInt(DefaultDriverOption.NETTY_IO_SIZE, IO_THREADS)
                .withInt(DefaultDriverOption.NETTY_ADMIN_SIZE, ADMIN_THREADS)
                // its default of two seconds each would be waited for at every stop
                .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 0)
                .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 0)
                .withStringList(DefaultDriverOption.METADATA_SCHEMA_REFRESHED_KEYSPACES, List.of(config.keyspace()))
                .build();
    }

    /** Whether a node of the store is connected, answered from memory. */
    public boolean ready() {
        return session.getMetadata().getNodes().values().stream()
                .anyMatch(node -> node.getState() == NodeState.UP && node.getOpenConnections() > 0);
    }

    /** The driver's session. */
    public CqlSession session() {
        return session;
    }

    /** The same store by another session around or beside this one's, which stays its owner's to close. */
    public CqlNode with(CqlSession other) {
        return new CqlNode(other, keyspace);
    }

    /** Prepares a statement; {@code KS.} in it stands for the keyspace. Blocks: for wiring only. */
    PreparedStatement prepare(String cql) {
        return session.prepare(cql.replace("KS.", keyspace + "."));
    }

    String keyspace() {
        return keyspace;
    }

    CompletionStage<AsyncResultSet> execute(PreparedStatement statement, Object... values) {
        return session.executeAsync(statement.bind(values));
    }

    BoundStatement bind(PreparedStatement statement, Object... values) {
        return statement.bind(values);
    }

    /** Writes to one partition, at least one, which take effect together or not at all. */
    CompletionStage<AsyncResultSet> together(List<BoundStatement> writes) {
        return session.executeAsync(
                writes.size() == 1
                        ? writes.get(0)
                        : BatchStatement.newInstance(DefaultBatchType.UNLOGGED).addAll(writes));
    }

    /** All rows of an answer, page after page; whoever asks bounds them with a LIMIT. */
    CompletionStage<List<Row>> rows(PreparedStatement statement, Object... values) {
        return execute(statement, values).thenCompose(first -> collect(first, new ArrayList<>()));
    }

    private static CompletionStage<List<Row>> collect(AsyncResultSet page, List<Row> rows) {
        page.currentPage().forEach(rows::add);
        return page.hasMorePages()
                ? page.fetchNextPage().thenCompose(next -> collect(next, rows))
                : CompletableFuture.completedFuture(rows);
    }

    @Override
    public void close() {
        session.close();
    }
}
