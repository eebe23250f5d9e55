package io.danmaku.dm.inbound;

import io.danmaku.protocol.log.DirectMessage;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The table {@code content_version}: bodies that messages had, by the records that gave them. */
final class ModelVersions {
    private final Map<String, TreeMap<Long, String>> rows = new TreeMap<>();
    private final Map<String, Long> deletedAt = new TreeMap<>();

    NavigableMap<Long, String> of(String mid) {
        return rows.computeIfAbsent(mid, k -> new TreeMap<>());
    }

    /** One that is written when its message lives no more is a row without a body, and takes none away. */
    void put(DirectMessage of, long logIndex, String body, long nowMs) {
        if (logIndex + 1 <= deletedAt.getOrDefault(of.mid(), Long.MIN_VALUE)) {
            return;
        }
        String before = of(of.mid()).putIfAbsent(logIndex, "");
        if (!body.isEmpty() && !of.expiredAt(nowMs)) {
            ModelTables.same(before == null || before.isEmpty() ? null : before, body);
            of(of.mid()).put(logIndex, body);
        }
    }

    void delete(String mid, long timestamp) {
        deletedAt.merge(mid, timestamp, Math::max);
        of(mid).headMap(timestamp, false).clear();
    }
}
