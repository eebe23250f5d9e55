package io.danmaku.edge.words;

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

/**
 * The filters of all rooms and tenants, made anew when one of their lists changes: on a thread of its own, because a hundred thousand terms
 * take a while. Any thread asks.
 */
public final class WordFilters implements AutoCloseable {
    /** Whose lists: a room's, or (room empty) those for all rooms of a tenant. */
    private record Scope(String tenant, String room) {}

    private final Map<Scope, Map<String, WordList>> lists = new ConcurrentHashMap<>();
    private final Map<Scope, WordFilter> filters = new ConcurrentHashMap<>();
    /** To be made anew; a list that changes meanwhile is in it once. */
    private final Set<Scope> due = ConcurrentHashMap.newKeySet();

    private final ExecutorService maker =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "word-filters");
                thread.setDaemon(true);
                return thread;
            });

    /** A list is new or changed. */
    public void put(WordList list) {
        Scope scope = new Scope(list.tenant(), list.room());
        lists.compute(scope, (s, known) -> {
            Map<String, WordList> changed = known == null ? new ConcurrentHashMap<>() : known;
            if (list.removed()) {
                changed.remove(list.name());
            } else {
                changed.put(list.name(), list);
            }
            return changed.isEmpty() ? null : changed;
        });
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
        Map<String, WordList> now = lists.get(scope);
        if (now == null) {
            filters.remove(scope);
        } else {
            filters.put(scope, new WordFilter(List.copyOf(now.values())));
        }
    }

    /**
     * What the lists for all rooms of the tenant, and then those of the room, say of a text. Lists of a former epoch of the room are not
     * kept apart: room-service removes them with it.
     */
    public WordFilter.Verdict check(RoomState room, String text) {
        WordFilter.Verdict byTenant = filter(room, "").check(text);
        if (byTenant.action() == WordList.Action.REFUSE) {
            return byTenant;
        }
        WordFilter.Verdict byRoom = filter(room, room.key().room()).check(byTenant.text());
        return byRoom.action() == null
                        || (byTenant.action() != null && byTenant.action().compareTo(byRoom.action()) <= 0)
                ? new WordFilter.Verdict(byTenant.action(), byRoom.text())
                : byRoom;
    }

    private WordFilter filter(RoomState room, String id) {
        return filters.isEmpty()
                ? WordFilter.NONE
                : filters.getOrDefault(new Scope(room.key().tenant(), id), WordFilter.NONE);
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
