package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.danmaku.protocol.log.DirectMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Writes bodies that go by themselves: a cell with a TTL beside the other cells of its row, which stay. Row and body are of one partition and
 * take effect together, so there is never a row whose body was only not written yet.
 */
final class Bodies {
    private static final long SECOND_MS = 1_000;
    /** Of what lives no more. */
    private static final int NONE = -1;

    private final CqlNode cql;
    private final LongSupplier clockMs;
    private final PreparedStatement updateBody;
    private final PreparedStatement updateVersion;

    /** Prepares its statements: blocks. */
    Bodies(CqlNode cql, LongSupplier clockMs) {
        this.cql = cql;
        this.clockMs = clockMs;
        String update = " USING TIMESTAMP ? AND TTL ? SET body = ? WHERE tenant = ? AND message_id = ?";
        updateBody = cql.prepare("UPDATE KS.content" + update);
        updateVersion = cql.prepare("UPDATE KS.content_version" + update + " AND log_index = ?");
    }

    /**
     * How long a body may be kept that goes at a time. The store counts from the second that has begun, so there is one more than are left.
     *
     * @return seconds, not too few; 0 = for ever, negative = not at all
     */
    static int ttlSeconds(long expiresMs, long nowMs) {
        if (expiresMs == 0) {
            return 0;
        }
        return expiresMs <= nowMs ? NONE : (int) ((expiresMs - nowMs + SECOND_MS - 1) / SECOND_MS) + 1;
    }

    /** Writes a row of {@code content}, and its body if that still lives. */
    CompletionStage<?> content(BoundStatement row, String tenant, DirectMessage message, String body, long timestamp) {
        List<BoundStatement> writes = new ArrayList<>(2);
        writes.add(row);
        int ttl = ttlSeconds(message.expiresMs(), clockMs.getAsLong());
        // an empty one was read when it was gone: no cell of ours may stand for it
        if (ttl >= 0 && !body.isEmpty()) {
            writes.add(cql.bind(updateBody, timestamp, ttl, body, tenant, message.mid()));
        }
        return cql.together(writes);
    }

    /** The same of a row of {@code content_version}. */
    CompletionStage<?> version(
            BoundStatement row, String tenant, DirectMessage message, long logIndex, String body, long timestamp) {
        List<BoundStatement> writes = new ArrayList<>(2);
        writes.add(row);
        int ttl = ttlSeconds(message.expiresMs(), clockMs.getAsLong());
        if (ttl >= 0 && !body.isEmpty()) {
            writes.add(cql.bind(updateVersion, timestamp, ttl, body, tenant, message.mid(), logIndex));
        }
        return cql.together(writes);
    }
}
