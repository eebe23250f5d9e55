package io.danmaku.bench.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.bench.machine.ThreadUse.Group;
import io.danmaku.bench.report.Figures;
import java.io.IOException;

/** What all processes of a run have done up to a moment. */
record Sample(EdgeSample edge, JsonNode counted, ProcessUse swarm, ProcessUse own) {
    private static final double NS_PER_S = 1e9;
    private static final double MS_PER_S = 1_000;
    private static final double US_PER_S = 1e6;

    static Sample of(Hub hub, Crowd crowd) throws IOException, InterruptedException {
        return new Sample(
                EdgeSample.of(hub),
                crowd.count(),
                crowd.use(),
                ProcessUse.of(ProcessHandle.current().pid()));
    }

    /** Tells what was delivered between two samples, and what it cost. */
    static void costs(Figures figures, Load load, Sample before, Sample after) {
        double swarmS = after.since(before, "atNs") / NS_PER_S;
        double events = after.since(before, "events");
        double frames = after.since(before, "frames");
        double bytes = after.since(before, "bytes");
        double compressed = after.since(before, "compressed");
        EdgeSample from = before.edge;
        EdgeSample to = after.edge;
        double edgeS = (to.atNs() - from.atNs()) / NS_PER_S;
        double cpuS = to.process().cpuS() - from.process().cpuS();
        figures.put("offered, deliveries/s", load.offered())
                .put("delivered, deliveries/s", events / swarmS)
                .put("events a frame", events / frames)
                .put("frames/s to a viewer", frames / swarmS / load.viewers())
                .put("bytes a frame", bytes / frames)
                .put("bytes a delivery", bytes / events);
        if (compressed > 0) {
            figures.put("frames that came compressed, %", compressed / frames * 100);
        }
        figures.put("edge CPU, cores", cpuS / edgeS)
                .put("of it event loops", cores(from, to, Group.EVENT_LOOPS))
                .put("of it broadcaster", cores(from, to, Group.BROADCASTER))
                .put("of it Pulsar's client", cores(from, to, Group.PULSAR))
                .put("of it the rest (compiler, collector, ...)", cores(from, to, Group.REST))
                .put("deliveries per edge CPU-second", events / swarmS / (cpuS / edgeS))
                .put("writes per event-loop CPU-second", frames / swarmS / cores(from, to, Group.EVENT_LOOPS))
                .put("edge only p50, ms", to.told().percentileMs(from.told(), 50))
                .put("edge only p99, ms", to.told().percentileMs(from.told(), 99))
                .put("edge RSS at the end, MiB", to.process().rssMib())
                .put("edge GC pauses", to.pauses() - from.pauses())
                .put("edge GC pauses together, ms", (to.pausedS() - from.pausedS()) * MS_PER_S)
                .put("swarm CPU, cores", (after.swarm.cpuS() - before.swarm.cpuS()) / swarmS)
                .put("swarm CPU a frame, us", (after.swarm.cpuS() - before.swarm.cpuS()) * US_PER_S / frames)
                .put("publishers CPU, cores", (after.own.cpuS() - before.own.cpuS()) / swarmS);
    }

    private double since(Sample before, String what) {
        return counted.path(what).asDouble() - before.counted.path(what).asDouble();
    }

    private static double cores(EdgeSample from, EdgeSample to, Group group) {
        return (to.threads().cpuS(group) - from.threads().cpuS(group)) / ((to.atNs() - from.atNs()) / NS_PER_S);
    }
}
