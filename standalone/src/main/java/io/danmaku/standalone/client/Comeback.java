package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.random.RandomGenerator;

/**
 * When a client comes back: as the hub asked, so that the clients of a lost edge do not come at once, and where it asked
 * nothing, or the try failed, after a growing pause. Event loop only.
 */
final class Comeback {
    /** A hub that asks for a longer pause is not obeyed. */
    private static final long ASKED_MS_MAX = 600_000;

    private final long backoffMsMin;
    private final long backoffMsMax;
    private long backoffMs;
    /** The window that the hub told on the connection in use. */
    private long windowMinMs;

    private long windowMaxMs = -1;
    private long byeMs = -1;

    Comeback(long backoffMsMin, long backoffMsMax) {
        this.backoffMsMin = backoffMsMin;
        this.backoffMsMax = backoffMsMax;
        backoffMs = backoffMsMin;
    }

    /** Takes a {@code reconnect} of the hub: it holds when this connection breaks. What is no such thing is passed over. */
    void window(JsonNode told) {
        long minMs = told.path("minMs").asLong(-1);
        long maxMs = told.path("maxMs").asLong(-1);
        if (minMs >= 0 && maxMs >= minMs && maxMs <= ASKED_MS_MAX) {
            windowMinMs = minMs;
            windowMaxMs = maxMs;
        }
    }

    /** Takes a {@code bye} of the hub, which closes the connection now. */
    void bye(JsonNode told) {
        long retryMs = told.path("retryMs").asLong(-1);
        if (retryMs <= ASKED_MS_MAX) {
            byeMs = retryMs;
        }
    }

    /** The connection is of use: the next growing pause is short again. */
    void settled() {
        backoffMs = backoffMsMin;
    }

    /**
     * How long to wait now that the connection has ended, or a try has failed.
     *
     * @param broken it ended without a closing frame: the edge may be gone, with all its clients
     */
    long pauseMs(boolean broken, RandomGenerator random) {
        long pauseMs;
        if (byeMs >= 0) {
            pauseMs = byeMs;
        } else if (broken && windowMaxMs >= 0) {
            pauseMs = windowMinMs + random.nextLong(windowMaxMs - windowMinMs + 1);
        } else {
            // between half of it and all of it
            pauseMs = backoffMs / 2 + random.nextLong(backoffMs / 2 + 1);
            backoffMs = Math.min(backoffMsMax, backoffMs * 2);
        }
        byeMs = -1;
        windowMaxMs = -1;
        return Math.max(1, pauseMs);
    }
}
