package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the keyspace to what this version needs: numbered files, each applied once, recorded with its checksum. Many
 * instances may start at once: only who holds the lock row applies, the others wait and then find nothing to do. A holder
 * that died lets go by the row's TTL, and the next one applies its file again. The TTL is for one statement: before each
 * the holder renews it, so a file may take as long as it needs, and who has lost the lock all the same waits for it anew.
 *
 * <p>The keyspace and the lock's table are made without a lock, perhaps by several at once. Two nodes of the store that make one table
 * at a time make two, of which one is lost with its rows, so all instances ask the same node, which does one after the other; and each waits, a bounded
 * time, until all nodes have it. Blocks; for the start of a process.
 */
public final class Migrations {
    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);
    private static final List<String> FILES = List.of(
            "001-direct-messages",
            "002-changes",
            "003-accounts",
            "004-jobs",
            "005-marks",
            "006-recent-contacts",
            "007-reports",
            "008-expiry",
            "009-marks-and-notices");

    /** The table of what was applied. */
    private static final String DONE = "schema_migration";

    private static final Pattern ADD_COLUMN =
            Pattern.compile("ALTER TABLE [a-z0-9_]+\\.(?<table>[a-z_]+) ADD (?<column>[a-z_]+) [a-z]+");

    /** Changing a schema takes longer than a request. */
    private static final Duration DDL_TIMEOUT = Duration.ofSeconds(15);

    /** Longer than any one statement may take, with a look before it and twice 10 s until all nodes agree on it. */
    private static final int LOCK_S = 60;

    /** So often the lock may be lost, to an instance that took this one for dead. */
    private static final int LOST_MAX = 10;

    private static final long LOCK_WAIT_S = 3 * LOCK_S;
    private static final long LOCK_PAUSE_MS = 200;

    private final CqlSession session;
    private final String keyspace;
    private final String holder;
    private final CqlConfig config;

    private record Migration(int number, String name, String checksum, List<String> statements) {}

    /** @param holder who takes the lock, told to those who wait for it */
    public Migrations(CqlNode node, CqlConfig config, String holder) {
        this.session = node.session();
        this.keyspace = node.keyspace();
        this.config = config;
        this.holder = holder;
    }

    /** @throws IllegalStateException when a file that was applied has changed since, or the lock is not to be had */
    public void apply() throws InterruptedException {
        List<Migration> all = FILES.stream().map(this::load).toList();
        if (isApplied(all)) {
            return;
        }
        if (config.createKeyspace() && !keyspaceExists()) {
            ddl("CREATE KEYSPACE IF NOT EXISTS " + keyspace + " WITH replication = " + config.replication());
        }
        ddl("CREATE TABLE IF NOT EXISTS " + keyspace + ".schema_lock (name text PRIMARY KEY, holder text)");
        for (int lost = 0; !applyLocked(all); lost++) {
            if (lost == LOST_MAX) {
                throw new IllegalStateException("the lock of the migrations is lost again and again");
            }
            LOG.warn("another instance has taken the lock of the migrations; waiting for it");
        }
    }

    /** Applies what is missing, under the lock; false when that was lost before the end. */
    private boolean applyLocked(List<Migration> all) throws InterruptedException {
        lock();
        try {
            ddl("CREATE TABLE IF NOT EXISTS " + keyspace + "." + DONE
                    + " (number int PRIMARY KEY, name text, checksum text)");
            for (Migration migration : missing(all)) {
                LOG.info("applying {}", migration.name);
                for (String statement : migration.statements) {
                    if (!renewed()) {
                        return false;
                    }
                    apply(statement);
                }
                if (!renewed()) {
                    return false;
                }
                run(
                        "INSERT INTO " + keyspace + "." + DONE + " (number, name, checksum) VALUES (?, ?, ?)",
                        migration.number,
                        migration.name,
                        migration.checksum);
            }
            return true;
        } finally {
            run("DELETE FROM " + keyspace + ".schema_lock WHERE name = 'migrations' IF holder = ?", holder);
        }
    }

    /** Holds the lock for its whole time again; false when it is not held any more. */
    private boolean renewed() {
        return run(
                        "UPDATE " + keyspace + ".schema_lock USING TTL " + LOCK_S
                                + " SET holder = ? WHERE name = 'migrations' IF holder = ?",
                        holder,
                        holder)
                .getBoolean("[applied]");
    }

    private boolean keyspaceExists() {
        return run("SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?", keyspace) != null;
    }

    /** Whether nothing is to be applied. False also while there is no table of what was, or a node that does not know it yet. */
    private boolean isApplied(List<Migration> all) {
        agree();
        try {
            return missing(all).isEmpty();
        } catch (InvalidQueryException noTable) {
            return false;
        }
    }

    private List<Migration> missing(List<Migration> all) {
        Map<Integer, String> applied = new TreeMap<>();
        session.execute("SELECT number, checksum FROM " + keyspace + "." + DONE)
                .forEach(row -> applied.put(row.getInt(0), row.getString(1)));
        List<Migration> missing = new ArrayList<>();
        for (Migration migration : all) {
            String checksum = applied.get(migration.number);
            if (checksum == null) {
                missing.add(migration);
            } else if (!checksum.equals(migration.checksum)) {
                throw new IllegalStateException(
                        "the migration " + migration.name + " is not what was applied to keyspace " + keyspace
                                + ": its checksum was " + checksum + " then and is " + migration.checksum + " now");
            }
        }
        return missing;
    }

    private void lock() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LOCK_WAIT_S);
        while (true) {
            Row row = run(
                    "INSERT INTO " + keyspace + ".schema_lock (name, holder) VALUES ('migrations', ?)"
                            + " IF NOT EXISTS USING TTL " + LOCK_S,
                    holder);
            // a request that timed out may have taken the lock all the same
            if (row.getBoolean("[applied]") || holder.equals(row.getString("holder"))) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("migrations are locked by " + row.getString("holder"));
            }
            LOG.info("waiting for {} to migrate keyspace {}", row.getString("holder"), keyspace);
            TimeUnit.MILLISECONDS.sleep(LOCK_PAUSE_MS);
        }
    }

    /** A statement of a file. A column that is there already is passed over: CQL of ScyllaDB cannot say that itself. */
    private void apply(String cql) {
        Matcher column = ADD_COLUMN.matcher(cql);
        if (column.matches()
                && run(
                                "SELECT type FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?"
                                        + " AND column_name = ?",
                                keyspace,
                                column.group("table"),
                                column.group("column"))
                        != null) {
            return;
        }
        ddl(cql);
    }

    private void ddl(String cql) {
        session.execute(SimpleStatement.newInstance(cql).setTimeout(DDL_TIMEOUT).setNode(changer()));
        agree();
    }

    /** The node that changes the schema for all instances: the first one that is there, by its id. Null = any. */
    private Node changer() {
        return session.getMetadata().getNodes().values().stream()
                .filter(node -> node.getHostId() != null && node.getOpenConnections() > 0)
                .min(Comparator.comparing(Node::getHostId))
                .orElse(null);
    }

    /** The driver waits by itself for what it has changed, but not for what another instance changed just now. */
    private void agree() {
        if (!session.checkSchemaAgreement()) {
            LOG.warn("the nodes of the store do not agree on their schema yet");
        }
    }

    private Row run(String cql, Object... values) {
        return session.execute(SimpleStatement.newInstance(cql, values).setTimeout(DDL_TIMEOUT))
                .one();
    }

    private Migration load(String name) {
        try (InputStream in = Migrations.class.getResourceAsStream("/cql/" + name + ".cql")) {
            byte[] bytes = in.readAllBytes();
            CRC32 crc = new CRC32();
            crc.update(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("--"))
                    .collect(Collectors.joining("\n"))
                    .replace("${keyspace}", keyspace);
            List<String> statements = List.of(text.split(";")).stream()
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .toList();
            int number = Integer.parseInt(name.substring(0, name.indexOf('-')));
            return new Migration(number, name, Long.toHexString(crc.getValue()), statements);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
