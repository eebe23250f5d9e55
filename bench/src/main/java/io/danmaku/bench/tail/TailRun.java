package io.danmaku.bench.tail;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.ceiling.CeilingRun;
import io.danmaku.bench.machine.ChildJvm;
import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.bench.report.Figures;
import io.danmaku.bench.swarm.Swarm;
import io.danmaku.bench.swarm.SwarmPlan;
import io.danmaku.edge.connection.SocketTransport;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** One transport once, and the bare loop with the frames that it wrote. */
final class TailRun {
    private static final List<String> SERVER_JVM =
            List.of("-Xms48m", "-Xmx256m", "-XX:MaxDirectMemorySize=160m", "-XX:+UseSerialGC");
    private static final List<String> SWARM_JVM = List.of("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC");
    private static final long START_S_MAX = 60;
    private static final double SETTLED_SHARE = 0.99;

    private TailRun() {}

    /**
     * What is asked.
     *
     * @param messagesPerSecond over all rooms together
     * @param eventBytes of an event's JSON, but for offset and time
     */
    record Work(
            int viewers,
            int rooms,
            int messagesPerSecond,
            int eventBytes,
            int frameIntervalMs,
            int loops,
            int ringEntries,
            int warmUpSeconds,
            int seconds) {}

    /** Puts the figures of a transport under its name. */
    static void of(SocketTransport transport, Work work, Figures figures) throws IOException, InterruptedException {
        String name = transport + ": ";
        double frames;
        double frameBytes;
        double writesPerCpuS;
        try (ChildJvm server = new ChildJvm(TailServer.class, SERVER_JVM);
                ChildJvm swarm = new ChildJvm(Swarm.class, SWARM_JVM)) {
            server.tell(Map.of(
                    "transport", transport.toString(),
                    "ringEntries", work.ringEntries,
                    "loops", work.loops,
                    "frameIntervalMs", work.frameIntervalMs,
                    "rooms", work.rooms,
                    "eventBytes", work.eventBytes));
            int port = server.hear("ready", START_S_MAX).path("port").asInt();
            swarm.tell(SwarmPlan.raw(port, work.viewers, 1).command());
            swarm.hear("ready", START_S_MAX);
            swarm.tell(Map.of("do", "go", "rampMs", 0));
            int failed = swarm.hear("joined", START_S_MAX).path("failed").asInt();
            if (failed > 0) {
                throw new IOException(failed + " connections failed");
            }
            server.tell(Map.of("do", "accept", "connections", work.viewers));
            server.hear("accepted", START_S_MAX);
            server.tell(Map.of(
                    "do",
                    "feed",
                    "perSecond",
                    work.messagesPerSecond,
                    "warmUpSeconds",
                    work.warmUpSeconds,
                    "seconds",
                    work.seconds));
            JsonNode fed = server.hear("fed", 2L * (work.seconds + work.warmUpSeconds) + START_S_MAX);
            ProcessUse use = ProcessUse.of(server.pid());
            double seconds = fed.path("seconds").asDouble();
            double loopsCpuS = fed.path("loopsCpuS").asDouble();
            double events = fed.path("events").asDouble();
            double offered = (double) work.messagesPerSecond * work.viewers / work.rooms;
            frames = fed.path("batches").asDouble() * work.viewers / work.rooms;
            frameBytes = fed.path("bytes").asDouble() / frames;
            writesPerCpuS = frames / loopsCpuS;
            figures.put(name + "delivered of offered", events / seconds / offered)
                    .put(name + "deliveries/s", events / seconds)
                    .put(name + "event loops, cores", loopsCpuS / seconds)
                    .put(
                            name + "broadcaster, cores",
                            fed.path("broadcasterCpuS").asDouble() / seconds)
                    .put(name + "bytes a write", frameBytes)
                    .put(name + "writes/s to a viewer", frames / seconds / work.viewers)
                    .put(name + "writes per event-loop CPU-second", writesPerCpuS)
                    .put(name + "RSS, MiB", use.rssMib());
            if (events / seconds < offered * SETTLED_SHARE) {
                System.err.println(transport + " did not keep up");
            }
            frames /= seconds;
        }
        CeilingRun bare = CeilingRun.of(
                work.viewers, work.rooms, 1, (int) Math.round(frameBytes), frames / work.viewers, work.seconds);
        figures.put(name + "bare loop beside it, writes per CPU-second", bare.writesPerCpuS())
                .put(name + "to the bare loop's", writesPerCpuS / bare.writesPerCpuS());
    }
}
