package io.danmaku.edge.connection;

/**
 * Bounds of a connection; each is a key of {@code config/edge.conf} with its reason there.
 *
 * @param moderatorPerSecond sends into a room where the user is more than a viewer; everything of backends; commands of whoever has a role
 * @param guests whether somebody may come without a token
 * @param reconnectPerSecond clients of this edge that the other edges may get a second when it is lost or stops
 */
public record ConnectionLimits(
        int connectionsMax,
        int frameBytesMax,
        int roomsMax,
        int commandsPerSecond,
        int sendsPerSecond,
        int moderatorPerSecond,
        boolean guests,
        long authenticateMs,
        long idleMs,
        long slowMs,
        long resultMs,
        int reconnectPerSecond) {}
