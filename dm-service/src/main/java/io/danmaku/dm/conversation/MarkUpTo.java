package io.danmaku.dm.conversation;

/**
 * A mark to write.
 *
 * @param read whether {@code user} has read up to it, else a device of that user has got it
 * @param seq up to which message
 * @param received how many messages {@code user} has received up to that one; of one that is delivered 0
 * @param told whether {@code peer} is to know: not of who is blocked there
 * @param logIndex of the record that says so
 * @param partition of the inbound log
 */
public record MarkUpTo(
        boolean read,
        String tenant,
        String user,
        String peer,
        long seq,
        long received,
        boolean told,
        long logIndex,
        int partition) {}
