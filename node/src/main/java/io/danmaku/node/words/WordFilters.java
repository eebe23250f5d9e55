package io.danmaku.node.words;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.WordList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The filters of all rooms and tenants, made anew when one of their lists changes: on a thread of its own, because a hundred thousand terms
 * take a while. Any thread asks.
 */
public final class WordFilters implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WordFilters.class);

    /** Whose lists: those of an epoch of a room, or (room and epoch empty) those for all rooms of a tenant. */
    private record Scope(String tenant, String room, String epoch) {
        static Scope of(WordList list) {
            return new Scope(list.tenant(), list.room(), list.epoch());
        }
    }

    /** A room in whatever epoch, or (room empty) all rooms of a tenant. */
    private record Place(String tenant, String room) {}

    /** By place and name: a list takes the place of the one of before, also where that was of a former epoch. */
    private final Map<Place, Map<String, WordList>> lists = new ConcurrentHashMap<>();

    private final Map<Scope, WordFilter> filters = new ConcurrentHashMap<>();
    /** To be made anew; a list that changes meanwhile is in it once. */
    private final Set<Scope> due = ConcurrentHashMap.newKeySet();

    private final ExecutorService maker =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "word-filters");
                thread.setDaemon(true);
                return thread;
            });

    /**
     * The record of a list in a state topic.
     *
     * @param key for which {@link StateKeys#isWords} holds
     * @param value null or empty = the record is gone
     */
    public void take(String key, byte[] value) {
        if (value == null || value.length == 0) {
            StateKeys.WordsKey gone = StateKeys.WordsKey.of(key);
            remove(gone.tenant(), gone.room(), gone.name());
        } else {
            put(Json.read(value, WordList.class));
        }
    }

    /** A list is new or changed, or removed: then there is nothing in it. */
    public void put(WordList list) {
        if (list.removed()) {
            remove(list.tenant(), list.room(), list.name());
            return;
        }
        lists.compute(new Place(list.tenant(), list.room()), (place, known) -> {
            Map<String, WordList> now = known == null ? new ConcurrentHashMap<>() : known;
            remake(now.put(list.name(), list));
            return now;
        });
        remake(list);
    }

    /** A list is gone, of whatever epoch of the room. */
    public void remove(String tenant, String room, String name) {
        lists.computeIfPresent(new Place(tenant, room), (place, known) -> {
            remake(known.remove(name));
            return known.isEmpty() ? null : known;
        });
    }

    /** @param list one that there is, or was; null = there was none */
    private void remake(WordList list) {
        if (list != null) {
            remake(Scope.of(list));
        }
    }

    private void remake(Scope scope) {
        if (due.add(scope)) {
            maker.execute(() -> make(scope));
        }
    }

    /** Waits until what was told so far is in force; at most so long. */
    public void settle(long atMostMs) throws InterruptedException, TimeoutException {
        try {
            maker.submit(() -> {}).get(atMostMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void make(Scope scope) {
        due.remove(scope);
        List<WordList> now = lists.getOrDefault(new Place(scope.tenant, scope.room), Map.of()).values().stream()
                .filter(list -> list.epoch().equals(scope.epoch))
                .toList();
        if (now.isEmpty()) {
            filters.remove(scope);
            return;
        }
        try {
            filters.put(scope, new WordFilter(now));
        } catch (RuntimeException bug) {
            // room-service takes nothing in that cannot be used; the filter of before stays
            LOG.error("the word lists of {} cannot be used", scope, bug);
        }
    }

    /**
     * What the lists for all rooms of the tenant, and then those of the room, say of a text.
     */
    public WordFilter.Verdict check(RoomState room, String text) {
        WordFilter.Verdict byTenant = filter(room.key().tenant(), "", "").check(text);
        if (byTenant.action() == WordList.Action.REFUSE) {
            return byTenant;
        }
        WordFilter.Verdict byRoom =
                filter(room.key().tenant(), room.key().room(), room.epoch()).check(byTenant.text());
        return byRoom.action() == null
                        || (byTenant.action() != null && byTenant.action().compareTo(byRoom.action()) <= 0)
                ? new WordFilter.Verdict(byTenant.action(), byRoom.text())
                : byRoom;
    }

    /** What the lists for all rooms of a tenant say of a text that is in none. */
    public WordFilter.Verdict check(String tenant, String text) {
        return filter(tenant, "", "").check(text);
    }

    private WordFilter filter(String tenant, String room, String epoch) {
        return filters.isEmpty()
                ? WordFilter.NONE
                : filters.getOrDefault(new Scope(tenant, room, epoch), WordFilter.NONE);
    }

    /** Distinct terms of all filters. */
    public int terms() {
        return filters.values().stream().mapToInt(WordFilter::terms).sum();
    }

    @Override
    public void close() {
        maker.shutdownNow();
    }
}
