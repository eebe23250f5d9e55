package io.danmaku.edge.connection;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;

/**
 * The time in which clients whose connections broke come back, each at a random moment of it: so long that no more than the
 * configured number a second arrive at the other edges.
 *
 * @param perSecond connections a second that the other edges may get
 */
record ReconnectWindow(int perSecond) {
    /** Nobody comes sooner: whoever hands out connections needs a moment to see that an edge is gone. */
    static final long MS_MIN = 100;
    /** A window is not made longer than this: then more come a second. */
    static final long MS_MAX = 120_000;

    /**
     * The end of the window, in milliseconds from the break. It counts for the next power of two of connections, so that it
     * grows in few steps and what was told is never too short in between.
     */
    long maxMs(int connections) {
        long room = connections <= 1 ? 1 : Long.highestOneBit(connections - 1L) << 1;
        return Math.min(MS_MAX, MS_MIN + room * 1_000 / perSecond);
    }

    static ObjectNode json(long maxMs) {
        return Json.object().put("minMs", MS_MIN).put("maxMs", maxMs);
    }
}
