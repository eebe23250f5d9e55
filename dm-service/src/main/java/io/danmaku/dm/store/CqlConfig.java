package io.danmaku.dm.store;

import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import java.util.List;
import java.util.Set;
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
 * @param consistency of reads and writes: {@code LOCAL_QUORUM}, {@code QUORUM}, {@code ALL}, or, where copies may be missed, {@code LOCAL_ONE}, {@code ONE}
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
    private static final Pattern CONTACT_POINT = Pattern.compile("(.+):(\\d{1,5})");
    /** With these a read meets every copy of what was acknowledged before. EACH_QUORUM is none: ScyllaDB reads nothing with it. */
    private static final Set<String> QUORUMS = Set.of("LOCAL_QUORUM", "QUORUM", "ALL");
    /** With these it does so only where there is one copy. */
    private static final Set<String> BELOW_QUORUM = Set.of("LOCAL_ONE", "ONE");

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
        Replication.check(replication, datacenter);
        if (!QUORUMS.contains(consistency) && !isBelowQuorum()) {
            throw new ConfigurationException(
                    "cql.consistency",
                    "is LOCAL_QUORUM, QUORUM or ALL; or LOCAL_ONE or ONE, which lose messages where there are more copies than one");
        }
    }

    /** Whether a read may miss what was acknowledged, where there is more than one copy. */
    boolean isBelowQuorum() {
        return BELOW_QUORUM.contains(consistency);
    }

    /** With which the conditions of conditional writes are looked at: in one datacenter or in all, as reads and writes are. */
    String serialConsistency() {
        return consistency.startsWith("LOCAL_") ? "LOCAL_SERIAL" : "SERIAL";
    }

    /** Never the password. */
    @Override
    public String toString() {
        return "CqlConfig[" + contactPoints + ", " + datacenter + ", " + keyspace + "]";
    }
}
