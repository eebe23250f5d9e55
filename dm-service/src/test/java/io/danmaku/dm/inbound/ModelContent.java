package io.danmaku.dm.inbound;

import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.protocol.log.Revision;
import java.util.Map;
import java.util.TreeMap;

/** A row of {@code content}: as it was sent, and cells of what has become of it. */
final class ModelContent {
    final StoredMessage sent;
    private final Map<String, Object> values = new TreeMap<>();
    private final Map<String, Long> timestamps = new TreeMap<>();

    /** @param nowMs when it is written: what lives no more by then is without its body */
    ModelContent(StoredMessage sent, long nowMs) {
        this.sent = sent;
        putBody(sent.message().body(), sent.logIndex() + 1, nowMs);
    }

    /** Of an empty body that was read when it was gone, as of one that lives no more, there is no cell. */
    void putBody(String body, long timestamp, long nowMs) {
        if (!body.isEmpty() && !sent.message().expiredAt(nowMs)) {
            put("body", body, timestamp);
        }
    }

    void put(String column, Object value, long timestamp) {
        if (timestamp >= timestamps.getOrDefault(column, Long.MIN_VALUE)) {
            values.put(column, value);
            timestamps.put(column, timestamp);
        }
    }

    private long number(String column) {
        return (Long) values.getOrDefault(column, 0L);
    }

    private String text(String column) {
        return (String) values.getOrDefault(column, "");
    }

    StoredMessage at(long nowMs) {
        Revision revision = new Revision(
                number("rev"), number("edited_at"), number("recalled_at"), text("by_sender"), text("by_recipient"));
        return new StoredMessage(
                sent.tenant(),
                sent.message().with(text("body"), revision).at(nowMs),
                sent.partition(),
                sent.logIndex(),
                sent.receivedByRecipient(),
                sent.notices());
    }
}
