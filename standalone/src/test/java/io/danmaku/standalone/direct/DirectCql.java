package io.danmaku.standalone.direct;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.dm.store.CqlConfig;
import io.danmaku.dm.store.CqlNode;
import io.danmaku.standalone.hub.TestHub;
import java.net.InetSocketAddress;
import java.util.List;

/** What a hub's store holds of messages. */
final class DirectCql implements AutoCloseable {
    private static final long OPEN_MS_MAX = 60_000;

    private final CqlNode node;
    private final CqlSession session;

    DirectCql(TestHub hub) throws Exception {
        node = CqlNode.open(config(hub, "danmaku"), OPEN_MS_MAX);
        session = session(hub);
    }

    /** As dm-service is set, but with patience, for a keyspace that is made where it is missing. */
    static CqlConfig config(TestHub hub, String keyspace) {
        return config(hub, keyspace, "{'class': 'SimpleStrategy', 'replication_factor': 1}", "LOCAL_QUORUM");
    }

    static CqlConfig config(TestHub hub, String keyspace, String replication, String consistency) {
        return new CqlConfig(
                List.of(hub.address("cql")),
                hub.address("cqlDatacenter"),
                "",
                "",
                keyspace,
                true,
                replication,
                consistency,
                10_000,
                512,
                10_000);
    }

    /** Asks as the driver does by itself. */
    static CqlSession session(TestHub hub) {
        String[] at = hub.address("cql").split(":", 2);
        return CqlSession.builder()
                .addContactPoint(new InetSocketAddress(at[0], Integer.parseInt(at[1])))
                .withLocalDatacenter(hub.address("cqlDatacenter"))
                .build();
    }

    /** As dm-service connects. */
    CqlNode node() {
        return node;
    }

    /** A message's row, with {@code ttl}, that of its body. */
    Row content(JsonNode message) {
        return session.execute(
                        "SELECT body, TTL(body) AS ttl, kind, expires_at, relayed_at FROM danmaku.content"
                                + " WHERE tenant = 'default' AND message_id = ?",
                        message.get("mid").asText())
                .one();
    }

    List<Row> versions(JsonNode message) {
        return session.execute(
                        "SELECT body FROM danmaku.content_version WHERE tenant = 'default' AND message_id = ?",
                        message.get("mid").asText())
                .all();
    }

    @Override
    public void close() {
        session.close();
        node.close();
    }
}
