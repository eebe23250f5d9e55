package io.danmaku.bench.swarm;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What viewers have got, and what was wrong with it. One thread; sums of several are made on copies. */
final class Counts {
    /** Of the socket, WebSocket frames' heads and all. */
    long bytes;
    /** Batches. */
    long frames;
    /** Events that the batches carry. */
    long events;
    /** Offsets that were left out and told so, but for repeats. */
    long skipped;
    /** Offsets that were told to be gone, or were passed over without a word, or never came. */
    long lost;
    /** Offsets or messages that came twice. */
    long doubled;
    /** Events whose offset is not larger than the one before, or not within their frame. */
    long disordered;
    /** Frames whose events and skips do not add up to their range, and frames that cannot be read. */
    long miscounted;
    /** Connections that ended by themselves after they had joined. */
    long dropped;

    void add(Counts other) {
        bytes += other.bytes;
        frames += other.frames;
        events += other.events;
        skipped += other.skipped;
        lost += other.lost;
        doubled += other.doubled;
        disordered += other.disordered;
        miscounted += other.miscounted;
        dropped += other.dropped;
    }

    void write(ObjectNode to) {
        to.put("bytes", bytes)
                .put("frames", frames)
                .put("events", events)
                .put("skipped", skipped)
                .put("lost", lost)
                .put("doubled", doubled)
                .put("disordered", disordered)
                .put("miscounted", miscounted)
                .put("dropped", dropped);
    }
}
