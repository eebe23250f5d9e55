package io.danmaku.bench.ceiling;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.machine.ChildJvm;
import io.danmaku.bench.swarm.Swarm;
import io.danmaku.bench.swarm.SwarmPlan;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What the bare loop did.
 *
 * @param writes that it made in the measured time
 * @param partial of them, those that a full socket did not take whole
 * @param bytes that the sockets took
 * @param cpuS processor time of the writing thread
 * @param seconds measured
 * @param received bytes that the other side has read by then, those of the warm-up too
 */
public record CeilingRun(long writes, long partial, long bytes, double cpuS, double seconds, long received) {
    private static final List<String> SMALL = List.of("-Xms32m", "-Xmx256m", "-XX:+UseSerialGC");
    private static final long START_S_MAX = 60;
    private static final double WARM_UP_S = 3;

    /**
     * Writes equal frames to so many connections of the swarm.
     *
     * @param groups in which connections are written to: one a room
     * @param frameBytes of each write
     * @param perSecond writes a second to each connection
     */
    public static CeilingRun of(
            int connections, int groups, int swarmLoops, int frameBytes, double perSecond, double seconds)
            throws IOException, InterruptedException {
        try (ChildJvm loop = new ChildJvm(Ceiling.class, SMALL);
                ChildJvm swarm = new ChildJvm(Swarm.class, SMALL)) {
            int port = loop.hear("ready", START_S_MAX).path("port").asInt();
            swarm.tell(SwarmPlan.raw(port, connections, swarmLoops).command());
            swarm.hear("ready", START_S_MAX);
            loop.tell(Map.of("do", "accept", "connections", connections));
            swarm.tell(Map.of("do", "go", "rampMs", 0));
            int failed = swarm.hear("joined", START_S_MAX).path("failed").asInt();
            if (failed > 0) {
                throw new IOException(failed + " connections to the bare loop failed");
            }
            loop.hear("accepted", START_S_MAX);
            loop.tell(Map.of(
                    "do",
                    "write",
                    "bytes",
                    frameBytes,
                    "groups",
                    groups,
                    "perSecond",
                    perSecond,
                    "warmUpSeconds",
                    WARM_UP_S,
                    "seconds",
                    seconds));
            JsonNode written = loop.hear("written", (long) (seconds * 4 + WARM_UP_S) + START_S_MAX);
            swarm.tell(Map.of("do", "count"));
            return new CeilingRun(
                    written.path("writes").asLong(),
                    written.path("partial").asLong(),
                    written.path("bytes").asLong(),
                    written.path("cpuS").asDouble(),
                    written.path("seconds").asDouble(),
                    swarm.hear("counted", START_S_MAX).path("bytes").asLong());
        }
    }

    public double writesPerCpuS() {
        return writes / cpuS;
    }
}
