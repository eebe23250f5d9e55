package io.danmaku.bench.fanout;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is asked of the hub.
 *
 * @param rooms the i-th viewer is in the room {@code i mod rooms}
 * @param rate messages a second, over all rooms together
 * @param seconds measured
 * @param warmUp seconds of the same load before
 * @param checkedPercent of a hundred viewers, how many check every event
 * @param swarmLoops event loops of the viewers' process
 * @param rampMs in which viewers come while messages flow, 0: before them
 * @param ceilingSeconds of the bare loop, 0: none
 */
record Load(
        int viewers,
        int rooms,
        int rate,
        int seconds,
        int warmUp,
        int checkedPercent,
        int swarmLoops,
        int rampMs,
        int ceilingSeconds) {

    /** Deliveries a second when all viewers are there. */
    double offered() {
        return (double) rate * viewers / rooms;
    }

    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("viewers", viewers);
        settings.put("rooms", rooms);
        settings.put("rate", rate);
        settings.put("seconds", seconds);
        settings.put("warmUp", warmUp);
        settings.put("checkedPercent", checkedPercent);
        settings.put("swarmLoops", swarmLoops);
        settings.put("rampMs", rampMs);
        settings.put("ceilingSeconds", ceilingSeconds);
        return settings;
    }
}
