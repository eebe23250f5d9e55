package io.danmaku.bench.peers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is asked of each server.
 *
 * @param rates messages a second, one after the other
 * @param seconds measured at each rate
 * @param warmUp seconds at each rate before
 * @param checkedPercent of a hundred viewers, how many take the latency
 */
record PeerLoad(int viewers, List<Integer> rates, int seconds, int warmUp, int checkedPercent) {
    PeerLoad {
        rates = List.copyOf(rates);
    }

    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("viewers", viewers);
        settings.put("rates", rates);
        settings.put("seconds", seconds);
        settings.put("warmUp", warmUp);
        settings.put("checkedPercent", checkedPercent);
        return settings;
    }
}
