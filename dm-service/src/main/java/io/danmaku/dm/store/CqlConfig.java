package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where the CQL store is and how it is asked.
 *
 * @param contactPoints {@code host:port}, at least one
 * @param datacenter that is local here
 * @param user empty = no authentication
 * @param keyspace of all tables
 * @param createKeyspace whether to make it when it is missing
 * @param replication of a keyspace made here, as in CQL
 * @param consistency of reads and writes
 * @param timeoutMs of one request
 * @param concurrentMax requests under way at a time
 * @param queuedMax requests waiting for that; above it a request fails at once
 */
public record CqlConfig(
        List<String> contactPoints,
        String datacenter,
        String user,
        String password,
        String keyspace,
        boolean createKeyspace,
        String replication,
        String consistency,
        long timeoutMs,
        int concurrentMax,
        int queuedMax) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,47}");
    private static final Pattern REPLICATION = Pattern.compile("\\{[A-Za-z0-9_'\",:.\\s-]+}");
    private static final Pattern CONTACT_POINT = Pattern.compile("(.+):(\\d{1,5})");

    public static CqlConfig read(Settings settings) {
        String user = settings.text("cql.user");
        CqlConfig config = new CqlConfig(
                settings.texts("cql.contactPoints"),
                settings.nonEmpty("cql.datacenter"),
                user,
                user.isEmpty() ? settings.text("cql.password") : settings.secret("cql.password"),
                settings.nonEmpty("cql.keyspace"),
                settings.flag("cql.createKeyspace"),
                settings.nonEmpty("cql.replication"),
                settings.nonEmpty("cql.consistency"),
                settings.millis("cql.timeout", 100, 60_000),
                settings.integer("cql.concurrentMax", 1, 32_768),
                settings.integer("cql.queuedMax", 1, 1_000_000));
        config.check();
        return config;
    }

    private void check() {
        if (contactPoints.isEmpty()
                || !contactPoints.stream()
                        .allMatch(p -> CONTACT_POINT.matcher(p).matches())) {
            throw new ConfigurationException("cql.contactPoints", "is a list of host:port");
        }
        if (!NAME.matcher(keyspace).matches()) {
            throw new ConfigurationException("cql.keyspace", "is a name of a-z, 0-9 and _");
        }
        if (!REPLICATION.matcher(replication).matches()) {
            throw new ConfigurationException("cql.replication", "is a CQL map, for example {'class': '...', 'dc1': 3}");
        }
        try {
            DefaultConsistencyLevel.valueOf(consistency);
        } catch (IllegalArgumentException unknown) {
            throw new ConfigurationException("cql.consistency", "is a consistency level, for example LOCAL_QUORUM");
        }
    }

    /** Never the password. */
    @Override
    public String toString() {
        return "CqlConfig[" + contactPoints + ", " + datacenter + ", " + keyspace + "]";
    }
}
