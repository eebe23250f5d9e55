package io.danmaku.edge.connection;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Replies;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.ArrayDeque;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Sends of one event loop's connections that wait to be read back. A send's number carries its loop's index, so that the
 * broadcaster knows where to bring the answer. On the loop only.
 */
final class PendingSends {
    private static final int PENDING_MAX = 65_536;
    private static final int LOOP_BITS = 8;
    private static final int LOOP_MASK = (1 << LOOP_BITS) - 1;
    private static final long NS_PER_MS = 1_000_000;
    private static final long RETRY_MS = 1_000;

    private record Waiting(long sendId, Connection connection, long commandId, Span span, long deadlineNs) {}

    private final int loopIndex;
    private final long resultNs;
    private final Long2ObjectHashMap<Waiting> waiting = new Long2ObjectHashMap<>();
    /** All wait equally long, so the first to expire stands first. */
    private final ArrayDeque<Waiting> byDeadline = new ArrayDeque<>();

    private long count;

    PendingSends(int loopIndex, long resultMs) {
        this.loopIndex = loopIndex;
        resultNs = resultMs * NS_PER_MS;
    }

    static int loopIndex(long sendId) {
        return (int) (sendId & LOOP_MASK);
    }

    /**
     * Takes a send on.
     *
     * @param span of the send, ended with its answer
     * @return the send's number, or -1 when too many wait
     */
    long add(Connection connection, long commandId, Span span, long nowNs) {
        if (waiting.size() >= PENDING_MAX) {
            return -1;
        }
        long sendId = (++count << LOOP_BITS) | loopIndex;
        Waiting w = new Waiting(sendId, connection, commandId, span, nowNs + resultNs);
        waiting.put(sendId, w);
        byDeadline.add(w);
        return sendId;
    }

    /** Read back: acknowledges. */
    void sent(long sendId, long offset, long tsMs, boolean held) {
        Waiting w = waiting.remove(sendId);
        if (w != null) {
            w.span.end();
            w.connection.reply(Replies.sent(w.commandId, offset, tsMs, held));
        }
    }

    void failed(long sendId, Refusal refusal) {
        Waiting w = waiting.remove(sendId);
        if (w != null) {
            refuse(w, refusal);
        }
    }

    /** Tells whoever waited too long that the outcome is unknown. */
    void expire(long nowNs) {
        for (Waiting w = byDeadline.peek(); w != null && w.deadlineNs <= nowNs; w = byDeadline.peek()) {
            byDeadline.poll();
            if (waiting.remove(w.sendId) != null) {
                refuse(w, Refusal.retry(ErrorCode.PENDING, "no result yet: ask again with the same cid", RETRY_MS));
            }
        }
    }

    private static void refuse(Waiting w, Refusal refusal) {
        w.span.setStatus(StatusCode.ERROR, refusal.code().wireName());
        w.span.end();
        w.connection.refuse(w.commandId, refusal);
    }

    int size() {
        return waiting.size();
    }
}
