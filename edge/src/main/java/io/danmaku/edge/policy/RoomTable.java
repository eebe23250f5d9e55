package io.danmaku.edge.policy;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.TableView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state topics as tables: one table view a group, each read to its end before the edge says it is ready. */
public final class RoomTable implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RoomTable.class);

    private final PulsarClient client;
    private final Consumer<RoomState> changed;
    private final Map<RoomKey, RoomState> rooms = new ConcurrentHashMap<>();
    /** By state key: a room can have many mutes, and a gate asks for one. */
    private final Map<String, Sanction> sanctions = new ConcurrentHashMap<>();

    private final List<TableView<byte[]>> views = new ArrayList<>();
    private volatile boolean ready;

    /** @param changed told of every room that is new or changed, on a thread of the Pulsar client */
    public RoomTable(PulsarClient client, Consumer<RoomState> changed) {
        this.client = client;
        this.changed = changed;
    }

    /** Reads all state topics to their ends; done when the tables are as they were decided. */
    public CompletableFuture<Void> start() {
        List<CompletableFuture<?>> opened = new ArrayList<>();
        for (int group = 0; group < Topics.STATE_GROUPS; group++) {
            opened.add(client.newTableView(Schema.BYTES)
                    .topic(Topics.state(group))
                    .createAsync()
                    .thenAccept(view -> {
                        synchronized (views) {
                            views.add(view);
                        }
                        view.forEachAndListen(this::take);
                    }));
        }
        return CompletableFuture.allOf(opened.toArray(CompletableFuture[]::new)).thenRun(() -> ready = true);
    }

    public boolean ready() {
        return ready;
    }

    private void take(String key, byte[] value) {
        try {
            if (StateKeys.isRoom(key)) {
                takeRoom(key, value);
            } else if (StateKeys.isSanction(key)) {
                if (value == null || value.length == 0) {
                    sanctions.remove(key);
                } else {
                    sanctions.put(key, Json.read(value, Sanction.class));
                }
            }
        } catch (RuntimeException unreadable) {
            LOG.error("the state record {} cannot be read", key, unreadable);
        }
    }

    private void takeRoom(String key, byte[] value) {
        if (value == null || value.length == 0) {
            rooms.keySet().removeIf(room -> StateKeys.room(room).equals(key));
            return;
        }
        RoomState state = Json.read(value, RoomState.class);
        // a key has one topic, and a topic one reading thread
        RoomState known = rooms.get(state.key());
        if (known == null || supersedes(state, known)) {
            rooms.put(state.key(), state);
            changed.accept(state);
        }
    }

    private static boolean supersedes(RoomState told, RoomState known) {
        return told.epoch().equals(known.epoch())
                ? told.version() > known.version()
                : told.createdAtMs() >= known.createdAtMs();
    }

    /** The room, or null when there has never been one. */
    public RoomState room(RoomKey key) {
        return rooms.get(key);
    }

    /** The mute that holds for a user now, or null. */
    public Sanction mute(RoomState room, String user, long nowMs) {
        Sanction mute = sanctions.get(StateKeys.sanction(room.key(), user, Sanction.MUTE));
        return mute != null && mute.untilMs() > nowMs && mute.epoch().equals(room.epoch()) ? mute : null;
    }

    public int size() {
        return rooms.size();
    }

    @Override
    public void close() {
        synchronized (views) {
            views.forEach(TableView::closeAsync);
        }
    }
}
