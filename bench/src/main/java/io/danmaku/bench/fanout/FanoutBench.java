package io.danmaku.bench.fanout;

import io.danmaku.bench.load.Stream;
import io.danmaku.bench.load.Together;
import io.danmaku.bench.options.Bounds;
import io.danmaku.bench.report.Report;
import io.danmaku.standalone.command.DataOption;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.service.RoomClient;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code danmaku bench fanout}: what a delivery costs the edge with the viewers, beside what a bare write costs on the same machine. */
@Command(
        name = "fanout",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Very many viewers on the hub's first edge, publishers on its last: cost of a delivery, latency, and the bare loop beside it.",
            "Exit code 1 when anything was lost, doubled, out of order, left out or refused."
        })
public final class FanoutBench implements Callable<Integer> {
    private static final int VIEWERS_MAX = 20_000;
    private static final int ROOMS_MAX = 5_000;
    private static final int RATE_MAX = 10_000;
    private static final int SECONDS_MAX = 86_400;
    private static final int RUNS = 3;
    private static final int RUNS_MAX = 100;
    private static final int BUDGET_MAX = 100_000;
    private static final int RETURN_MS_MAX = 600_000;
    private static final int LOOPS_MAX = 16;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "SCENARIO",
            defaultValue = "hot-room",
            description =
                    "hot-room (the default), many-rooms, flash-crowd, slow-viewers, gift-storm, location, reconnect-storm, "
                            + "compression or soak; docs/figures.md says what each does. Options go before it. For example "
                            + "1,000 messages/s: --rate 1000 hot-room")
    private String name;

    @Mixin
    private DataOption data;

    @Option(names = "--viewers", description = "Viewers of all rooms together.")
    private Integer viewers;

    @Option(names = "--rooms", description = "Rooms.")
    private Integer rooms;

    @Option(
            names = "--rate",
            description = "Messages a second of the scenario's first stream, over all rooms together: chats, places.")
    private Integer rate;

    @Option(names = "--seconds", description = "Measured time.")
    private Integer seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "20",
            description = "Seconds of the same load before, in each run (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(names = "--runs", description = "Runs; medians are told (default: 3, of soak 1).")
    private Integer runs;

    @Option(
            names = "--checked",
            paramLabel = "PERCENT",
            description =
                    "Viewers that check every event and take its latency, at least one (default: 10, of location 100).")
    private Integer checkedPercent;

    @Option(
            names = "--swarm-loops",
            defaultValue = "1",
            description = "Event loops of the viewers' process (default: ${DEFAULT-VALUE}).")
    private int swarmLoops;

    @Option(
            names = "--ceiling-seconds",
            description =
                    "Measured time of the bare loop, 0 = without it (default: 10 of hot-room, many-rooms; else 0).")
    private Integer ceilingSeconds;

    @Option(
            names = "--best-effort-per-second",
            paramLabel = "N",
            description = "Budget of each room, 0 = no limit (default: 0, of gift-storm 100).")
    private Integer bestEffortPerSecond;

    @Option(
            names = "--return-max",
            paramLabel = "MS",
            defaultValue = "5000",
            description = "reconnect-storm: viewers come back within this time, unless the hub says when (default: "
                    + "${DEFAULT-VALUE}).")
    private int returnMsMax;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            description = "Where the report's folder is made (default: bench/results).")
    private Path results;

    @Option(
            names = "--edge",
            paramLabel = "URL",
            description = "Edges of the hub to use: viewers on the first, publishers on the last. Default: all it has.")
    private List<URI> edges = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Scenario scenario = Scenario.of(name);
        if (scenario == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "there is no scenario " + name + ", only "
                            + Arrays.stream(Scenario.values())
                                    .map(Scenario::toString)
                                    .collect(Collectors.joining(", ")));
        }
        Load load = load(scenario);
        UpRecord up = data.running();
        if (up == null) {
            return 1;
        }
        try {
            Hub.of(up, edges);
        } catch (IllegalArgumentException unknown) {
            System.err.println("danmaku: " + unknown.getMessage());
            return 1;
        }
        String secret = Secret.of(data.folder());
        RoomClient api = new RoomClient(up.addresses().get("roomService").toString(), secret);
        List<String> named = names(load.rooms());
        try {
            create(api, load, named);
            return measure(scenario, load, named, secret);
        } finally {
            Together.run(named.size(), i -> api.close(named.get(i)));
        }
    }

    private Load load(Scenario scenario) {
        List<Stream> streams = new ArrayList<>(scenario.streams);
        if (rate != null) {
            streams.set(0, streams.get(0).withRate(Bounds.within(spec, "--rate", rate, 1, RATE_MAX)));
        }
        return new Load(
                Bounds.within(spec, "--viewers", or(viewers, scenario.viewers), 1, VIEWERS_MAX),
                Bounds.within(spec, "--rooms", or(rooms, scenario.rooms), 1, ROOMS_MAX),
                streams,
                Bounds.within(
                        spec,
                        "--best-effort-per-second",
                        or(bestEffortPerSecond, scenario.bestEffortPerSecond),
                        0,
                        BUDGET_MAX),
                Bounds.within(spec, "--seconds", or(seconds, scenario.seconds), 1, SECONDS_MAX),
                Bounds.within(spec, "--warm-up", warmUp, 0, SECONDS_MAX),
                Bounds.within(spec, "--checked", or(checkedPercent, scenario.checkedPercent), 0, 100),
                Bounds.within(spec, "--swarm-loops", swarmLoops, 1, LOOPS_MAX),
                Bounds.within(spec, "--ceiling-seconds", or(ceilingSeconds, scenario.ceilingSeconds), 0, SECONDS_MAX),
                Bounds.within(spec, "--return-max", returnMsMax, 0, RETURN_MS_MAX));
    }

    private static int or(Integer asked, int usual) {
        return asked == null ? usual : asked;
    }

    private static List<String> names(int rooms) {
        String prefix = "bench-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        return IntStream.range(0, rooms).mapToObj(i -> prefix + "-" + i).toList();
    }

    private static void create(RoomClient api, Load load, List<String> named) throws IOException, InterruptedException {
        Map<String, Object> policy = Map.of("bestEffortPerSecond", load.bestEffortPerSecond());
        Together.run(named.size(), i -> {
            RoomClient.Answer answer = api.create(Map.of("id", named.get(i), "title", "bench", "policy", policy));
            if (!answer.ok()) {
                throw new IOException("no room: " + answer.problem());
            }
        });
    }

    private int measure(Scenario scenario, Load load, List<String> named, String secret)
            throws IOException, InterruptedException {
        int times = Bounds.within(
                spec,
                "--runs",
                or(runs, scenario == Scenario.SOAK || scenario == Scenario.STEP_LOAD ? 1 : RUNS),
                1,
                RUNS_MAX);
        Map<String, Object> settings = new LinkedHashMap<>(load.settings());
        settings.put("runs", times);
        settings.put(
                "publishersOn", Hub.running(data.folder(), edges).allInOne() ? "the viewers' edge" : "another edge");
        Report report = new Report(scenario.toString(), settings);
        Map<String, String> files = new LinkedHashMap<>();
        List<String> faults = new ArrayList<>();
        for (int i = 1; i <= times; i++) {
            // read anew: an edge that was killed is another process
            Hub hub = Hub.running(data.folder(), edges);
            System.err.printf(
                    Locale.ROOT,
                    "run %d of %d: %d viewers on %s, %s to %s%n",
                    i,
                    times,
                    load.viewers(),
                    hub.watched(),
                    load.streams().stream().map(Stream::describe).collect(Collectors.joining(", ")),
                    hub.allInOne() ? "the same edge: its figures are those of all in one" : hub.published());
            Outcome outcome = FanoutRun.run(scenario, load, hub, data.folder(), named, secret);
            report.run(outcome.figures(), outcome.latencyUs());
            String run = "run" + i + "-";
            outcome.files().forEach((name, content) -> files.put(run + name, content));
            if (outcome.wrong() > 0) {
                faults.add(("run " + i + ": " + outcome.faults() + ". " + outcome.firstRefusal()).strip());
            }
        }
        report.print(System.out);
        Path folder = Report.folder(
                results == null ? Home.find().root().resolve("bench/results") : results, scenario.toString());
        report.write(folder);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
        System.out.println("written to " + folder);
        if (!faults.isEmpty()) {
            System.out.println("wrong: " + String.join("\n", faults));
        }
        return faults.isEmpty() ? 0 : 1;
    }
}
