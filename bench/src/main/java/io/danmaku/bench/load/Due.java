package io.danmaku.bench.load;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was acknowledged, and so has to be with every viewer at the end. Thread-safe. */
public final class Due {
    private record Newest(long offset, long number) {}

    private final Map<String, Long> heads = new HashMap<>();
    private final Map<String, List<Long>> reliable = new HashMap<>();
    private final Map<String, Map<Integer, Newest>> newest = new HashMap<>();

    synchronized void acknowledged(Kind kind, String room, long offset, int key, long number) {
        heads.merge(room, offset, Math::max);
        switch (kind) {
            case CHAT -> {
                // by its offset alone
            }
            case GIFT -> reliable.computeIfAbsent(room, r -> new ArrayList<>()).add(offset);
            case PLACE ->
                newest.computeIfAbsent(room, r -> new HashMap<>())
                        .merge(
                                key,
                                new Newest(offset, number),
                                (one, other) -> one.offset > other.offset ? one : other);
        }
    }

    /**
     * As the swarm is told it: {@code heads}, the largest offset by room; {@code reliable}, sorted offsets of RELIABLE events by room;
     * {@code newest}, the number of the newest message by room and key.
     */
    public synchronized Map<String, Object> command() {
        Map<String, Object> command = new HashMap<>();
        command.put("heads", new HashMap<>(heads));
        Map<String, Object> offsets = new HashMap<>();
        reliable.forEach(
                (room, told) -> offsets.put(room, told.stream().sorted().toList()));
        command.put("reliable", offsets);
        Map<String, Object> numbers = new HashMap<>();
        newest.forEach((room, keys) -> {
            Map<Integer, Long> byKey = new HashMap<>();
            keys.forEach((key, last) -> byKey.put(key, last.number));
            numbers.put(room, byKey);
        });
        command.put("newest", numbers);
        return command;
    }
}
