package io.danmaku.edge.presence;

import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.RoomKey;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.TableView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The numbers of all rooms as room-service last told them. Holds an entry for each room that room-service counts; it
 * removes those of rooms that are gone. Opened in the background, so an edge starts without it.
 */
public final class StatsTable implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatsTable.class);
    private static final long OPEN_AGAIN_MS = 1_000;

    private final PulsarClient client;
    private final Consumer<RoomStats> changed;
    private final ConcurrentHashMap<String, RoomStats> stats = new ConcurrentHashMap<>();
    /** Viewers of each tenant that has any. */
    private final ConcurrentHashMap<String, Integer> online = new ConcurrentHashMap<>();

    private final ScheduledExecutorService opener =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "stats"));
    private volatile TableView<byte[]> table;
    private volatile boolean closed;

    /** @param changed told each room's numbers, at first and when they change, on a thread of Pulsar's: must not wait */
    public StatsTable(PulsarNode pulsar, MeterRegistry registry, Consumer<RoomStats> changed) {
        client = pulsar.client();
        this.changed = changed;
        Gauge.builder("presence.stats.rooms", stats, ConcurrentHashMap::size).register(registry);
        opener.execute(this::open);
    }

    private void open() {
        client.newTableView().topic(Topics.stats()).createAsync().whenComplete((opened, failure) -> {
            if (failure == null) {
                opened(opened);
            } else if (!closed) {
                LOG.warn("the rooms' numbers cannot be read, tried again: {}", failure.getMessage());
                opener.schedule(this::open, OPEN_AGAIN_MS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void opened(TableView<byte[]> opened) {
        table = opened;
        if (closed) {
            opened.closeAsync();
            return;
        }
        opened.forEachAndListen(this::take);
        opener.shutdown();
    }

    private void take(String key, byte[] json) {
        if (!RoomStats.isRoom(key)) {
            return;
        }
        if (json == null || json.length == 0) {
            RoomStats gone = stats.remove(key);
            if (gone != null) {
                count(gone.room().tenant(), -gone.online());
            }
            return;
        }
        try {
            RoomStats now = Json.read(json, RoomStats.class);
            RoomStats before = stats.put(key, now);
            count(now.room().tenant(), now.online() - (before == null ? 0 : before.online()));
            if (before == null || !now.showsSameAs(before)) {
                changed.accept(now);
            }
        } catch (RuntimeException unreadable) {
            LOG.warn("the numbers of {} cannot be read: {}", key, unreadable.getMessage());
        }
    }

    private void count(String tenant, int difference) {
        if (difference != 0) {
            online.merge(tenant, difference, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
        }
    }

    /** Viewers in all rooms of a tenant on all edges, as last told. */
    public int online(String tenant) {
        return online.getOrDefault(tenant, 0);
    }

    /** A room's numbers, or null while there are none. */
    public RoomStats of(RoomKey room) {
        return stats.get(room.toString());
    }

    /** Whether the numbers were read at least once. */
    public boolean isOpen() {
        return table != null;
    }

    @Override
    public void close() {
        closed = true;
        opener.shutdownNow();
        TableView<byte[]> open = table;
        if (open != null) {
            open.closeAsync();
        }
    }
}
