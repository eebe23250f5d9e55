package io.danmaku.bench.swarm;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What viewers have got, and what was wrong with it. One thread; sums of several are made on copies. */
final class Counts {
    /** Of the socket, WebSocket frames' heads and all. */
    long bytes;
    /** Batches. */
    long frames;
    /** Batches that came compressed. */
    long compressed;
    /** Events that the batches carry. */
    long events;
    /** Offsets that were left out because of the room's budget. */
    long sampled;
    /** Offsets that were left out because the viewer had fallen behind: {@code slow} and {@code conflated}. */
    long behind;
    /** Offsets that were left out for other reasons, but for repeats. */
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
    /** Of these, closed by the edge with 4004, too slow. */
    long tooSlow;
    /** Handshakes that were answered 503. */
    long refused;
    /** RELIABLE events that checking viewers have read. */
    long reliable;

    void add(Counts other) {
        bytes += other.bytes;
        frames += other.frames;
        compressed += other.compressed;
        events += other.events;
        sampled += other.sampled;
        behind += other.behind;
        skipped += other.skipped;
        lost += other.lost;
        doubled += other.doubled;
        disordered += other.disordered;
        miscounted += other.miscounted;
        dropped += other.dropped;
        tooSlow += other.tooSlow;
        refused += other.refused;
        reliable += other.reliable;
    }

    ObjectNode write(ObjectNode to) {
        return to.put("bytes", bytes)
                .put("frames", frames)
                .put("compressed", compressed)
                .put("events", events)
                .put("sampled", sampled)
                .put("behind", behind)
                .put("skipped", skipped)
                .put("lost", lost)
                .put("doubled", doubled)
                .put("disordered", disordered)
                .put("miscounted", miscounted)
                .put("dropped", dropped)
                .put("tooSlow", tooSlow)
                .put("refused", refused)
                .put("reliable", reliable);
    }
}
