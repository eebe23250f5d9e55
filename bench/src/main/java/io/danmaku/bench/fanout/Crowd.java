package io.danmaku.bench.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.machine.ChildJvm;
import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.bench.swarm.Habits;
import io.danmaku.bench.swarm.Swarm;
import io.danmaku.bench.swarm.SwarmPlan;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The viewers' process as the harness sees it: what they are told, and what they say. */
final class Crowd implements AutoCloseable {
    private static final List<String> JVM = List.of("-Xms64m", "-Xmx1g", "-XX:+UseSerialGC");
    private static final long ANSWER_S_MAX = 60;
    private static final long JOIN_S_MAX = 120;

    private final ChildJvm swarm;

    /** Starts the process; nobody connects yet. */
    Crowd(URI edge, Load load, List<String> rooms, String secret, Habits habits)
            throws IOException, InterruptedException {
        swarm = new ChildJvm(Swarm.class, JVM);
        try {
            swarm.tell(new SwarmPlan(
                            edge.getHost(),
                            edge.getPort(),
                            rooms,
                            secret,
                            load.viewers(),
                            load.checkedPercent(),
                            load.swarmLoops(),
                            habits)
                    .command());
            swarm.hear("ready", ANSWER_S_MAX);
        } catch (IOException | InterruptedException failed) {
            swarm.close();
            throw failed;
        }
    }

    /** Lets all connect and join, evenly within the time, and waits for them. */
    JsonNode join(int rampMs) throws IOException, InterruptedException {
        swarm.tell(Map.of("do", "go", "rampMs", rampMs));
        return swarm.hear("joined", JOIN_S_MAX + rampMs / 1_000);
    }

    /** @param parts of equal length, whose latencies are told apart */
    void measure(long fromNs, long toNs, int parts) throws IOException {
        swarm.tell(Map.of("do", "measure", "fromNs", fromNs, "toNs", toNs, "parts", parts));
    }

    JsonNode count() throws IOException, InterruptedException {
        return ask("count", "counted");
    }

    /** Those whose habit it is stop reading. */
    JsonNode stop() throws IOException, InterruptedException {
        return ask("stop", "stopped");
    }

    /** They go on, and come back where their connection was closed. */
    JsonNode resume() throws IOException, InterruptedException {
        return ask("resume", "resumed");
    }

    private JsonNode ask(String what, String is) throws IOException, InterruptedException {
        swarm.tell(Map.of("do", what));
        return swarm.hear(is, ANSWER_S_MAX);
    }

    /** Waits until so many have come back and nobody is away, or the time is over. */
    JsonNode back(int of, int secondsMax) throws IOException, InterruptedException {
        swarm.tell(Map.of("do", "back", "of", of, "secondsMax", secondsMax));
        return swarm.hear("back", ANSWER_S_MAX + secondsMax);
    }

    /** @param due see {@link io.danmaku.bench.load.Due#command()} */
    JsonNode finish(Map<String, Object> due) throws IOException, InterruptedException {
        Map<String, Object> command = new HashMap<>(due);
        command.put("do", "finish");
        swarm.tell(command);
        return swarm.hear("finished", ANSWER_S_MAX);
    }

    ProcessUse use() throws IOException {
        return ProcessUse.of(swarm.pid());
    }

    @Override
    public void close() {
        swarm.close();
    }
}
