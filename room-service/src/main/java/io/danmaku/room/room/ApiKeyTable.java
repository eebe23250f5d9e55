package io.danmaku.room.room;

import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.token.ApiKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The API keys of one state topic. Only its {@link RoomTable} changes it. */
public final class ApiKeyTable {
    /** Sorts behind every key with the prefix before it. */
    private static final char LAST = '\uffff';

    private final NavigableMap<String, ApiKey> byStateKey = new TreeMap<>();
    private final Map<String, ApiKey> byId = new HashMap<>();

    /** @param now null when the key was deleted */
    void apply(String stateKey, ApiKey now) {
        ApiKey before = now == null ? byStateKey.remove(stateKey) : byStateKey.put(stateKey, now);
        if (before != null) {
            byId.remove(before.id());
        }
        if (now != null) {
            byId.put(now.id(), now);
        }
    }

    /** A key by its id, also one that does not hold any more, or null. */
    public ApiKey byId(String id) {
        return byId.get(id);
    }

    /** All records of a tenant's keys, revoked and expired ones included, by id. */
    public List<ApiKey> of(String tenant) {
        String prefix = StateKeys.apiKeysOf(tenant);
        return List.copyOf(byStateKey.subMap(prefix, true, prefix + LAST, false).values());
    }

    /** Up to {@code limit} keys that were revoked or expired before a time. */
    public List<ApiKey> endedBefore(long timeMs, int limit) {
        return byStateKey.values().stream()
                .filter(key -> key.expiresAtMs() < timeMs || (key.revoked() && key.revokedAtMs() < timeMs))
                .limit(limit)
                .toList();
    }
}
