package io.danmaku.room.room;

/**
 * Bounds of the work on state topics.
 *
 * @param queueMax changes that wait in one group
 * @param writeTimeoutMs for the acknowledgement of a write, and again for reading it back
 * @param claimTimeoutMs for reading a state topic to its end at a take-over
 * @param watchIntervalMs between two looks at another owner
 * @param retryIntervalMs between two tries to become owner although the other one answers
 */
public record StateBounds(
        int queueMax, long writeTimeoutMs, long claimTimeoutMs, long watchIntervalMs, long retryIntervalMs) {}
