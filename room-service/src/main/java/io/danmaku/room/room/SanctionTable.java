package io.danmaku.room.room;

import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.Sanction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The sanctions of one state topic, of rooms and for all rooms of owners, ended ones that are still kept included. Only its {@link RoomTable} changes it. */
public final class SanctionTable {
    /** Sorts behind every key with the prefix before it. */
    private static final char LAST = '\uffff';

    private record Spoken(Sanction sanction, long writtenAtMs) {}

    private final NavigableMap<String, Spoken> byKey = new TreeMap<>();
    /** By room, and by all rooms of an owner. */
    private final Map<RoomKey, Integer> byPlace = new HashMap<>();

    private final Map<String, Integer> byTenant = new HashMap<>();

    private final Predicate<Sanction> over;

    /** @param over whether what a sanction was spoken for is no more */
    SanctionTable(Predicate<Sanction> over) {
        this.over = over;
    }

    /** @param now null when the key was deleted */
    void apply(String key, Sanction now, long writtenAtMs) {
        Spoken before = now == null ? byKey.remove(key) : byKey.put(key, new Spoken(now, writtenAtMs));
        if (before != null) {
            byPlace.computeIfPresent(before.sanction.room(), (place, n) -> n == 1 ? null : n - 1);
            byTenant.computeIfPresent(before.sanction.room().tenant(), (tenant, n) -> n == 1 ? null : n - 1);
        }
        if (now != null) {
            byPlace.merge(now.room(), 1, Integer::sum);
            byTenant.merge(now.room().tenant(), 1, Integer::sum);
        }
    }

    /**
     * The record of a sanction, ended or not, or null.
     *
     * @param target see {@link Sanction#target}
     */
    public Sanction find(RoomKey place, String target, Sanction.Kind kind) {
        Spoken spoken = byKey.get(StateKeys.sanction(place, target, kind));
        return spoken == null ? null : spoken.sanction;
    }

    /** All records in a room, or for all rooms of an owner, by target. */
    public List<Sanction> in(RoomKey place) {
        String prefix = StateKeys.sanctionsIn(place);
        return byKey.subMap(prefix, true, prefix + LAST, false).values().stream()
                .map(Spoken::sanction)
                .toList();
    }

    /** Up to {@code limit} sanctions that ended, or were lifted, before a time, or whose room or stream is no more. */
    public List<Sanction> endedBefore(long timeMs, int limit) {
        List<Sanction> found = new ArrayList<>();
        for (Spoken spoken : byKey.values()) {
            Sanction s = spoken.sanction;
            if (found.size() == limit) {
                break;
            }
            if (Math.max(s.untilMs(), spoken.writtenAtMs) < timeMs || over.test(s)) {
                found.add(s);
            }
        }
        return found;
    }

    int count() {
        return byKey.size();
    }

    int count(RoomKey place) {
        return byPlace.getOrDefault(place, 0);
    }

    int count(String tenant) {
        return byTenant.getOrDefault(tenant, 0);
    }

    /** Whether a place of at most {@code max} records can take one; one that takes the place of another it always can. */
    public boolean takes(RoomKey place, String target, Sanction.Kind kind, int max) {
        return count(place) < max || find(place, target, kind) != null;
    }
}
