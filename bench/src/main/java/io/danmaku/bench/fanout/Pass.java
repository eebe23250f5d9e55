package io.danmaku.bench.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.load.Voices;
import io.danmaku.bench.machine.PackedHistogram;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.bench.report.Figures;
import io.danmaku.bench.report.Report;
import io.danmaku.bench.swarm.Habits;
import io.danmaku.protocol.token.Tokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/**
 * A crowd's whole life: viewers come, messages flow, something happens, all has arrived, viewers go. Samples are taken at the edges of the
 * measured stretch. Main thread.
 */
final class Pass {
    private static final long FINISH_S_MAX = 60;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final double KIB_PER_MIB = 1024;
    private static final double US_PER_MS = 1_000;
    private static final double MS_PER_S = 1_000;

    private final Hub hub;
    private final Load load;
    private final Habits habits;
    private final Happening happening;
    private final Outcome outcome = new Outcome();
    private Crowd crowd;

    Pass(Hub hub, Load load, Habits habits, Happening happening) {
        this.hub = hub;
        this.load = load;
        this.habits = habits;
        this.happening = happening;
    }

    Hub hub() {
        return hub;
    }

    Load load() {
        return load;
    }

    Crowd crowd() {
        return crowd;
    }

    Outcome outcome() {
        return outcome;
    }

    Outcome run(List<String> rooms, String secret) throws IOException, InterruptedException {
        try (Voices voices = new Voices(hub.published(), new Tokens(secret), rooms, load.streams());
                Crowd viewers = new Crowd(hub.watched(), load, rooms, secret, habits)) {
            crowd = viewers;
            if (happening.viewersFirst()) {
                join(0);
            }
            flow(voices);
        }
        return outcome;
    }

    /** Lets the viewers come and tells what that was like. */
    void join(int rampMs) throws IOException, InterruptedException {
        EdgeSample before = EdgeSample.of(hub);
        JsonNode joined = crowd.join(rampMs);
        EdgeSample after = EdgeSample.of(hub);
        int failed = joined.path("failed").asInt();
        double seconds = joined.path("ms").asDouble() / MS_PER_S;
        double cpuS = after.process().cpuS() - before.process().cpuS();
        int came = load.viewers() - failed;
        outcome.figures()
                .put("all joined after, ms", joined.path("ms").asDouble())
                .put("joins/s", came / seconds)
                .put("connect to joined p50, ms", joined.path("joinP50Us").asDouble() / US_PER_MS)
                .put("connect to joined p99, ms", joined.path("joinP99Us").asDouble() / US_PER_MS)
                .put("joins per edge CPU-second, all it did", came / cpuS);
        outcome.fault("viewers that did not join", failed);
        if (rampMs == 0) {
            double grownKib = (after.process().rssMib() - before.process().rssMib()) * KIB_PER_MIB;
            outcome.figures()
                    .put("edge RSS with all joined, MiB", after.process().rssMib())
                    .put("edge RSS grown by a viewer, KiB", grownKib / load.viewers());
        }
    }

    private void flow(Voices voices) throws IOException, InterruptedException {
        long nowNs = System.nanoTime();
        long fromNs = nowNs + load.warmUp() * NS_PER_S;
        Happening.Stretch stretch = new Happening.Stretch(fromNs, fromNs + load.seconds() * NS_PER_S);
        crowd.measure(stretch.fromNs(), stretch.toNs(), happening.parts());
        CompletableFuture<Void> sending = voices.send(nowNs, load.warmUp(), load.seconds());

        Sleep.until(stretch.fromNs());
        Sample before = Sample.of(hub, crowd);
        happening.during(this, stretch);
        Sleep.until(stretch.toNs());
        Sample after = happening.edgeStays() ? Sample.of(hub, crowd) : null;
        try {
            sending.get(FINISH_S_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw new IOException("the publishers did not come to their end", failed);
        }
        voices.awaitResults();
        happening.after(this);
        JsonNode finished = crowd.finish(voices.due());
        if (after != null) {
            Sample.costs(outcome.figures(), load, before, after);
        }
        latency(finished, voices);
        faults(finished, voices);
    }

    private void latency(JsonNode finished, Voices voices) throws IOException {
        List<Histogram> parts = new ArrayList<>();
        for (JsonNode part : finished.path("latenciesUs")) {
            parts.add(PackedHistogram.unpack(part.asText()));
            outcome.latencyUs().add(parts.get(parts.size() - 1));
        }
        long nowMs = System.currentTimeMillis();
        outcome.latencyUs().setStartTimeStamp(nowMs - load.seconds() * (long) MS_PER_S);
        outcome.latencyUs().setEndTimeStamp(nowMs);
        Figures figures = outcome.figures();
        Report.percentiles(figures, outcome.latencyUs());
        if (parts.size() == 2) {
            halves(figures, parts.get(0), parts.get(1));
        }
        Histogram acknowledged = voices.acknowledgedUs();
        figures.put("latencies taken", outcome.latencyUs().getTotalCount())
                .put("acknowledged p50, ms", acknowledged.getValueAtPercentile(50) / US_PER_MS)
                .put("acknowledged p99, ms", acknowledged.getValueAtPercentile(99) / US_PER_MS);
    }

    /** Of the viewers that nothing happens to: the half before it and the half after. */
    private static void halves(Figures figures, Histogram first, Histogram second) {
        for (double percentile : new double[] {50, 99}) {
            double before = first.getValueAtPercentile(percentile) / US_PER_MS;
            double after = second.getValueAtPercentile(percentile) / US_PER_MS;
            String p = "latency p" + (int) percentile;
            figures.put(p + " before, ms", before)
                    .put(p + " after, ms", after)
                    .put(p + ", after to before", after / before);
        }
    }

    private void faults(JsonNode finished, Voices voices) {
        for (String fault : List.of("lost", "doubled", "disordered", "miscounted", "skipped")) {
            outcome.fault(fault, finished.path(fault).asLong());
        }
        JsonNode stoppers = finished.path("stoppers");
        Figures figures = outcome.figures();
        long sampled = finished.path("sampled").asLong();
        if (load.bestEffortPerSecond() > 0) {
            figures.put("sampled", sampled);
        } else {
            outcome.fault("sampled", sampled);
        }
        outcome.fault(
                "slow or conflated",
                finished.path("behind").asLong() - stoppers.path("behind").asLong());
        if (habits.stopPercent() > 0) {
            figures.put(
                    "slow or conflated, of who stopped", stoppers.path("behind").asLong());
        }
        if (happening.edgeStays()) {
            outcome.fault(
                    "dropped",
                    finished.path("dropped").asLong() - stoppers.path("dropped").asLong());
        }
        figures.put(
                "RELIABLE events read by who checks", finished.path("reliable").asLong());
        outcome.fault(
                "RELIABLE events missing", finished.path("reliableMissing").asLong());
        outcome.fault("newest values missing", finished.path("stale").asLong());
        outcome.fault("viewers that did not come back", finished.path("away").asLong());
        figures.put("handshakes refused", finished.path("refused").asLong());
        outcome.fault("sends refused", voices.refused());
        outcome.fault("sends without a result", voices.unanswered());
        outcome.refusal(voices.firstRefusal());
    }
}
