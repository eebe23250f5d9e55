package io.danmaku.room.room;

import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.WordList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The word lists of one state topic, removed ones that are still kept included. Only its {@link RoomTable} changes it. */
public final class WordTable {
    /** Sorts behind every key with the prefix before it. */
    private static final char LAST = '\uffff';

    /** As how many terms a pattern counts: compiled, it takes about as much memory. */
    public static final int PATTERN_WORDS = 100;

    private final NavigableMap<String, WordList> byKey = new TreeMap<>();
    private final Map<String, Integer> wordsByTenant = new HashMap<>();
    private final Predicate<WordList> gone;

    /** @param gone whether the room of a list is no more */
    WordTable(Predicate<WordList> gone) {
        this.gone = gone;
    }

    /** @param now null when the key was deleted */
    void apply(String key, WordList now) {
        WordList before = now == null ? byKey.remove(key) : byKey.put(key, now);
        if (now != null) {
            wordsByTenant.merge(now.tenant(), words(now), Integer::sum);
        }
        if (before != null) {
            wordsByTenant.computeIfPresent(
                    before.tenant(), (tenant, n) -> n == words(before) ? null : Integer.valueOf(n - words(before)));
        }
    }

    /** What a list counts for: its terms, and {@link #PATTERN_WORDS} for each pattern. */
    public static int words(WordList list) {
        return list.terms().size() + PATTERN_WORDS * list.patterns().size();
    }

    /** The words of all lists of a tenant. */
    int words(String tenant) {
        return wordsByTenant.getOrDefault(tenant, 0);
    }

    /** Lists of a room, or (room empty) for all rooms of a tenant, removed ones and those of former epochs included, by name. */
    public List<WordList> in(String tenant, String room) {
        String prefix = StateKeys.wordsIn(tenant, room);
        return List.copyOf(byKey.subMap(prefix, true, prefix + LAST, false).values());
    }

    /** Up to {@code limit} lists that were removed before a time, or belong to a room that is no more. */
    public List<WordList> removedBefore(long timeMs, int limit) {
        return byKey.values().stream()
                .filter(list -> (list.removed() && list.atMs() < timeMs) || gone.test(list))
                .limit(limit)
                .toList();
    }
}
