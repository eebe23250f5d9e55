package io.danmaku.dm.conversation;

/**
 * A read mark to write.
 *
 * @param seq up to which message {@code reader} has read
 * @param received how many messages {@code reader} has received up to that one
 * @param logIndex of the record that says so
 */
public record ReadUpTo(String tenant, String reader, String peer, long seq, long received, long logIndex) {}
