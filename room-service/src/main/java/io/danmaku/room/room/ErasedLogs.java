package io.danmaku.room.room;

import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomState;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the logs of erased rooms, and says of which the record may go, too: while a log may be there its record stays, so that whoever decides
 * for the room tries again. On the state context.
 */
final class ErasedLogs implements Sweep.Useless<RoomState> {
    private static final Logger LOG = LoggerFactory.getLogger(ErasedLogs.class);
    /** How long what is left of an erased room stays in the topic at the least, for edges that were away. */
    static final long KEPT_MS = 600_000;
    /** How long a log counts as gone. Longer than the longest time between two sweeps; not for ever, because an edge may make its topic anew. */
    static final long GONE_MS = Duration.ofHours(2).toMillis();
    /** Logs that are removed at a time. */
    static final int AT_ONCE = 16;
    /** Logs of rooms that were made anew, tried again; above it one is left and told. */
    static final int FORMER_MAX = 1_000;

    /** A log that cannot be removed is left out of so many sweeps at the most. */
    private static final int PASSED_MAX = 32;

    private record Removal(RoomState room, long askedMs) {}

    /**
     * Of a log that was not removed.
     *
     * @param pause how often it is passed over before the next try
     */
    private record Failed(int pause, int passed) {
        Failed again() {
            return new Failed(Math.min(PASSED_MAX, Math.max(1, 2 * pause)), 0);
        }
    }

    private final Function<RoomState, Future<Void>> remove;
    /** By topic. No more than there are erased rooms and former ones. */
    private final Map<String, Removal> waiting = new LinkedHashMap<>();

    private final Set<String> underWay = new HashSet<>();
    /** By topic, of those that wait to be tried again. */
    private final Map<String, Failed> failed = new HashMap<>();

    /** When a log was gone that is gone, by topic. */
    private final Map<String, Long> gone = new HashMap<>();
    /** Those of rooms that were made anew, by topic. No record names them. */
    private final Map<String, RoomState> former = new LinkedHashMap<>();

    /** @param remove removes a room's log; may fail, and is done again then */
    ErasedLogs(Function<RoomState, Future<Void>> remove) {
        this.remove = remove;
    }

    @Override
    public List<RoomState> find(RoomTable table, long nowMs, int limit) {
        gone.values().removeIf(sinceMs -> sinceMs + GONE_MS < nowMs);
        List<RoomState> found = new ArrayList<>();
        // once more: an edge that had it open may have made the topic again, and who erased it may have died before
        for (RoomState room : table.erasedBefore(nowMs - KEPT_MS, Integer.MAX_VALUE)) {
            String topic = RoomTopics.topic(room);
            if (room.durability() == Durability.EPHEMERAL || gone.containsKey(topic)) {
                if (found.size() < limit) {
                    found.add(room);
                }
            } else {
                await(topic, new Removal(room, nowMs));
            }
        }
        next();
        return found;
    }

    /** Removes the log that a room had before it was made anew. Nothing names it any more: it is tried again while this process lives. */
    void removeFormer(RoomState room) {
        if (room.durability() == Durability.EPHEMERAL) {
            return;
        }
        String topic = RoomTopics.topic(room);
        if (former.size() < FORMER_MAX) {
            former.put(topic, room);
        } else {
            LOG.warn("{} is not tried again: too many were not removed", topic);
        }
        await(topic, new Removal(room, 0));
        next();
    }

    /** Tries those again. */
    void again() {
        former.forEach((topic, room) -> await(topic, new Removal(room, 0)));
        next();
    }

    private void await(String topic, Removal removal) {
        if (underWay.contains(topic)) {
            return;
        }
        Failed before = failed.get(topic);
        if (before != null && before.passed < before.pause) {
            failed.put(topic, new Failed(before.pause, before.passed + 1));
            return;
        }
        waiting.putIfAbsent(topic, removal);
    }

    private void next() {
        while (underWay.size() < AT_ONCE && !waiting.isEmpty()) {
            String topic = waiting.keySet().iterator().next();
            start(topic, waiting.remove(topic));
        }
    }

    private void start(String topic, Removal removal) {
        underWay.add(topic);
        remove.apply(removal.room).onComplete((done, failure) -> {
            underWay.remove(topic);
            if (failure == null) {
                gone.put(topic, removal.askedMs);
                former.remove(topic);
                failed.remove(topic);
            } else { // a later sweep finds it again, behind those that wait
                Failed before = failed.get(topic);
                failed.put(topic, before == null ? new Failed(0, 0) : before.again());
            }
            next();
        });
    }
}
