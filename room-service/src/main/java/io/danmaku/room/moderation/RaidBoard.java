package io.danmaku.room.moderation;

import io.danmaku.protocol.log.RaidSigns;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RoomKey;
import java.util.HashMap;
import java.util.Map;

/**
 * The signs of raids that edges told of late, added up. Bounded, whatever is told: what no place is left for is passed over, and what is not told again goes within
 * seconds.
 */
final class RaidBoard {
    static final int ROOMS_MAX = 1_024;
    static final int EDGES_MAX = 256;
    /** Two looks of an edge and a little: one that is lost makes no hole. */
    static final long KEPT_MS = 5_000;

    private record Heard(RaidSigns signs, long atMs) {}

    /** By room, then edge. */
    private final Map<RoomKey, Map<String, Heard>> rooms = new HashMap<>();

    /**
     * Takes note of what an edge says.
     *
     * @param signs sound ones, of the room's present epoch
     * @return which sign is above its threshold, or null
     */
    String take(RaidSigns signs, RaidRules rules, long nowMs) {
        Map<String, Heard> heard = rooms.get(signs.room());
        if (heard == null) {
            if (rooms.size() >= ROOMS_MAX) {
                forget(nowMs);
            }
            if (rooms.size() >= ROOMS_MAX) {
                return null;
            }
            heard = new HashMap<>();
            rooms.put(signs.room(), heard);
        }
        heard.values().removeIf(one -> isOld(one, nowMs));
        if (heard.size() < EDGES_MAX || heard.containsKey(signs.edge())) {
            heard.put(signs.edge(), new Heard(signs, nowMs));
        }
        return above(heard, rules);
    }

    private static String above(Map<String, Heard> heard, RaidRules rules) {
        long joins = 0;
        long young = 0;
        RaidSigns talk = null;
        for (Heard one : heard.values()) {
            joins += one.signs.joins();
            young += one.signs.young();
            // every edge reads the same log, if not at the same time
            if (talk == null || one.signs.similar() > talk.similar()) {
                talk = one.signs;
            }
        }
        if (joins >= rules.joinsPerSecond() * (long) RaidSigns.WINDOW_S) {
            return joins + " came within " + RaidSigns.WINDOW_S + " s";
        }
        if (joins >= RaidSigns.PEOPLE_MIN && young * 100 >= joins * rules.youngPercent()) {
            return young + " of " + joins + " who came have young accounts";
        }
        return talk != null
                        && talk.speakers() >= RaidSigns.PEOPLE_MIN
                        && talk.similar() * 100L >= (long) talk.speakers() * rules.similarPercent()
                ? talk.similar() + " of " + talk.speakers() + " who spoke said the same"
                : null;
    }

    private static boolean isOld(Heard one, long nowMs) {
        return nowMs - one.atMs > KEPT_MS;
    }

    /** Lets go of what is not told any more. */
    void forget(long nowMs) {
        rooms.values().removeIf(heard -> {
            heard.values().removeIf(one -> isOld(one, nowMs));
            return heard.isEmpty();
        });
    }

    int rooms() {
        return rooms.size();
    }
}
