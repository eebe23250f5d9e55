package io.danmaku.edge.audience;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** Counts what is handed to sockets, once a run of an audience; without a lock or an object. */
public final class Deliveries {
    private final LongAdder events = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder bytesSaved = new LongAdder();
    private final LongAdder framesCompressed = new LongAdder();
    private final LongAdder frames = new LongAdder();
    private final LongConsumer toldNs;

    /** @param toldNs takes how long it was from an event's reading until the viewers of a loop had it, nanoseconds; from any thread */
    public Deliveries(LongConsumer toldNs) {
        this.toldNs = toldNs;
    }

    /**
     * Frames went to sockets.
     *
     * @param saved bytes that they would have more, were none compressed
     */
    void count(int framesWritten, long eventsInFrames, long frameBytes, long saved) {
        frames.add(framesWritten);
        events.add(eventsInFrames);
        bytes.add(frameBytes);
        if (saved > 0) {
            bytesSaved.add(saved);
        }
    }

    /** All viewers of a room on one loop have been written to. */
    void told(long ns) {
        toldNs.accept(ns);
    }

    public long frames() {
        return frames.sum();
    }

    public long events() {
        return events.sum();
    }

    /** Bytes of frames. */
    public long bytes() {
        return bytes.sum();
    }

    public long bytesSaved() {
        return bytesSaved.sum();
    }

    /** Counted where rooms compress: at most two a batch. */
    public LongAdder framesCompressed() {
        return framesCompressed;
    }
}
