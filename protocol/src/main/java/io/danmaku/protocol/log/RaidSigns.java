package io.danmaku.protocol.log;

import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RoomKey;
import java.util.regex.Pattern;

/**
 * A record of {@link Topics#raidSigns()}: what one edge sees in a room, of the last {@link #WINDOW_S} seconds, that may be a raid. Told every 2 s for as long as
 * it is {@link #worthTelling}; nobody waits for it, and a lost one is made good by the next.
 *
 * @param edge incarnation, as text
 * @param epoch the room's
 * @param joins who came to the room on this edge, and not back with an offset
 * @param young of them, with young accounts
 * @param speakers different users among the chats that were looked at, by the room's log: all edges see about the same
 * @param similar of them, who said the same
 */
public record RaidSigns(String edge, RoomKey room, String epoch, int joins, int young, int speakers, int similar) {
    public static final int WINDOW_S = 10;

    /** Of fewer people a share says nothing. */
    public static final int PEOPLE_MIN = 20;

    /**
     * An edge tells of a room from this part of the threshold for joins on: as many edges with the same share each see enough of what is too much for the room
     * together.
     */
    static final int EDGES_EVEN = 16;

    private static final Pattern EDGE = Pattern.compile("[0-9a-z]{1,13}");
    /** More is a forged one, whatever the edge. */
    private static final int COUNT_MAX = 10_000_000;

    /** Whether it can have been told by an edge. */
    public boolean sound() {
        return edge != null
                && EDGE.matcher(edge).matches()
                && room != null
                && epoch != null
                && isPart(young, joins)
                && isPart(similar, speakers);
    }

    private static boolean isPart(int part, int whole) {
        return part >= 0 && part <= whole && whole <= COUNT_MAX;
    }

    /** Whether room-service has to know, under a room's rules. */
    public boolean worthTelling(RaidRules rules) {
        return joins * (long) EDGES_EVEN >= rules.joinsPerSecond() * (long) WINDOW_S
                || (young * EDGES_EVEN >= PEOPLE_MIN && isHalf(young, joins, rules.youngPercent()))
                || (speakers >= PEOPLE_MIN && isHalf(similar, speakers, rules.similarPercent()));
    }

    private static boolean isHalf(int part, int whole, int percent) {
        return part * 200L >= (long) whole * percent;
    }
}
