package io.danmaku.edge.gate;

/**
 * What is remembered of a chat between edges, and asked for, because its room's slow mode or repeats reach further back than what an edge reads
 * of the log when it opens the room: of an ephemeral one nothing.
 *
 * @param key of the sender in the room
 * @param likeness of the text as it is told, 0 where only slow mode reaches so far
 * @param slowMs the interval of slow mode when it does, else 0
 * @param uniqueMs that of repeats when it does, else 0
 * @param unknown whether this edge may have missed what the user said before: that is to be asked for first
 */
public record Earlier(String key, long likeness, long slowMs, long uniqueMs, boolean unknown) {
    /** How long the chat matters. */
    public long reachMs() {
        return Math.max(slowMs, uniqueMs);
    }
}
