package io.danmaku.bench.tail;

import io.danmaku.bench.options.Bounds;
import io.danmaku.bench.report.Figures;
import io.danmaku.bench.report.Report;
import io.danmaku.edge.connection.SocketTransport;
import io.danmaku.standalone.folder.Home;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code danmaku bench tail}: what a write costs an edge's event loops by transport, beside what it costs a bare loop. Needs no hub. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "The edge from its ring to its sockets, fed without Pulsar: each transport, and after each the bare loop with equal frames.",
            "Needs no hub."
        })
public final class TailBench implements Callable<Integer> {
    @Option(
            names = "--viewers",
            defaultValue = "1000",
            description = "Viewers of all rooms together (default: ${DEFAULT-VALUE}).")
    private int viewers;

    @Option(names = "--rooms", defaultValue = "1", description = "Rooms (default: ${DEFAULT-VALUE}).")
    private int rooms;

    @Option(
            names = "--rate",
            defaultValue = "1000",
            description = "Messages a second, over all rooms together (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--event-bytes",
            defaultValue = "80",
            description = "Bytes of an event without its offset and time, some 30 more (default: ${DEFAULT-VALUE}).")
    private int eventBytes;

    @Option(
            names = "--frame-interval",
            paramLabel = "MS",
            defaultValue = "50",
            description = "Of a busy room, milliseconds (default: ${DEFAULT-VALUE}).")
    private int frameIntervalMs;

    @Option(names = "--loops", defaultValue = "1", description = "Event loops (default: ${DEFAULT-VALUE}).")
    private int loops;

    @Option(
            names = "--ring-entries",
            defaultValue = "4096",
            description = "Of an io_uring (default: ${DEFAULT-VALUE}).")
    private int ringEntries;

    @Option(
            names = "--transports",
            split = ",",
            description = "Of io_uring, epoll, nio. Default: all that this machine has.")
    private List<String> names = List.of();

    @Option(names = "--seconds", defaultValue = "10", description = "Measured time (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "6", description = "Seconds before (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--runs",
            defaultValue = "3",
            description = "Of each transport, in turns; medians are told (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        TailRun.Work work = new TailRun.Work(
                Bounds.within(spec, "--viewers", viewers, 1, 20_000),
                Bounds.within(spec, "--rooms", rooms, 1, 10_000),
                Bounds.within(spec, "--rate", rate, 1, 100_000),
                Bounds.within(spec, "--event-bytes", eventBytes, 64, 4_096),
                Bounds.within(spec, "--frame-interval", frameIntervalMs, 1, 1_000),
                Bounds.within(spec, "--loops", loops, 1, 64),
                Bounds.within(spec, "--ring-entries", ringEntries, 128, 32_768),
                Bounds.within(spec, "--warm-up", warmUp, 1, 600),
                Bounds.within(spec, "--seconds", seconds, 1, 3_600));
        Bounds.within(spec, "--runs", runs, 1, 100);
        List<SocketTransport> transports = transports();
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("work", work);
        settings.put(
                "transports", transports.stream().map(SocketTransport::toString).toList());
        settings.put("runs", runs);
        Report report = new Report("tail", settings);
        for (int i = 1; i <= runs; i++) {
            Figures figures = new Figures();
            for (SocketTransport transport : transports) {
                System.err.println("run " + i + " of " + runs + ": " + transport);
                TailRun.of(transport, work, figures);
            }
            report.run(figures);
        }
        report.print(System.out);
        Path folder = Report.folder(Home.find().root().resolve("bench/results"), "tail");
        report.write(folder);
        System.out.println("written to " + folder);
        return 0;
    }

    private List<SocketTransport> transports() {
        if (names.isEmpty()) {
            return Stream.of(SocketTransport.values())
                    .filter(SocketTransport::available)
                    .toList();
        }
        return names.stream()
                .map(name -> SocketTransport.choose(name, ringEntries))
                .toList();
    }
}
