package io.danmaku.bench.peers;

import io.danmaku.bench.options.Bounds;
import io.danmaku.bench.report.Figures;
import io.danmaku.bench.report.Report;
import io.danmaku.standalone.command.DataOption;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code danmaku bench peers}: the same viewers and the same messages on the hub and on what else there is, side by side. */
@Command(
        name = "peers",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "The same load on other servers of live messages, one after the other, and on the hub: cost of a delivery and latency in one table.",
            "What is not here is skipped, with a line that says so; scripts/install-bench-peers installs what it can."
        })
public final class PeersBench implements Callable<Integer> {
    private static final int VIEWERS_MAX = 20_000;
    private static final int RATE_MAX = 10_000;
    private static final int SECONDS_MAX = 3_600;
    private static final int PERCENT = 100;

    @Mixin
    private DataOption data;

    @Option(
            names = "--viewers",
            defaultValue = "1000",
            description = "Viewers of one room (default: ${DEFAULT-VALUE}).")
    private int viewers;

    @Option(
            names = "--rates",
            split = ",",
            defaultValue = "10,100,1000",
            description = "Messages a second, one rate after the other (default: ${DEFAULT-VALUE}).")
    private List<Integer> rates;

    @Option(
            names = "--seconds",
            defaultValue = "15",
            description = "Measured time at each rate (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            description = "Seconds of the same load before, at each rate (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--checked",
            paramLabel = "PERCENT",
            defaultValue = "10",
            description = "Viewers that take the latency, at least one (default: ${DEFAULT-VALUE}).")
    private int checkedPercent;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description = "Only servers whose name has one of these words in it.")
    private List<String> only = List.of();

    @Option(names = "--installed", paramLabel = "FOLDER", description = "Where peers are (default: data/bench-peers).")
    private Path installed;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        for (int rate : rates) {
            Bounds.within(spec, "--rates", rate, 1, RATE_MAX);
        }
        PeerLoad load = new PeerLoad(
                Bounds.within(spec, "--viewers", viewers, 1, VIEWERS_MAX),
                rates,
                Bounds.within(spec, "--seconds", seconds, 1, SECONDS_MAX),
                Bounds.within(spec, "--warm-up", warmUp, 0, SECONDS_MAX),
                Bounds.within(spec, "--checked", checkedPercent, 0, PERCENT));
        Path home = Home.find().root();
        Path place = installed == null ? home.resolve("data/bench-peers") : installed;
        PeerTable table = new PeerTable(load);
        if (wanted(PeerTable.HUB)) {
            measureHub(load, table);
        }
        Path folder = Report.folder(home.resolve("bench/results"), "peers");
        for (Peer peer : new Peers(place.toAbsolutePath(), home.resolve("bench/peers")).all()) {
            if (wanted(peer.name())) {
                measure(peer, load, place.resolve("run"), table);
                // a run takes minutes: what is cut short still leaves what it has
                table.write(folder);
            }
        }
        System.out.print(table.text());
        table.write(folder);
        System.out.println("written to " + folder);
        return 0;
    }

    private boolean wanted(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return only.isEmpty() || only.stream().anyMatch(word -> lower.contains(word.toLowerCase(Locale.ROOT)));
    }

    private void measureHub(PeerLoad load, PeerTable table) throws IOException, InterruptedException {
        UpRecord up = UpFile.running(data.folder()).orElse(null);
        if (up == null) {
            String why = "none runs on " + data.folder().root() + ": start one with `danmaku up --edges 2`";
            System.err.println("skipped " + PeerTable.HUB + ": " + why);
            table.skip(PeerTable.HUB, why);
            return;
        }
        int rateMax = rates.stream().mapToInt(Integer::intValue).max().orElseThrow();
        try (HubTarget hub = new HubTarget(up, Secret.of(data.folder()), rateMax)) {
            System.err.println(PeerTable.HUB + ": " + hub.setting());
            table.add(PeerTable.HUB, hub.setting(), "this one", new PeerRun(hub.target(), load).run());
            if (!hub.refused().isEmpty()) {
                System.err.println(PeerTable.HUB + ": " + hub.refused());
            }
        } catch (IOException failed) {
            System.err.println("skipped " + PeerTable.HUB + ": " + failed.getMessage());
            table.skip(PeerTable.HUB, failed.getMessage());
        }
    }

    /** One that fails is told and left out: the others are measured all the same. */
    private static void measure(Peer peer, PeerLoad load, Path runs, PeerTable table) throws InterruptedException {
        if (!peer.absent().isEmpty()) {
            System.err.println("skipped " + peer.name() + ": " + peer.absent());
            table.skip(peer.name(), peer.absent());
            return;
        }
        System.err.println(peer.name() + " " + peer.version() + ": " + peer.setting());
        try {
            table.add(peer.name(), peer.setting(), peer.version(), run(peer, load, runs));
        } catch (IOException failed) {
            System.err.println("skipped " + peer.name() + ": " + failed.getMessage());
            table.skip(peer.name(), failed.getMessage());
        }
    }

    /** Starts a peer, loads it, and ends it. */
    static Map<Integer, Figures> run(Peer peer, PeerLoad load, Path runs) throws IOException, InterruptedException {
        int port = PeerServer.freePort();
        Path folder = java.nio.file.Files.createDirectories(
                runs.toAbsolutePath().resolve(peer.name().replaceAll("[^A-Za-z0-9]+", "-")));
        try (PeerServer server =
                new PeerServer(peer.name(), folder, peer.launch().command(port, folder), peer.environment())) {
            server.awaitPort(port);
            try (PeerPublisher publisher = new PeerPublisher(port, peer.publisher(), peer.before(), peer.after())) {
                Target target =
                        new Target(server::processes, List.of(), "127.0.0.1", port, peer.viewer(), "", publisher::send);
                return new PeerRun(target, load).run();
            }
        }
    }
}
