package io.danmaku.edge.audience;

import java.util.concurrent.atomic.LongAdder;

/** Counts what is handed to sockets; on the way of every delivery, so without a lock or an object. */
public final class Deliveries {
    private final LongAdder events = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder bytesSaved = new LongAdder();
    private final LongAdder framesCompressed = new LongAdder();

    /**
     * A frame goes to a socket.
     *
     * @param saved bytes that it would have more, were it not compressed
     */
    void count(int eventsInFrame, int frameBytes, int saved) {
        events.add(eventsInFrame);
        bytes.add(frameBytes);
        if (saved > 0) {
            bytesSaved.add(saved);
        }
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
