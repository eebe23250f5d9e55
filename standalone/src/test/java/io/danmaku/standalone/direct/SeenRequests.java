package io.danmaku.standalone.direct;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import com.datastax.oss.driver.api.core.context.DriverContext;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.session.Request;
import com.datastax.oss.driver.api.core.session.Session;
import com.datastax.oss.driver.api.core.tracker.RequestTracker;
import io.danmaku.dm.store.CqlConfig;
import io.danmaku.dm.store.CqlNode;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What a session of dm-service asks of the store. The driver makes one for a session, as a system property says. */
public final class SeenRequests implements RequestTracker {
    private static final String PROPERTY =
            "datastax-java-driver." + DefaultDriverOption.REQUEST_TRACKER_CLASSES.getPath();
    private static final long OPEN_MS_MAX = 60_000;

    private static volatile SeenRequests newest;

    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private volatile CqlSession session;

    /**
     * A statement that was answered.
     *
     * @param consistency as it is sent
     * @param serial of its conditions, as it is sent
     */
    record Seen(Statement<?> statement, String consistency, String serial) {}

    /** For the driver. */
    public SeenRequests(DriverContext context) {}

    /** Opens a session with the store as dm-service does. */
    static CqlNode open(CqlConfig config) throws Exception {
        System.setProperty(PROPERTY + ".0", SeenRequests.class.getName());
        try {
            return CqlNode.open(config, OPEN_MS_MAX);
        } finally {
            System.clearProperty(PROPERTY + ".0");
        }
    }

    /** Of the session that was opened last. */
    static SeenRequests newest() {
        return newest;
    }

    CqlSession session() {
        return session;
    }

    List<Seen> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void onSessionReady(Session ready) {
        session = (CqlSession) ready;
        newest = this;
    }

    @Override
    public void onSuccess(
            Request request, long latencyNanos, DriverExecutionProfile profile, Node node, String logPrefix) {
        if (request instanceof Statement<?> statement) {
            seen.add(new Seen(
                    statement,
                    statement.getConsistencyLevel() == null
                            ? profile.getString(DefaultDriverOption.REQUEST_CONSISTENCY)
                            : statement.getConsistencyLevel().name(),
                    statement.getSerialConsistencyLevel() == null
                            ? profile.getString(DefaultDriverOption.REQUEST_SERIAL_CONSISTENCY)
                            : statement.getSerialConsistencyLevel().name()));
        }
    }

    @Override
    public void close() {
        seen.clear();
    }
}
