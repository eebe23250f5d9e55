package io.danmaku.room.membership;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.Owner;
import io.vertx.core.Future;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.TableView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The published numbers of all rooms, the same on every instance. Thread-safe. */
public final class StatsTable {
    private static final Logger LOG = LoggerFactory.getLogger(StatsTable.class);

    private volatile TableView<byte[]> view;

    /** Reads the topic to its end; completes when that is done. */
    CompletableFuture<Void> open(PulsarClient client) {
        return client.newTableView(Schema.BYTES)
                .topic(Topics.stats())
                .createAsync()
                .thenAccept(opened -> view = opened);
    }

    boolean isOpen() {
        return view != null;
    }

    /** The numbers of a room; zeros when none were published. */
    public RoomStats of(RoomKey room) {
        TableView<byte[]> now = view;
        byte[] value = now == null ? null : now.get(room.toString());
        RoomStats stats = value == null ? null : read(room.toString(), value);
        return stats == null ? new RoomStats(room, 0, 0, 0, 0) : stats;
    }

    /** The instance that counts, as it said last; null before one did. */
    public Owner counter() {
        Counter counter = whoCounts();
        return counter == null ? null : new Owner(counter.instance, counter.url);
    }

    /** Edges that had viewers, as who counts said last; null = not known. */
    Set<String> watchedEdges() {
        Counter counter = whoCounts();
        return counter == null || counter.edges == null ? null : Set.copyOf(counter.edges);
    }

    private Counter whoCounts() {
        TableView<byte[]> now = view;
        byte[] value = now == null ? null : now.get(RoomStats.COUNTER_KEY);
        try {
            return value == null ? null : Json.read(value, Counter.class);
        } catch (UncheckedIOException bad) {
            LOG.error("who counts is not of its form", bad);
            return null;
        }
    }

    /**
     * Who counts; an {@link Owner} with more.
     *
     * @param edges those that have viewers, for who counts next; null of too many, or from an older instance
     */
    record Counter(String instance, String url, Collection<String> edges) {
        private static final int EDGES_MAX = 1_000;

        static Counter of(Owner self, Collection<String> edges) {
            return new Counter(self.instance(), self.url(), edges == null || edges.size() > EDGES_MAX ? null : edges);
        }
    }

    Collection<RoomStats> all() {
        List<RoomStats> all = new ArrayList<>();
        TableView<byte[]> now = view;
        if (now != null) {
            now.forEach((key, value) -> {
                RoomStats stats = RoomStats.isRoom(key) ? read(key, value) : null;
                if (stats != null) {
                    all.add(stats);
                }
            });
        }
        return all;
    }

    private static RoomStats read(String key, byte[] value) {
        try {
            return Json.read(value, RoomStats.class);
        } catch (UncheckedIOException bad) {
            LOG.error("the stats of {} are not of their form", key, bad);
            return null;
        }
    }

    void close() {
        TableView<byte[]> now = view;
        if (now != null) {
            Future.fromCompletionStage(now.closeAsync()).onFailure(failure -> LOG.debug("stats not closed", failure));
        }
    }
}
