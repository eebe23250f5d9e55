package io.danmaku.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.load.Schedule;
import io.danmaku.bench.machine.ChildJvm;
import io.danmaku.bench.machine.PackedHistogram;
import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.bench.report.Figures;
import io.danmaku.bench.swarm.PeerPlan;
import io.danmaku.bench.swarm.PeerSwarm;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/** One server under all rates: viewers come once, then messages flow at one rate after the other. */
final class PeerRun {
    static final String CORES = "cores";
    static final String WHOLE_CORES = "cores, all processes";
    static final String PER_CPU_S = "deliveries per CPU-second";
    static final String CPU_US = "CPU a delivery, us";
    static final String P50_MS = "latency p50, ms";
    static final String P99_MS = "latency p99, ms";
    static final String MAX_MS = "latency max, ms";
    static final String DELIVERED = "delivered to offered, %";
    static final String ARRIVED = "arrived in the end, %";
    static final String VIEWER_KIB = "RSS a viewer, KiB";
    static final String BYTES = "bytes a delivery";
    static final String DROPPED = "viewers dropped";
    static final String DOUBLED = "doubled";
    static final String SWARM_CORES = "viewers' process, cores";

    private static final List<String> SWARM_JVM = List.of("-Xms64m", "-Xmx1g", "-XX:+UseSerialGC");
    private static final long START_S_MAX = 60;
    private static final long JOIN_S_MAX = 120;
    private static final long SETTLE_S_MAX = 60;
    private static final double NS_PER_S = 1e9;
    private static final double US_PER_S = 1e6;
    private static final double US_PER_MS = 1_000;
    private static final double KIB_PER_MIB = 1024;
    private static final double PERCENT = 100;

    private final Target target;
    private final PeerLoad load;
    private double viewerKib;
    private long sent;

    PeerRun(Target target, PeerLoad load) {
        this.target = target;
        this.load = load;
    }

    /** Figures by rate, in the order of the load's rates. */
    Map<Integer, Figures> run() throws IOException, InterruptedException {
        Map<Integer, Figures> byRate = new LinkedHashMap<>();
        try (ChildJvm swarm = new ChildJvm(PeerSwarm.class, SWARM_JVM)) {
            swarm.tell(new PeerPlan(
                            target.host(),
                            target.port(),
                            target.viewer(),
                            target.secret(),
                            load.viewers(),
                            load.checkedPercent())
                    .command());
            swarm.hear("ready", START_S_MAX);
            ProcessUse before = use(target.processes().get());
            swarm.tell(Map.of("do", "go"));
            int failed = swarm.hear("joined", JOIN_S_MAX).path("failed").asInt();
            if (failed > 0) {
                throw new IOException(failed + " viewers could not join");
            }
            viewerKib = (use(target.processes().get()).rssMib() - before.rssMib()) * KIB_PER_MIB / load.viewers();
            for (int rate : load.rates()) {
                byRate.put(rate, measure(swarm, rate));
            }
        }
        return byRate;
    }

    private static ProcessUse use(List<Long> pids) {
        double cpuS = 0;
        double rssMib = 0;
        for (long pid : pids) {
            try {
                ProcessUse use = ProcessUse.of(pid);
                cpuS += use.cpuS();
                rssMib += use.rssMib();
            } catch (IOException ended) {
                // one of its children, which come and go
            }
        }
        return new ProcessUse(cpuS, rssMib);
    }

    /** What the processes of a run have done so far. */
    private record Sample(long atNs, ProcessUse server, ProcessUse whole, JsonNode swarm, ProcessUse swarmUse) {}

    private Sample sample(ChildJvm swarm) throws IOException, InterruptedException {
        swarm.tell(Map.of("do", "count"));
        long atNs = System.nanoTime();
        return new Sample(
                atNs,
                use(target.processes().get()),
                use(target.whole()),
                swarm.hear("counted", START_S_MAX),
                ProcessUse.of(swarm.pid()));
    }

    private Figures measure(ChildJvm swarm, int rate) throws IOException, InterruptedException {
        Schedule warm = new Schedule(System.nanoTime(), rate, load.warmUp());
        Schedule measured = new Schedule(warm.endNs(), rate, load.seconds());
        swarm.tell(Map.of("do", "measure", "fromNs", measured.fromNs(), "toNs", measured.endNs()));
        // on a thread of its own: taking samples must not hold messages up
        CompletableFuture<Void> sending = CompletableFuture.runAsync(
                () -> {
                    target.publish().accept(warm);
                    target.publish().accept(measured);
                },
                work -> {
                    Thread sender = new Thread(work, "sender");
                    sender.setDaemon(true);
                    sender.start();
                });
        Sleep.until(measured.fromNs());
        Sample before = sample(swarm);
        Sleep.until(measured.endNs());
        Sample after = sample(swarm);
        try {
            sending.get(SETTLE_S_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw new IOException("the publisher did not come to its end", failed);
        }
        sent += warm.count() + measured.count();
        swarm.tell(Map.of("do", "settle", "events", sent * load.viewers()));
        JsonNode settled = swarm.hear("settled", SETTLE_S_MAX);
        Figures figures = costs(before, after, rate);
        latency(figures, settled);
        double all = (double) sent * load.viewers();
        return figures.put(ARRIVED, settled.path("events").asDouble() / all * PERCENT)
                .put(DROPPED, settled.path("dropped").asLong())
                .put(DOUBLED, settled.path("doubled").asLong());
    }

    private Figures costs(Sample before, Sample after, int rate) {
        double swarmS = (counted(after, "atNs") - counted(before, "atNs")) / NS_PER_S;
        double serverS = (after.atNs - before.atNs) / NS_PER_S;
        double perS = (counted(after, "events") - counted(before, "events")) / swarmS;
        double cores = (after.server.cpuS() - before.server.cpuS()) / serverS;
        double bytesPerS = (counted(after, "bytes") - counted(before, "bytes")) / swarmS;
        Figures figures = new Figures();
        if (!target.whole().isEmpty()) {
            figures.put(WHOLE_CORES, (after.whole.cpuS() - before.whole.cpuS()) / serverS);
        }
        return figures.put(CORES, cores)
                .put(PER_CPU_S, perS / cores)
                .put(CPU_US, cores * US_PER_S / perS)
                .put(DELIVERED, perS / ((double) rate * load.viewers()) * PERCENT)
                .put(BYTES, bytesPerS / perS)
                .put(VIEWER_KIB, viewerKib)
                .put(SWARM_CORES, (after.swarmUse.cpuS() - before.swarmUse.cpuS()) / swarmS);
    }

    private static double counted(Sample sample, String what) {
        return sample.swarm.path(what).asDouble();
    }

    private static void latency(Figures figures, JsonNode settled) throws IOException {
        Histogram us = PackedHistogram.unpack(settled.path("latencyUs").asText());
        if (us.getTotalCount() > 0) {
            figures.put(P50_MS, us.getValueAtPercentile(50) / US_PER_MS)
                    .put(P99_MS, us.getValueAtPercentile(99) / US_PER_MS)
                    .put(MAX_MS, us.getMaxValue() / US_PER_MS);
        }
    }
}
