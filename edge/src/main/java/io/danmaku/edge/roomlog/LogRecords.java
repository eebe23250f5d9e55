package io.danmaku.edge.roomlog;

import org.apache.pulsar.client.api.Message;

/** What the broker says of a record: its place and its time. */
final class LogRecords {
    private LogRecords() {}

    /** The broker's index + 1, so that an empty room's head is 0. */
    static long offset(Message<?> message) {
        return 1
                + message.getIndex()
                        .orElseThrow(
                                () -> new IllegalStateException(
                                        "the broker gives no index: brokerEntryMetadataInterceptors must have AppendIndexMetadataInterceptor"));
    }

    /** The broker's time, in Unix milliseconds; an ephemeral room's records have only their producer's. */
    static long tsMs(Message<?> message) {
        return message.getBrokerPublishTime().orElse(message.getPublishTime());
    }
}
