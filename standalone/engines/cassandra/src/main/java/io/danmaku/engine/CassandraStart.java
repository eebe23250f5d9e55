package io.danmaku.engine;

import org.apache.cassandra.concurrent.ImmediateExecutor;
import org.apache.cassandra.concurrent.Stage;
import org.apache.cassandra.service.CassandraDaemon;

/**
 * Starts Cassandra, and lets a thread that has taken a request write and read by itself.
 *
 * <p>Cassandra means to do so, but its pools run a task at once only when others wait already (CASSANDRA-21429, mended
 * in its trunk, not in 5.0.9): what comes to an idle pool goes to another thread, and the first one waits for it. So a row costs more
 * changes of threads the less there is to do. How many write and read at a time is bound by
 * {@code native_transport_max_threads} then. Not needed any more with a version that has the correction.
 */
public final class CassandraStart {
    private CassandraStart() {}

    /**
     * Returns when Cassandra takes requests.
     *
     * @param args Cassandra's own: none
     */
    public static void main(String[] args) {
        CassandraDaemon.main(args);
        // not before: the rows of its log are read again by the pool's threads at the start
        Stage.MUTATION.unsafeSetExecutor(ImmediateExecutor.INSTANCE);
        Stage.READ.unsafeSetExecutor(ImmediateExecutor.INSTANCE);
    }
}
