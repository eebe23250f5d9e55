package io.danmaku.edge.roomlog;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.pulsar.client.api.MessageId;

/** Where some offsets of a room lie, kept while reading: Pulsar seeks by message id. Sparse and bounded; any thread. */
final class OffsetIndex {
    private static final int EVERY = 128;
    private static final int ENTRIES_MAX = 4_096;

    private final ConcurrentSkipListMap<Long, MessageId> ids = new ConcurrentSkipListMap<>();

    void saw(long offset, MessageId id) {
        if (offset % EVERY == 0) {
            ids.put(offset, id);
            if (ids.size() > ENTRIES_MAX) {
                ids.pollFirstEntry();
            }
        }
    }

    /** A record at or closely before an offset, or null when none near it is known. */
    MessageId atOrBefore(long offset) {
        Map.Entry<Long, MessageId> floor = ids.floorEntry(offset);
        return floor == null || offset - floor.getKey() > EVERY ? null : floor.getValue();
    }
}
