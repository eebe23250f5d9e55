package io.danmaku.bench.store;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Holds rows back and sends those of one partition of a table together: to load a store with fewer requests. Who waits for a row calls {@link #flush()} at last. Thread-safe.
 */
final class Gathering {
    private static final int HELD_MAX = 2_048;
    private static final int TOGETHER_MAX = 100;

    /** @param statement the prepared one's text: its table */
    private record Partition(String statement, ByteBuffer key) {}

    /** Rows of one partition, and who waits for them. */
    private record Held(List<BoundStatement> rows, CompletableFuture<AsyncResultSet> written) {
        Held() {
            this(new ArrayList<>(), new CompletableFuture<>());
        }
    }

    private final CqlSession session;
    private Map<Partition, Held> partitions = new HashMap<>();
    private int held;

    Gathering(CqlSession session) {
        this.session = session;
    }

    /** The session that gathers: what it is not asked for as a single row is the other one's to answer. */
    CqlSession session() {
        return (CqlSession) Proxy.newProxyInstance(
                CqlSession.class.getClassLoader(),
                new Class<?>[] {CqlSession.class},
                (proxy, method, args) -> method.getName().equals("executeAsync")
                                && args[0] instanceof BoundStatement row
                                && row.getRoutingKey() != null
                        ? hold(row)
                        : method.invoke(session, args));
    }

    private CompletableFuture<AsyncResultSet> hold(BoundStatement row) {
        Partition partition = new Partition(row.getPreparedStatement().getQuery(), row.getRoutingKey());
        Held full = null;
        Map<Partition, Held> all = Map.of();
        CompletableFuture<AsyncResultSet> written;
        synchronized (this) {
            Held rows = partitions.computeIfAbsent(partition, p -> new Held());
            written = rows.written;
            rows.rows.add(row);
            held++;
            if (held >= HELD_MAX) {
                all = taken();
            } else if (rows.rows.size() >= TOGETHER_MAX) {
                full = partitions.remove(partition);
                held -= full.rows.size();
            }
        }
        if (full != null) {
            send(full);
        }
        all.values().forEach(this::send);
        return written;
    }

    private Map<Partition, Held> taken() {
        Map<Partition, Held> all = partitions;
        partitions = new HashMap<>();
        held = 0;
        return all;
    }

    /** Sends what is held back. */
    void flush() {
        Map<Partition, Held> all;
        synchronized (this) {
            all = taken();
        }
        all.values().forEach(this::send);
    }

    private void send(Held held) {
        var unused = session.executeAsync(
                        held.rows.size() == 1
                                ? held.rows.get(0)
                                : BatchStatement.newInstance(DefaultBatchType.UNLOGGED)
                                        .addAll(held.rows))
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        held.written.complete(done);
                    } else {
                        held.written.completeExceptionally(failure);
                    }
                });
    }
}
