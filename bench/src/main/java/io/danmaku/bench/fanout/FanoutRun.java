package io.danmaku.bench.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.ceiling.CeilingRun;
import io.danmaku.bench.load.Publishers;
import io.danmaku.bench.load.Schedule;
import io.danmaku.bench.machine.ChildJvm;
import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.bench.machine.ThreadUse.Group;
import io.danmaku.bench.report.Figures;
import io.danmaku.bench.report.Report;
import io.danmaku.bench.swarm.Swarm;
import io.danmaku.bench.swarm.SwarmPlan;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** One run: viewers come, messages flow, samples are taken at the edges of the measured stretch, then the bare loop does the same. */
final class FanoutRun {
    private static final List<String> SWARM_JVM = List.of("-Xms64m", "-Xmx1g", "-XX:+UseSerialGC");
    private static final long START_S_MAX = 60;
    private static final long JOIN_S_MAX = 120;
    private static final long FINISH_S_MAX = 60;
    private static final double NS_PER_S = 1e9;
    private static final double KIB_PER_MIB = 1024;
    private static final double US_PER_MS = 1_000;
    private static final double MS_PER_S = 1_000;
    private static final double US_PER_S = 1e6;

    private final Hub hub;
    private final Load load;
    private final Publishers publishers;
    private final Figures figures = new Figures();
    private long wrong;
    private Histogram latencyUs = new Histogram(3);

    FanoutRun(Hub hub, Load load, Publishers publishers) {
        this.hub = hub;
        this.load = load;
        this.publishers = publishers;
    }

    Figures figures() {
        return figures;
    }

    /** From the intended time of sending until a checking viewer has read it. */
    Histogram latencyUs() {
        return latencyUs;
    }

    /** Things that must not be: lost, doubled, out of order, left out, refused, not answered. */
    long wrong() {
        return wrong;
    }

    void run(List<String> rooms, String secret) throws IOException, InterruptedException {
        URI edge = hub.watched();
        try (ChildJvm swarm = new ChildJvm(Swarm.class, SWARM_JVM)) {
            swarm.tell(new SwarmPlan(
                            edge.getHost(),
                            edge.getPort(),
                            rooms,
                            secret,
                            load.viewers(),
                            load.checkedPercent(),
                            load.swarmLoops())
                    .command());
            swarm.hear("ready", START_S_MAX);
            if (load.rampMs() == 0) {
                join(swarm);
            }
            measure(swarm);
        }
        if (load.ceilingSeconds() > 0) {
            ceiling();
        }
    }

    private void join(ChildJvm swarm) throws IOException, InterruptedException {
        EdgeSample before = EdgeSample.of(hub);
        swarm.tell(Map.of("do", "go", "rampMs", load.rampMs()));
        JsonNode joined = swarm.hear("joined", JOIN_S_MAX);
        EdgeSample after = EdgeSample.of(hub);
        int failed = joined.path("failed").asInt();
        wrong += failed;
        double seconds = joined.path("ms").asDouble() / MS_PER_S;
        double cpuS = after.process().cpuS() - before.process().cpuS();
        int came = load.viewers() - failed;
        figures.put("all joined after, ms", joined.path("ms").asDouble())
                .put("joins/s", came / seconds)
                .put("connect to joined p50, ms", joined.path("joinP50Us").asDouble() / US_PER_MS)
                .put("connect to joined p99, ms", joined.path("joinP99Us").asDouble() / US_PER_MS)
                .put("joins per edge CPU-second, all it did", came / cpuS)
                .put("viewers that did not join", failed);
        if (load.rampMs() == 0) {
            double grownKib = (after.process().rssMib() - before.process().rssMib()) * KIB_PER_MIB;
            figures.put("edge RSS with all joined, MiB", after.process().rssMib())
                    .put("edge RSS grown by a viewer, KiB", grownKib / load.viewers());
        }
    }

    private void measure(ChildJvm swarm) throws IOException, InterruptedException {
        Schedule warm = new Schedule(System.nanoTime(), load.rate(), load.warmUp());
        Schedule measured = new Schedule(warm.endNs(), load.rate(), load.seconds());
        swarm.tell(Map.of("do", "measure", "fromNs", measured.fromNs(), "toNs", measured.endNs()));
        // on a thread of its own: taking samples must not hold messages up
        CompletableFuture<Void> sending = new CompletableFuture<>();
        Thread sender = new Thread(
                () -> {
                    try {
                        publishers.send(warm);
                        publishers.acknowledgedUs(); // of the warm-up
                        publishers.send(measured);
                        sending.complete(null);
                    } catch (RuntimeException failed) {
                        sending.completeExceptionally(failed);
                    }
                },
                "sender");
        sender.setDaemon(true);
        sender.start();

        parkUntil(measured.fromNs());
        Sample before = sample(swarm);
        if (load.rampMs() > 0) {
            join(swarm);
        }
        parkUntil(measured.endNs());
        Sample after = sample(swarm);
        try {
            sending.get(FINISH_S_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw new IOException("the publishers did not come to their end", failed);
        }
        publishers.awaitResults();
        swarm.tell(Map.of("do", "finish", "heads", publishers.heads()));
        JsonNode finished = swarm.hear("finished", FINISH_S_MAX);
        costs(before, after);
        latency(finished);
        faults(finished);
    }

    /** What all processes of a run have done so far. */
    private record Sample(EdgeSample edge, JsonNode swarm, ProcessUse swarmUse, ProcessUse ownUse) {}

    private Sample sample(ChildJvm swarm) throws IOException, InterruptedException {
        swarm.tell(Map.of("do", "count"));
        return new Sample(
                EdgeSample.of(hub),
                swarm.hear("counted", START_S_MAX),
                ProcessUse.of(swarm.pid()),
                ProcessUse.of(ProcessHandle.current().pid()));
    }

    private static void parkUntil(long atNs) {
        for (long left = atNs - System.nanoTime(); left > 0; left = atNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void costs(Sample before, Sample after) {
        double swarmS = (counted(after, "atNs") - counted(before, "atNs")) / NS_PER_S;
        double events = counted(after, "events") - counted(before, "events");
        double frames = counted(after, "frames") - counted(before, "frames");
        double bytes = counted(after, "bytes") - counted(before, "bytes");
        EdgeSample from = before.edge;
        EdgeSample to = after.edge;
        double edgeS = (to.atNs() - from.atNs()) / NS_PER_S;
        double cpuS = to.process().cpuS() - from.process().cpuS();
        figures.put("offered, deliveries/s", load.offered())
                .put("delivered, deliveries/s", events / swarmS)
                .put("events a frame", events / frames)
                .put("frames/s to a viewer", frames / swarmS / load.viewers())
                .put("bytes a frame", bytes / frames)
                .put("bytes a delivery", bytes / events)
                .put("edge CPU, cores", cpuS / edgeS)
                .put("of it event loops", cores(from, to, Group.EVENT_LOOPS))
                .put("of it broadcaster", cores(from, to, Group.BROADCASTER))
                .put("of it Pulsar's client", cores(from, to, Group.PULSAR))
                .put("of it the rest (compiler, collector, ...)", cores(from, to, Group.REST))
                .put("deliveries per edge CPU-second", events / swarmS / (cpuS / edgeS))
                .put("writes per event-loop CPU-second", frames / swarmS / cores(from, to, Group.EVENT_LOOPS))
                .put("edge RSS at the end, MiB", to.process().rssMib())
                .put("edge GC pauses", to.pauses() - from.pauses())
                .put("edge GC pauses together, ms", (to.pausedS() - from.pausedS()) * MS_PER_S)
                .put("swarm CPU, cores", (after.swarmUse.cpuS() - before.swarmUse.cpuS()) / swarmS)
                .put("swarm CPU a frame, us", (after.swarmUse.cpuS() - before.swarmUse.cpuS()) * US_PER_S / frames)
                .put("publishers CPU, cores", (after.ownUse.cpuS() - before.ownUse.cpuS()) / swarmS);
    }

    private static double counted(Sample sample, String what) {
        return sample.swarm.path(what).asDouble();
    }

    private static double cores(EdgeSample from, EdgeSample to, Group group) {
        return (to.threads().cpuS(group) - from.threads().cpuS(group)) / ((to.atNs() - from.atNs()) / NS_PER_S);
    }

    private void latency(JsonNode finished) throws IOException {
        byte[] packed = Base64.getDecoder().decode(finished.path("latencyUs").asText());
        try {
            latencyUs = Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(packed), 0);
        } catch (DataFormatException torn) {
            throw new IOException("the swarm's latencies cannot be read", torn);
        }
        long nowMs = System.currentTimeMillis();
        latencyUs.setStartTimeStamp(nowMs - load.seconds() * (long) MS_PER_S);
        latencyUs.setEndTimeStamp(nowMs);
        Report.percentiles(figures, latencyUs);
        Histogram acknowledged = publishers.acknowledgedUs();
        figures.put("latencies taken", latencyUs.getTotalCount())
                .put("acknowledged p50, ms", acknowledged.getValueAtPercentile(50) / US_PER_MS)
                .put("acknowledged p99, ms", acknowledged.getValueAtPercentile(99) / US_PER_MS);
    }

    private void faults(JsonNode finished) {
        for (String fault : List.of("lost", "doubled", "disordered", "miscounted", "skipped", "dropped")) {
            wrong += finished.path(fault).asLong();
            figures.put(fault, finished.path(fault).asLong());
        }
        wrong += publishers.refused() + publishers.unanswered();
        figures.put("sends refused", publishers.refused()).put("sends without a result", publishers.unanswered());
    }

    private void ceiling() throws IOException, InterruptedException {
        CeilingRun bare = CeilingRun.of(
                load.viewers(),
                load.rooms(),
                load.swarmLoops(),
                (int) Math.round(figures.get("bytes a frame")),
                figures.get("frames/s to a viewer"),
                load.ceilingSeconds());
        figures.put("bare loop: writes per CPU-second", bare.writesPerCpuS())
                .put("bare loop: writes/s", bare.writes() / bare.seconds())
                .put("bare loop: writes not taken whole", bare.partial())
                .put(
                        "edge's writes to the bare ones",
                        figures.get("writes per event-loop CPU-second") / bare.writesPerCpuS());
    }
}
