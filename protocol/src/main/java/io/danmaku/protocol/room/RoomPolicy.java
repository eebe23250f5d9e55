package io.danmaku.protocol.room;

/**
 * A room's rules, checked by the gate of every edge from its local table.
 *
 * @param slowModeMs shortest time between two chats of one viewer, 0 = off, at most 6 h; hosts and moderators are free of it
 * @param whoMaySend weakest role that may send
 * @param textLengthMax longest chat in characters (UTF-16 units), 1..2,000
 * @param bestEffortPerSecond BEST_EFFORT events that reach viewers in a second, above it they are sampled; 0 = no limit, at most 100,000
 * @param retentionHours how long the room's log is kept, 1 h..8,760 h
 */
public record RoomPolicy(
        long slowModeMs, WhoMaySend whoMaySend, int textLengthMax, int bestEffortPerSecond, int retentionHours) {

    public static final RoomPolicy DEFAULT = new RoomPolicy(0, WhoMaySend.EVERYONE, 200, 100, 24);

    public static final long SLOW_MODE_MS_MAX = 6 * 3_600_000L;
    public static final int TEXT_LENGTH_LIMIT = 2_000;
    public static final int BEST_EFFORT_PER_SECOND_MAX = 100_000;
    public static final int RETENTION_HOURS_MAX = 8_760;

    public RoomPolicy {
        require(slowModeMs >= 0 && slowModeMs <= SLOW_MODE_MS_MAX, "slowModeMs is 0.." + SLOW_MODE_MS_MAX);
        require(whoMaySend != null, "whoMaySend is everyone, moderators or host");
        require(textLengthMax >= 1 && textLengthMax <= TEXT_LENGTH_LIMIT, "textLengthMax is 1.." + TEXT_LENGTH_LIMIT);
        require(
                bestEffortPerSecond >= 0 && bestEffortPerSecond <= BEST_EFFORT_PER_SECOND_MAX,
                "bestEffortPerSecond is 0.." + BEST_EFFORT_PER_SECOND_MAX);
        require(
                retentionHours >= 1 && retentionHours <= RETENTION_HOURS_MAX,
                "retentionHours is 1.." + RETENTION_HOURS_MAX);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
