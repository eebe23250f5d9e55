package io.danmaku.bench.fanout;

import io.danmaku.bench.load.Stream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is asked of the hub.
 *
 * @param viewers of all rooms together
 * @param rooms the i-th viewer is in the room {@code i mod rooms}
 * @param streams what is sent
 * @param bestEffortPerSecond the rooms' budget, 0: no limit
 * @param seconds measured
 * @param warmUp seconds of the same load before
 * @param checkedPercent of a hundred viewers, how many check every event
 * @param swarmLoops event loops of the viewers' process
 * @param ceilingSeconds of the bare loop, 0: none
 * @param returnMsMax viewers that lost their edge come back within this time, evenly, unless the hub says when
 */
record Load(
        int viewers,
        int rooms,
        List<Stream> streams,
        int bestEffortPerSecond,
        int seconds,
        int warmUp,
        int checkedPercent,
        int swarmLoops,
        int ceilingSeconds,
        int returnMsMax) {

    Load {
        streams = List.copyOf(streams);
    }

    /** Messages a second, over all rooms together. */
    int rate() {
        return streams.stream().mapToInt(Stream::rate).sum();
    }

    /** Deliveries a second when all viewers are there and nothing is sampled. */
    double offered() {
        return (double) rate() * viewers / rooms;
    }

    /** As this, but with other messages. */
    Load withStreams(List<Stream> others) {
        return new Load(
                viewers,
                rooms,
                others,
                bestEffortPerSecond,
                seconds,
                warmUp,
                checkedPercent,
                swarmLoops,
                ceilingSeconds,
                returnMsMax);
    }

    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("viewers", viewers);
        settings.put("rooms", rooms);
        settings.put("streams", streams.stream().map(Stream::describe).toList());
        settings.put("bestEffortPerSecond", bestEffortPerSecond);
        settings.put("seconds", seconds);
        settings.put("warmUp", warmUp);
        settings.put("checkedPercent", checkedPercent);
        settings.put("swarmLoops", swarmLoops);
        settings.put("ceilingSeconds", ceilingSeconds);
        settings.put("returnMsMax", returnMsMax);
        return settings;
    }
}
