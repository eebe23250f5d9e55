package io.danmaku.edge.roomlog;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which of those who come into a room here are told of: the first of each second, up to a number, and nobody again for a minute. Any
 * thread.
 */
final class Entrances {
    private static final long NS_PER_S = 1_000_000_000;
    private static final long AGAIN_NS = 60 * NS_PER_S;
    /** As many as can be told of in the time after which they are told of again. */
    private static final int TOLD_MAX = 6_000;

    /** When users were told of, the longest ago first. */
    private final Map<String, Long> told = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > TOLD_MAX;
        }
    };

    private long secondBeganNs;
    private int inSecond;

    /** Whether a user who comes now is told of. */
    synchronized boolean announces(String user, int perSecond, long nowNs) {
        if (inSecond == 0 || nowNs - secondBeganNs >= NS_PER_S) {
            secondBeganNs = nowNs;
            inSecond = 0;
        }
        Long last = told.get(user);
        if (inSecond >= perSecond || (last != null && nowNs - last < AGAIN_NS)) {
            return false;
        }
        inSecond++;
        told.remove(user);
        told.put(user, nowNs);
        return true;
    }
}
