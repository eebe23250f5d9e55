package io.danmaku.room.room;

import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.ExternalCheck;
import io.danmaku.protocol.room.Webhook;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Where the hub calls tenants' own backends, as one state topic says: webhooks, and services that check chats. Only its {@link RoomTable} changes it. */
public final class HookTable {
    /** Sorts behind every key with the prefix before it. */
    private static final char LAST = '\uffff';

    private final NavigableMap<String, Webhook> webhooks = new TreeMap<>();
    private final Map<String, ExternalCheck> checks = new HashMap<>();

    /** @param now null when the key was deleted */
    void apply(String key, Webhook now) {
        if (now == null) {
            webhooks.remove(key);
        } else {
            webhooks.put(key, now);
        }
    }

    /** @param now null when the key was deleted */
    void apply(String key, ExternalCheck now) {
        if (now == null) {
            checks.remove(key);
        } else {
            checks.put(key, now);
        }
    }

    /** The service of a tenant's own that is asked about chats, or null when there is none. */
    public ExternalCheck check(String tenant) {
        ExternalCheck check = checks.get(StateKeys.check(tenant));
        return check == null || check.removed() ? null : check;
    }

    /** Up to {@code limit} such services that were removed before a time. */
    public List<ExternalCheck> removedChecks(long timeMs, int limit) {
        return checks.values().stream()
                .filter(check -> check.removed() && check.atMs() < timeMs)
                .limit(limit)
                .toList();
    }

    /** Webhooks of a tenant, removed ones included, by name. */
    public List<Webhook> webhooks(String tenant) {
        String prefix = StateKeys.webhooksOf(tenant);
        return List.copyOf(webhooks.subMap(prefix, true, prefix + LAST, false).values());
    }

    /** Up to {@code limit} webhooks that were removed before a time. */
    public List<Webhook> removedWebhooks(long timeMs, int limit) {
        return webhooks.values().stream()
                .filter(hook -> hook.removed() && hook.atMs() < timeMs)
                .limit(limit)
                .toList();
    }
}
