package io.danmaku.edge.roomlog;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RoomRecord;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What a room's viewers on this edge have liked since it was told last: added up, and told as one event, so that a storm of likes is one
 * record a second. What is not told yet is lost with the edge. Any thread; never blocks.
 */
final class Likes {
    private final AtomicLong waiting = new AtomicLong();
    private final BiConsumer<byte[], Consumer<Refusal>> append;
    private final LongAdder lost;
    private volatile boolean ended;

    /**
     * @param append appends a record, and tells only when it was not appended, or (code PENDING) when nobody can say
     * @param lost counts likes that were certainly or perhaps not appended and are not tried again
     */
    Likes(BiConsumer<byte[], Consumer<Refusal>> append, LongAdder lost) {
        this.append = append;
        this.lost = lost;
    }

    void add(int n) {
        waiting.addAndGet(n);
    }

    /** Tells what there is, if there is any. What the log does not take goes with the next. */
    void tell() {
        long n = waiting.getAndSet(0);
        if (n > 0) {
            append.accept(record(n), refusal -> refused(n, refusal));
        }
    }

    /** Tells the last. */
    void end() {
        ended = true;
        tell();
    }

    private void refused(long n, Refusal refusal) {
        if (ended || refusal.code() == ErrorCode.PENDING) {
            lost.add(n); // perhaps it is in the log: told again, it would count twice
        } else {
            waiting.addAndGet(n);
            if (ended) { // meanwhile: nobody tells any more
                lost.add(waiting.getAndSet(0));
            }
        }
    }

    /** Ranking: what stands for many is not left to a draw. */
    private static byte[] record(long n) {
        byte[] json =
                EventDetail.fragment(EventType.LIKE, null, null, Json.object().put("n", n));
        return new RoomRecord(EventType.LIKE, true, false, 1, 0, 0, "", "", "", json).encode();
    }
}
