package io.danmaku.edge.roomlog;

import io.danmaku.edge.audience.Deliveries;
import io.danmaku.edge.broadcast.Broadcaster;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.edge.tail.Deletions;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.log.RaidSigns;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rooms that are open on this edge: opened by the first viewer, closed some time after the last one left. */
public final class OpenRooms {
    private static final Logger LOG = LoggerFactory.getLogger(OpenRooms.class);
    static final long OPENING_MS_MAX = 30_000;
    /** Rooms whose signs of a raid are told by one look. */
    private static final int RAIDS_TOLD_MAX = 256;

    /** Readers that are replaced at a time by one look: after a long outage all rooms want another. */
    private static final int REOPENED_MAX = 100;

    private static final int EPOCH_CHARS = 16;

    /**
     * Bounds of open rooms.
     *
     * @param lingerMs how long a room without viewers stays open
     * @param loops event loops of this edge
     */
    public record Limits(
            int roomsMax,
            long lingerMs,
            int tailBatches,
            long tailBytes,
            int pageReaders,
            int pageReadsWaiting,
            long pageBytes,
            int loops) {}

    private static final class Entry {
        private final String epoch;
        private final long createdAtMs;
        private final CompletableFuture<OpenRoom> opening;
        private int holders;
        private long emptySinceNs;

        Entry(RoomState state, CompletableFuture<OpenRoom> opening) {
            epoch = state.epoch();
            createdAtMs = state.createdAtMs();
            this.opening = opening;
        }
    }

    private final PulsarNode pulsar;
    private final Broadcaster broadcaster;
    private final Deliveries deliveries;
    private final Limits limits;
    private final Pages pages;
    private final Map<RoomKey, Entry> entries = new HashMap<>();
    private final Consumer<OpenRoom> ended;
    private final LongAdder likesLost = new LongAdder();

    /** @param ended told of a room whose place another of its id takes: its viewers have to leave it */
    public OpenRooms(
            PulsarNode pulsar,
            Broadcaster broadcaster,
            Deliveries deliveries,
            Limits limits,
            Consumer<OpenRoom> ended) {
        this.ended = ended;
        this.pulsar = pulsar;
        this.broadcaster = broadcaster;
        this.deliveries = deliveries;
        this.limits = limits;
        pages = new Pages(
                new PageReader(pulsar.client(), pulsar.admin()),
                limits.pageReaders,
                limits.pageReadsWaiting,
                limits.pageBytes);
    }

    /**
     * The room, opened if need be, and held until {@link #release}; null when this edge has as many rooms as it may. A failed opening needs
     * no release.
     *
     * @param deletions what was taken out of its log
     */
    public synchronized CompletableFuture<OpenRoom> acquire(RoomState state, Deletions deletions) {
        Entry entry = entries.get(state.key());
        if (entry != null && !entry.epoch.equals(state.epoch())) {
            if (entry.createdAtMs > state.createdAtMs()) {
                return CompletableFuture.failedFuture(new IllegalStateException("a newer room of this id is open"));
            }
            entries.remove(state.key());
            OpenRoom former = opened(entry);
            if (former != null) {
                ended.accept(former);
            }
            close(state.key(), entry);
            entry = null;
        }
        if (entry == null) {
            if (entries.size() >= limits.roomsMax) {
                return null;
            }
            CompletableFuture<OpenRoom> opening = open(state, deletions);
            Entry opened = new Entry(state, opening);
            entries.put(state.key(), opened);
            opening.whenComplete((room, failure) -> {
                if (failure != null) {
                    LOG.warn("room {} could not be opened: {}", state.key(), failure.getMessage());
                    forget(state.key(), opened);
                } else if (deletions.version() > 0) {
                    // what was deleted while nobody could find the room to say so
                    broadcaster.deleted(room.live(), null);
                }
            });
            entry = opened;
        }
        entry.holders++;
        return entry.opening;
    }

    private synchronized void forget(RoomKey key, Entry entry) {
        entries.remove(key, entry);
    }

    /** Gives up a hold. */
    public synchronized void release(OpenRoom room) {
        Entry entry = entries.get(room.live().key());
        if (entry != null && entry.opening.getNow(null) == room && --entry.holders == 0) {
            entry.emptySinceNs = System.nanoTime();
        }
    }

    /** The room is no more, nor is its log: it is closed at once, whoever holds it still. */
    public synchronized void drop(RoomState state) {
        Entry entry = entries.get(state.key());
        if (entry != null && entry.epoch.equals(state.epoch())) {
            entries.remove(state.key());
            close(state.key(), entry);
        }
    }

    /** The room if it is open, for news about it; not held. */
    public synchronized OpenRoom find(RoomKey key) {
        Entry entry = entries.get(key);
        return entry == null ? null : opened(entry);
    }

    /** Whether the room is open or is being opened. */
    public synchronized boolean holds(RoomKey key) {
        return entries.containsKey(key);
    }

    private static OpenRoom opened(Entry entry) {
        return entry.opening.isCompletedExceptionally() ? null : entry.opening.getNow(null);
    }

    public synchronized int size() {
        return entries.size();
    }

    /** Likes that were acknowledged and not told. */
    public long likesLost() {
        return likesLost.sum();
    }

    /** Looks after open rooms: tells what was liked, closes those without a viewer for the linger time. Called every second. */
    public void lookAfter() {
        // without the lock, for which event loops would wait
        allOpen().forEach(room -> room.likes().tell());
        lookAfterEntries();
    }

    /** What in rooms that are open here looks like a raid; of more rooms than are told at once those that come first. */
    public List<RaidSigns> raidSigns(String edge) {
        long nowNs = System.nanoTime();
        return allOpen().stream()
                .map(room -> room.live().raid().signs(edge, room.live().key(), room.stateEpoch(), nowNs))
                .filter(Objects::nonNull)
                .limit(RAIDS_TOLD_MAX)
                .toList();
    }

    /** Those that are open now; not held. */
    public synchronized List<OpenRoom> allOpen() {
        return entries.values().stream()
                .map(OpenRooms::opened)
                .filter(Objects::nonNull)
                .toList();
    }

    private synchronized void lookAfterEntries() {
        long now = System.nanoTime();
        int reopened = 0;
        for (Iterator<Map.Entry<RoomKey, Entry>> all = entries.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<RoomKey, Entry> e = all.next();
            Entry entry = e.getValue();
            OpenRoom open = opened(entry);
            if (open != null && open.follower().lost(now) && reopened < REOPENED_MAX) {
                open.follower().reopen(open.live());
                reopened++;
            }
            if (entry.holders == 0
                    && entry.opening.isDone()
                    && now - entry.emptySinceNs > TimeUnit.MILLISECONDS.toNanos(limits.lingerMs)) {
                all.remove();
                close(e.getKey(), entry);
            }
        }
    }

    private CompletableFuture<OpenRoom> open(RoomState state, Deletions deletions) {
        String topic = Topics.room(state.key(), state.epoch(), state.durability());
        OpenRoom room = new OpenRoom(topic, state, pages, new RoomAppender(pulsar.client(), topic), likesLost);
        RoomFollower follower = new RoomFollower(pulsar, broadcaster, topic, room.index());
        CompletableFuture<OpenRoom> opening = follower.head(state.durability()).thenCompose(head -> {
            LiveRoom live = new LiveRoom(
                    new LiveRoom.Opening(
                            state.key(),
                            epochFor(state),
                            state.durability(),
                            head.offset(),
                            limits.tailBatches,
                            limits.tailBytes,
                            limits.loops,
                            state.policy(),
                            deletions),
                    room,
                    deliveries,
                    System.nanoTime());
            room.begin(live, follower);
            return pages.run(() -> {
                        follower.feedWindow(live, head);
                        return live;
                    })
                    .thenCompose(fed -> follower.follow(fed, head))
                    .thenApply(following -> room);
        });
        return opening.orTimeout(OPENING_MS_MAX, TimeUnit.MILLISECONDS).whenComplete((opened, failure) -> {
            if (failure != null) {
                follower.stop();
                if (room.live() != null) {
                    // what a reader brings that was only being made is dropped
                    broadcaster.close(room.live());
                }
            }
        });
    }

    /** An ephemeral room's offsets belong to this opening of it, so its epoch does too: no other edge may have the same. */
    private static String epochFor(RoomState state) {
        return state.durability() == Durability.LOGGED
                ? state.epoch()
                : UUID.randomUUID().toString().replace("-", "").substring(0, EPOCH_CHARS);
    }

    private CompletableFuture<Void> close(RoomKey key, Entry entry) {
        Function<Throwable, Void> told = failure -> {
            LOG.warn("room {} did not close cleanly: {}", key, failure.getMessage());
            return null;
        };
        return entry.opening
                .thenCompose(room -> room.follower()
                        .stop()
                        .exceptionally(told)
                        .thenCompose(stopped -> room.endAppends())
                        .exceptionally(told)
                        .thenCompose(stopped -> broadcaster.close(room.live())))
                .exceptionally(told);
    }

    /** Whether reading pages is at its bound. */
    public boolean busy() {
        return pages.busy();
    }

    /** Closes all rooms; blocks for a bounded time. */
    public void stop() throws Exception {
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        synchronized (this) {
            entries.forEach((key, entry) -> closing.add(close(key, entry)));
            entries.clear();
        }
        try {
            CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new)).get(5, TimeUnit.SECONDS);
        } finally {
            pages.close();
        }
    }
}
