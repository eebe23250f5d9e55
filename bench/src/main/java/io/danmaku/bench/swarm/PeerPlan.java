package io.danmaku.bench.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;

/**
 * Who connects where, whatever is spoken there.
 *
 * @param dialog of each viewer
 * @param secret signs the viewers' tokens; empty: there are none
 * @param checkedPercent how many of a hundred viewers take the latency and look for repeats, at least one does
 */
public record PeerPlan(String host, int port, Dialog dialog, String secret, int viewers, int checkedPercent) {
    private static final ObjectMapper JSON = new ObjectMapper();

    boolean checks(int viewer) {
        return SwarmPlan.chosen(viewer, viewers, checkedPercent);
    }

    public Map<String, Object> command() {
        return Map.of("do", "prepare", "plan", this);
    }

    static PeerPlan of(JsonNode command) {
        return JSON.convertValue(command.path("plan"), PeerPlan.class);
    }
}
