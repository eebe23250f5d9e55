package io.danmaku.edge.connection;

/**
 * Bounds of a connection; each is a key of {@code config/edge.conf} with its reason there.
 *
 * @param moderatorPerSecond allowance of whoever has a role above viewer in any room, and of backends
 */
public record ConnectionLimits(
        int connectionsMax,
        int frameBytesMax,
        int roomsMax,
        int commandsPerSecond,
        int sendsPerSecond,
        int moderatorPerSecond,
        long authenticateMs,
        long idleMs,
        long slowMs,
        long resultMs) {}
