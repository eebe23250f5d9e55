package io.danmaku.bench.fanout;

import io.danmaku.bench.load.Publishers;
import io.danmaku.bench.report.Report;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.command.DataOption;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.service.RoomClient;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    private static final int RUNS_MAX = 100;
    private static final int LOOPS_MAX = 16;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "SCENARIO",
            defaultValue = "hot-room",
            description =
                    "hot-room (1 room, 1,000 viewers, 100 messages/s; the default), many-rooms (500 rooms of 2), or "
                            + "flash-crowd (0 to 1,000 viewers in 5 s while messages flow). Options go before it.")
    private String name;

    @Mixin
    private DataOption data;

    @Option(names = "--viewers", description = "Viewers of all rooms together.")
    private Integer viewers;

    @Option(names = "--rooms", description = "Rooms.")
    private Integer rooms;

    @Option(names = "--rate", description = "Messages a second, over all rooms together.")
    private Integer rate;

    @Option(names = "--seconds", defaultValue = "30", description = "Measured time (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "20",
            description = "Seconds of the same load before, in each run (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(names = "--runs", defaultValue = "3", description = "Runs; medians are told (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
            names = "--checked",
            paramLabel = "PERCENT",
            defaultValue = "10",
            description =
                    "Viewers that check every event and take its latency, at least one (default: ${DEFAULT-VALUE}).")
    private int checkedPercent;

    @Option(
            names = "--swarm-loops",
            defaultValue = "1",
            description = "Event loops of the viewers' process (default: ${DEFAULT-VALUE}).")
    private int swarmLoops;

    @Option(
            names = "--ceiling-seconds",
            defaultValue = "10",
            description = "Measured time of the bare loop, 0 = without it (default: ${DEFAULT-VALUE}).")
    private int ceilingSeconds;

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
                            + Stream.of(Scenario.values())
                                    .map(Scenario::toString)
                                    .collect(Collectors.joining(", ")));
        }
        Load load = load(scenario);
        UpRecord up = UpFile.running(data.folder()).orElse(null);
        if (up == null) {
            System.err.println("no hub runs on " + data.folder().root() + ": start one with `danmaku up`");
            return 1;
        }
        Hub hub;
        try {
            hub = Hub.of(up, edges);
        } catch (IllegalArgumentException unknown) {
            System.err.println("danmaku: " + unknown.getMessage());
            return 1;
        }
        String secret = Secret.of(data.folder());
        RoomClient api = new RoomClient(up.addresses().get("roomService").toString(), secret);
        List<String> made = new ArrayList<>();
        try {
            create(api, load.rooms(), made);
            return measure(scenario, load, hub, made, secret);
        } finally {
            for (String room : made) {
                api.close(room);
            }
        }
    }

    private Load load(Scenario scenario) {
        return new Load(
                within("--viewers", viewers == null ? scenario.viewers : viewers, 1, VIEWERS_MAX),
                within("--rooms", rooms == null ? scenario.rooms : rooms, 1, ROOMS_MAX),
                within("--rate", rate == null ? scenario.rate : rate, 1, RATE_MAX),
                within("--seconds", seconds, 1, SECONDS_MAX),
                within("--warm-up", warmUp, 0, SECONDS_MAX),
                within("--checked", checkedPercent, 0, 100),
                within("--swarm-loops", swarmLoops, 1, LOOPS_MAX),
                scenario.rampMs,
                // what a crowd costs that is still coming is no steady rate to write at
                scenario.rampMs > 0 ? 0 : within("--ceiling-seconds", ceilingSeconds, 0, SECONDS_MAX));
    }

    private int within(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new ParameterException(spec.commandLine(), option + " is " + min + ".." + max);
        }
        return value;
    }

    private static void create(RoomClient api, int count, List<String> made) throws IOException, InterruptedException {
        String prefix = "bench-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        for (int i = 0; i < count; i++) {
            String room = prefix + "-" + i;
            RoomClient.Answer answer =
                    api.create(Map.of("id", room, "title", "bench", "policy", Map.of("bestEffortPerSecond", 0)));
            if (!answer.ok()) {
                throw new IOException("no room: " + answer.problem());
            }
            made.add(room);
        }
    }

    private int measure(Scenario scenario, Load load, Hub hub, List<String> made, String secret)
            throws IOException, InterruptedException {
        within("--runs", runs, 1, RUNS_MAX);
        long wrong = 0;
        Map<String, Object> settings = new LinkedHashMap<>(load.settings());
        settings.put("runs", runs);
        settings.put("publishersOn", hub.allInOne() ? "the viewers' edge" : "another edge");
        try (Clients clients = new Clients(1);
                Publishers publishers =
                        new Publishers(clients, hub.published(), new Tokens(secret), made, load.rate())) {
            settings.put("publishers", publishers.connections());
            Report report = new Report(scenario.toString(), settings);
            for (int i = 1; i <= runs; i++) {
                System.err.printf(
                        Locale.ROOT,
                        "run %d of %d: %d viewers on %s, %d messages/s by %d connections to %s%n",
                        i,
                        runs,
                        load.viewers(),
                        hub.watched(),
                        load.rate(),
                        publishers.connections(),
                        hub.allInOne() ? "the same edge: its figures are those of all in one" : hub.published());
                FanoutRun run = new FanoutRun(hub, load, publishers);
                run.run(made, secret);
                report.run(run.figures(), run.latencyUs());
                wrong += run.wrong();
            }
            report.print(System.out);
            Path folder = Report.folder(Home.find().root().resolve("bench/results"), scenario.toString());
            report.write(folder);
            System.out.println("written to " + folder);
            if (wrong > 0) {
                System.out.println(
                        wrong + " things went wrong: see the rows from \"lost\" on. " + publishers.firstRefusal());
            }
        }
        return wrong == 0 ? 0 : 1;
    }
}
