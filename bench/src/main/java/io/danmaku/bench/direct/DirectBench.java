package io.danmaku.bench.direct;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.load.Schedule;
import io.danmaku.bench.machine.ChildJvm;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.bench.options.Bounds;
import io.danmaku.bench.report.Figures;
import io.danmaku.bench.report.Report;
import io.danmaku.bench.store.BareStore;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.command.DataOption;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code danmaku bench dm}: what an acknowledged direct message costs. A closed loop finds the hub's rate, an open one at half of it takes latencies from when a message was <em>meant</em> to be sent, and then the
 * rows alone are written by dm-service's own statements into the same store: the ceiling.
 */
@Command(
        name = "dm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Direct messages by a closed loop, then at half of its rate, and the bare statements beside them.",
            "Exit code 1 when a send was not acknowledged."
        })
public final class DirectBench implements Callable<Integer> {
    private static final String NAME = "dm";
    private static final String WARM_UP_S = "warm-up, s";
    private static final String ROWS_PER_CPU_S = "rows per CPU-second of the CQL process";
    private static final List<String> STORE_JVM = List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    private static final long STORE_S_MAX = 90;
    private static final long NS_PER_MS = 1_000_000;
    private static final int CONVERSATIONS_MAX = 2_000;
    private static final int SECONDS_MAX = 3_600;
    private static final int WARM_UP_S_MAX = 300;
    private static final int RUNS_MAX = 20;
    private static final int BODY_MAX = 4_000;
    private static final int DEVICES_MAX = 10;
    private static final double THOUSAND = 1_000;
    private static final double US_PER_MS = 1_000;
    private static final double P99 = 99;
    private static final double P999 = 99.9;

    @Mixin
    private DataOption data;

    @Option(
            names = "--conversations",
            defaultValue = "64",
            description =
                    "Conversations, each with one message on its way in the closed loop (default: ${DEFAULT-VALUE}).")
    private int conversations;

    @Option(
            names = "--devices",
            defaultValue = "1",
            description =
                    "Devices of each user, on the edges by turns; the first one sends (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Option(names = "--body", defaultValue = "60", description = "Characters of a message (default: ${DEFAULT-VALUE}).")
    private int bodyChars;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "Measured time of each of the three loops (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "60",
            description = "Seconds before, of each, at least (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--warm-up-max",
            paramLabel = "N",
            description =
                    "Seconds before, of each, at most: it ends when compilers take little (default: 300, or --warm-up).")
    private Integer warmUpMax;

    @Option(names = "--runs", defaultValue = "2", description = "Runs; medians are told (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Sends a second of the open loop (default: half of what the closed one did).")
    private Integer rate;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            description = "Where the report's folder is made (default: bench/results).")
    private Path results;

    @Spec
    private CommandSpec spec;

    private long failed;
    private String firstFailure = "";

    @Override
    public Integer call() throws Exception {
        Bounds.within(spec, "--conversations", conversations, 1, CONVERSATIONS_MAX);
        Bounds.within(spec, "--devices", devices, 1, DEVICES_MAX);
        Bounds.within(spec, "--body", bodyChars, DirectLoad.BODY_MIN, BODY_MAX);
        Bounds.within(spec, "--seconds", seconds, 1, SECONDS_MAX);
        Bounds.within(spec, "--warm-up", warmUp, 0, SECONDS_MAX);
        if (warmUpMax == null) {
            warmUpMax = Math.max(warmUp, WARM_UP_S_MAX);
        }
        Bounds.within(spec, "--warm-up-max", warmUpMax, warmUp, SECONDS_MAX);
        Bounds.within(spec, "--runs", runs, 1, RUNS_MAX);
        if (rate != null) {
            Bounds.within(spec, "--rate", rate, 1, 100_000);
        }
        UpRecord up = data.running();
        if (up == null) {
            return 1;
        }
        if (up.part(PartUse.STORE) == null) {
            System.err.println("the hub's CQL store is not of this launcher: its processor time cannot be read");
            return 1;
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("conversations", conversations);
        settings.put("devices", devices);
        settings.put("bodyChars", bodyChars);
        settings.put("seconds", seconds);
        settings.put("warmUpSeconds", warmUp);
        settings.put("warmUpSecondsMax", warmUpMax);
        settings.put("runs", runs);
        settings.put("edges", up.edges().size());
        Report report = new Report(NAME, settings);
        for (int run = 1; run <= runs; run++) {
            System.err.printf("run %d of %d%n", run, runs);
            run(up, report);
        }
        report.print(System.out);
        Path folder = Report.folder(results == null ? Home.find().root().resolve("bench/results") : results, NAME);
        report.write(folder);
        System.out.println("written to " + folder);
        if (failed > 0) {
            System.out.println("wrong: " + failed + " sends were not acknowledged. " + firstFailure);
        }
        return failed == 0 ? 0 : 1;
    }

    private void run(UpRecord up, Report report) throws IOException, InterruptedException {
        String prefix = "d" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        Figures figures = new Figures();
        Histogram half;
        try (DirectLoad load = new DirectLoad(conversations, prefix, devices, bodyChars)) {
            load.connect(up.edges(), new Tokens(Secret.of(data.folder())));
            double found = closed(up, load, figures);
            half = open(up, load, rate == null ? Math.max(1, (int) (found / 2)) : rate, figures);
            failed += load.count().failed();
            firstFailure = firstFailure.isEmpty() ? load.firstFailure() : firstFailure;
        }
        bare(up, "e" + prefix.substring(1), "m".repeat(bodyChars), figures);
        figures.put(
                "hub's rows to the bare ones",
                figures.get(ROWS_PER_CPU_S) / figures.get("bare loop: " + ROWS_PER_CPU_S));
        report.run(figures, half);
    }

    /** @return acknowledged sends a second */
    private double closed(UpRecord up, DirectLoad load, Figures figures) throws IOException, InterruptedException {
        load.beginClosed();
        figures.put(WARM_UP_S, warmUp(up).of(DirectBench::sleep));
        load.latencies();
        DirectLoad.Count from = load.count();
        PartUse before = PartUse.of(up);
        sleep(seconds);
        DirectLoad.Count to = load.count();
        PartUse after = PartUse.of(up);
        Histogram latencyUs = load.latencies();
        load.end();
        tell(figures, "", from, to, before, after, latencyUs);
        return (to.acknowledged() - from.acknowledged()) / after.secondsSince(before);
    }

    private Histogram open(UpRecord up, DirectLoad load, int perSecond, Figures figures)
            throws IOException, InterruptedException {
        int warmUpS = warmUp(up).of(s -> load.open(new Schedule(System.nanoTime() + NS_PER_MS, perSecond, s)));
        load.end();
        load.latencies();
        load.pushes();
        Schedule measured = new Schedule(System.nanoTime() + NS_PER_MS, perSecond, seconds);
        DirectLoad.Count from = load.count();
        PartUse before = PartUse.of(up);
        load.open(measured);
        load.end();
        PartUse after = PartUse.of(up);
        Histogram latencyUs = load.latencies();
        figures.put("half load: " + WARM_UP_S, warmUpS).put("half load: offered sends/s", (long) perSecond);
        DirectLoad.Count to = load.count();
        tell(figures, "half load: ", from, to, before, after, latencyUs);
        Histogram pushedUs = load.pushes();
        figures.put("half load: pushed to a device, p50, ms", pushedUs.getValueAtPercentile(50) / US_PER_MS)
                .put("half load: pushed to a device, p99, ms", pushedUs.getValueAtPercentile(P99) / US_PER_MS)
                .put("half load: pushed to a device, max, ms", pushedUs.getMaxValue() / US_PER_MS)
                .put(
                        "half load: pushes a message",
                        ((double) to.pushed() - from.pushed()) / (to.acknowledged() - from.acknowledged()));
        return latencyUs;
    }

    private static void tell(
            Figures figures,
            String loop,
            DirectLoad.Count from,
            DirectLoad.Count to,
            PartUse before,
            PartUse after,
            Histogram latencyUs) {
        double sends = (double) to.acknowledged() - from.acknowledged();
        double rows = sends * BareStore.ROWS_OF_MESSAGE
                + (double) (to.secondsMoved() - from.secondsMoved()) * BareStore.ROWS_OF_SECOND;
        figures.put(loop + "acknowledged sends/s", sends / after.secondsSince(before))
                .put(loop + "latency p50, ms", latencyUs.getValueAtPercentile(50) / US_PER_MS)
                .put(loop + "latency p99, ms", latencyUs.getValueAtPercentile(P99) / US_PER_MS)
                .put(loop + "latency p99.9, ms", latencyUs.getValueAtPercentile(P999) / US_PER_MS)
                .put(loop + "latency max, ms", latencyUs.getMaxValue() / US_PER_MS)
                .put(loop + "not acknowledged", to.failed() - from.failed())
                .put(loop + "rows a message", rows / sends)
                .put(loop + "rows/s", rows / after.secondsSince(before))
                .put(loop + ROWS_PER_CPU_S, rows / after.cpuSince(before, PartUse.STORE))
                .put(loop + "sends per CPU-second of the whole hub", sends / after.hubSince(before));
        after.cpuS().keySet().forEach(part -> {
            figures.put(
                    loop + "CPU-seconds of a thousand sends, " + part, after.cpuSince(before, part) / sends * THOUSAND);
        });
        for (PartUse.Besides besides : PartUse.Besides.values()) {
            figures.put(
                    loop + "of all these: " + besides.title, after.besidesSince(before, besides) / sends * THOUSAND);
        }
    }

    private void bare(UpRecord up, String prefix, String body, Figures figures)
            throws IOException, InterruptedException {
        try (ChildJvm store = new ChildJvm(BareStore.class, STORE_JVM)) {
            store.tell(where(up));
            store.hear("ready", STORE_S_MAX);
            store.tell(Map.of("do", "begin", "prefix", prefix, "conversations", conversations, "body", body));
            figures.put("bare loop: " + WARM_UP_S, warmUp(up).of(DirectBench::sleep));
            JsonNode from = count(store, "count");
            PartUse before = PartUse.of(up);
            sleep(seconds);
            JsonNode to = count(store, "count");
            PartUse after = PartUse.of(up);
            long wrong = count(store, "end").path("failed").asLong();
            if (wrong > 0) {
                throw new IOException("the store did not take " + wrong + " messages of the bare loop");
            }
            double messages =
                    to.path("messages").asDouble() - from.path("messages").asDouble();
            double rows = to.path("rows").asDouble() - from.path("rows").asDouble();
            figures.put("bare loop: messages/s", messages / after.secondsSince(before))
                    .put("bare loop: rows a message", rows / messages)
                    .put("bare loop: rows/s", rows / after.secondsSince(before))
                    .put("bare loop: " + ROWS_PER_CPU_S, rows / after.cpuSince(before, PartUse.STORE));
        }
    }

    private static JsonNode count(ChildJvm store, String what) throws IOException, InterruptedException {
        store.tell(Map.of("do", what));
        return store.hear(what.equals("end") ? "ended" : what, STORE_S_MAX);
    }

    /** Where a hub's store is, as {@link BareStore} is told it. */
    static Map<String, String> where(UpRecord up) {
        return Map.of(
                "cql",
                up.addresses().get("cql").toString(),
                "datacenter",
                up.addresses().get("cqlDatacenter").toString(),
                "keyspace",
                "danmaku");
    }

    private WarmUp warmUp(UpRecord up) {
        return new WarmUp(() -> PartUse.of(up), warmUp, warmUpMax);
    }

    private static void sleep(int s) {
        Sleep.until(System.nanoTime() + TimeUnit.SECONDS.toNanos(s));
    }
}
