package io.danmaku.bench.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What viewers do besides watching.
 *
 * @param stopPercent how many of a hundred stop reading when told to; these check every event, and have small receive buffers
 * @param returns where viewers come back to, {@code host:port}, one after the other, beginning behind the edge they lost; empty: nobody does
 * @param returnMsMin earliest time to come back after an end, unless the hub names one ({@code reconnect} in the answer to {@code auth})
 * @param returnMsMax latest
 * @param deflate offers permessage-deflate
 */
public record Habits(int stopPercent, List<String> returns, int returnMsMin, int returnMsMax, boolean deflate) {
    /** Watch, and nothing else. */
    public static final Habits NONE = new Habits(0, List.of(), 0, 0, false);

    public Habits {
        returns = List.copyOf(returns);
    }

    boolean comeBack() {
        return !returns.isEmpty();
    }

    Map<String, Object> command() {
        return Map.of(
                "stopPercent",
                stopPercent,
                "returns",
                returns,
                "returnMsMin",
                returnMsMin,
                "returnMsMax",
                returnMsMax,
                "deflate",
                deflate);
    }

    static Habits of(JsonNode told) {
        List<String> returns = new ArrayList<>();
        told.path("returns").forEach(edge -> returns.add(edge.asText()));
        return new Habits(
                told.path("stopPercent").asInt(),
                returns,
                told.path("returnMsMin").asInt(),
                told.path("returnMsMax").asInt(),
                told.path("deflate").asBoolean());
    }
}
