package io.danmaku.edge.broadcast;

import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.log.RoomRecord;

/**
 * What is left out beyond the rooms' policies while the edge has more to do than it can. Only BEST_EFFORT events, and none of hosts or
 * moderators but likes, which are added up and nobody's any more.
 *
 * @param budgetPercent what is left of a room's budget, 1..100
 * @param unlimitedPerSecond BEST_EFFORT events a second of a room without a budget; 0 = no limit
 * @param shedding whether likes and enters are left out
 */
public record Restraint(int budgetPercent, int unlimitedPerSecond, boolean shedding) {
    /** Nothing. */
    public static final Restraint NONE = new Restraint(100, 0, false);

    private static final int ALL_PERCENT = 100;

    /** @param perSecond the policy's, 0 = no limit */
    int budget(int perSecond) {
        return perSecond == 0
                ? unlimitedPerSecond
                : Math.max(1, (int) ((long) perSecond * budgetPercent / ALL_PERCENT));
    }

    boolean sheds(RoomRecord record) {
        return shedding && (record.type() == EventType.LIKE || (record.type() == EventType.ENTER && !record.ranking()));
    }
}
