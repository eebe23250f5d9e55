package io.danmaku.protocol.log;

import io.danmaku.protocol.room.RoomKey;
import java.util.Map;

/**
 * A record of the stats topic: a room's numbers, published when they changed, at most every 2 s, and at once when an edge died.
 *
 * @param online viewers (connections) on all edges
 * @param users distinct users among them
 * @param peak largest {@code online} since the last stream began, or before the first one since the room opened
 * @param perMinute events appended in the last 60 s
 * @param usersEstimated whether {@code users} is an estimate
 * @param devices viewers by kind, those above 0 by wire name; null in a record of an older room-service
 * @param stream numbers of the stream that runs, null = none
 * @param atMs the broker's time that they are of, 0 while no stream runs
 * @param edges by incarnation what was counted of each edge, for who counts next; null while no stream runs, or of too many
 */
public record RoomStats(
        RoomKey room,
        int online,
        int users,
        int peak,
        int perMinute,
        boolean usersEstimated,
        Map<String, Integer> devices,
        Stream stream,
        long atMs,
        Map<String, Counted> edges) {

    /** Keyed with it the stats topic says who counts, an {@code Owner}; keys of rooms have a slash. */
    public static final String COUNTER_KEY = "~counter";

    /**
     * What was counted of a stream so far.
     *
     * @param epoch of the room
     * @param number of the stream in its room
     * @param sinceMs Unix time at which it began
     * @param uniques distinct users who watched, about; null = not known
     * @param messages events that edges appended
     * @param watchSeconds of all connections together
     * @param joins connections that came, those that were there at the begin among them
     */
    public record Stream(
            String epoch, long number, long sinceMs, Long uniques, long messages, long watchSeconds, long joins) {}

    /** How far an edge's own counts, which begin behind its record {@code since}, are contained in a stream's. */
    public record Counted(long since, long sent, long came) {}

    /** Of a room where no stream runs. */
    public RoomStats(RoomKey room, int online, int users, int peak, int perMinute) {
        this(room, online, users, peak, perMinute, false, Map.of(), null, 0, null);
    }

    public static boolean isRoom(String key) {
        return key.indexOf('/') > 0;
    }

    /** Whether viewers are told the same by both. */
    public boolean showsSameAs(RoomStats other) {
        return online == other.online
                && users == other.users
                && peak == other.peak
                && perMinute == other.perMinute
                && usersEstimated == other.usersEstimated
                && (devices == null ? other.devices == null : devices.equals(other.devices));
    }
}
