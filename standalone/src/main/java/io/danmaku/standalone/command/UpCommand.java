package io.danmaku.standalone.command;

import io.danmaku.protocol.log.Topics;
import io.danmaku.standalone.engine.BookieData;
import io.danmaku.standalone.engine.Engines;
import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Libraries;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.machine.Jdk;
import io.danmaku.standalone.machine.Memory;
import io.danmaku.standalone.machine.Ports;
import io.danmaku.standalone.service.DemoRoom;
import io.danmaku.standalone.service.EngineAddresses;
import io.danmaku.standalone.service.Services;
import io.danmaku.standalone.supervise.Part;
import io.danmaku.standalone.supervise.Supervisor;
import io.danmaku.standalone.supervise.Sweep;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code danmaku up}: everything on this machine, until Ctrl-C. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts Pulsar, Cassandra, Redis, room-service, dm-service and the edge on this machine.",
            "Prints the addresses when all are ready. Ctrl-C stops all in order; the data stays in --data, and the next `up` goes on with it."
        })
public final class UpCommand implements Callable<Integer> {
    private static final Duration START_MAX = Duration.ofMinutes(3);
    /** The first room costs room-service the most: on a busy machine that took 20 s. */
    private static final Duration DEMO_ROOM_MAX = Duration.ofMinutes(1);

    private static final int CHECK_SECONDS = 10;
    private static final int EDGES_MAX = 16;
    /** As many as the inbound log has partitions: one more would have none. */
    private static final int DM_SERVICES_MAX = Topics.DIRECT_PARTITIONS;

    @Mixin
    private DataOption data;

    @Option(
            names = "--edges",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many edges (default: ${DEFAULT-VALUE}).")
    private int edges;

    @Option(
            names = "--dm-services",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many dm-services (default: ${DEFAULT-VALUE}).")
    private int dmServices;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Where the edges listen; 0.0.0.0 lets other machines in (default: ${DEFAULT-VALUE}).")
    private String host;

    @Mixin
    private EngineOptions engines;

    @Option(names = "--only-engines", description = "Start no services: to run them from elsewhere.")
    private boolean onlyEngines;

    @Option(
            names = "--without",
            paramLabel = "PART",
            split = ",",
            description =
                    "Leave out a service, to run it from elsewhere: room-service, dm-service, edge-1, ... (dm-service-1 of several)")
    private List<String> without = List.of();

    @Mixin
    private PortOptions portOptions;

    @Option(
            names = "--memory-min",
            paramLabel = "MIB",
            defaultValue = "" + Memory.NEEDED_MIB,
            description = "Refuse to start with less available memory (default: ${DEFAULT-VALUE}).")
    private int memoryMinMib;

    @Option(
            names = "--stop-with-stdin",
            description =
                    "Stop when standard input ends: for a program that starts a hub and must not leave it behind.")
    private boolean stopWithStdin;

    /** Held to the end of the process: as a local variable it could be collected, and the folder unlocked with it. */
    private Optional<DataFolder.Lock> lock = Optional.empty();

    private final CountDownLatch never = new CountDownLatch(1);

    @Override
    public Integer call() throws IOException, InterruptedException {
        DataFolder folder = data.folder();
        folder.create();
        lock = folder.lock();
        UpFile file = new UpFile(folder.upFile());
        if (lock.isEmpty()) {
            String who = file.read()
                    .map(record -> " (pid " + record.launcher() + ")")
                    .orElse("");
            return refuse("a hub already runs on " + folder.root() + who + "; stop it, or choose another --data");
        }
        sweep(file);
        if (edges < 1 || edges > EDGES_MAX) {
            return refuse("--edges is 1.." + EDGES_MAX);
        }
        if (dmServices < 1 || dmServices > DM_SERVICES_MAX) {
            return refuse("--dm-services is 1.." + DM_SERVICES_MAX);
        }
        Ports asked = portOptions.ports(edges, dmServices);
        List<String> known = Services.names(asked);
        for (String part : without) {
            if (!known.contains(part)) {
                return refuse("--without: there is no " + part + ", only " + String.join(", ", known));
            }
        }
        Ports ports = asked.withBookie(
                BookieData.port(folder.root().resolve("pulsar")).orElse(asked.bookie()));
        List<String> problems = problems(ports);
        if (!problems.isEmpty()) {
            problems.forEach(UpCommand::refuse);
            return 1;
        }
        return run(folder, file, ports);
    }

    private int run(DataFolder folder, UpFile file, Ports ports) throws IOException, InterruptedException {
        Home home = Home.find();
        String secret = Secret.of(folder);
        EngineAddresses addresses = engines.addresses(ports);
        List<Part> engineParts = engines.local() ? new Engines(home, folder, ports).parts() : List.of();
        List<Part> serviceParts = List.of();
        if (!onlyEngines) {
            Path jars = Libraries.copy(home.libraries(), folder.run().resolve("lib"));
            serviceParts = new Services(jars, folder, ports, addresses, host, secret)
                    .parts().stream()
                            .filter(part -> !without.contains(part.name()))
                            .toList();
        }
        Libraries.loadOwnClasses();
        for (Part part : engineParts) {
            folder.turnLogOver(part.name());
        }
        for (Part part : serviceParts) {
            folder.turnLogOver(part.name());
        }
        Supervisor supervisor = new Supervisor(file, folder.run(), addressBook(ports, addresses), UpCommand::tell);
        // Ctrl-C, TERM and a failed start all end here; stop() does its work once
        Thread stop = new Thread(() -> stop(supervisor), "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        if (stopWithStdin) {
            stopWithStdin();
        }

        for (List<Part> together : List.of(engineParts, serviceParts)) {
            Optional<String> problem = together.isEmpty() ? Optional.empty() : supervisor.start(together, START_MAX);
            if (problem.isPresent()) {
                return refuse(problem.get());
            }
        }
        if (!onlyEngines) {
            // a room-service that somebody else runs may not be there yet: one try, and the hub goes on without
            boolean elsewhere = without.contains("room-service");
            Optional<String> problem =
                    DemoRoom.ensure(Services.url(ports.room()), secret, elsewhere ? Duration.ZERO : DEMO_ROOM_MAX);
            if (problem.isPresent() && elsewhere) {
                tell(problem.get() + "; `danmaku room create " + DemoRoom.ID + "` makes it later");
            } else if (problem.isPresent()) {
                return refuse(problem.get());
            }
        }
        supervisor.ready();
        tell(String.format(Locale.ROOT, "all ready after %.1f s", supervisor.readyMs() / 1e3));
        announce(folder, ports, secret);
        while (!never.await(CHECK_SECONDS, TimeUnit.SECONDS)) {
            supervisor.lowerBackground();
            try {
                folder.boundLogs();
            } catch (IOException cannot) {
                tell("cannot bound the logs: " + cannot);
            }
        }
        return 0;
    }

    private static void sweep(UpFile file) throws InterruptedException {
        Optional<UpRecord> last;
        try {
            last = file.read();
        } catch (IOException broken) {
            tell("cannot read " + file.path() + ", so nothing can be swept: " + broken.getMessage());
            return;
        }
        if (last.isPresent()) {
            List<String> left = Sweep.run(last.get());
            if (!left.isEmpty()) {
                tell("stopped what an earlier run left: " + String.join(", ", left));
            }
        }
    }

    private List<String> problems(Ports ports) {
        List<String> problems = new ArrayList<>();
        if (Jdk.feature() < Jdk.FEATURE_MIN) {
            problems.add("Java " + Jdk.FEATURE_MIN + " or newer is needed, this is " + Jdk.feature());
        }
        Map<String, List<Integer>> wanted = new LinkedHashMap<>();
        if (!onlyEngines) {
            wanted.putAll(ports.services(without));
        }
        if (engines.local()) {
            wanted.putAll(ports.engines());
            long available = Memory.availableMib();
            if (available < memoryMinMib) {
                problems.add("too little memory: " + available + " MiB available, " + memoryMinMib
                        + " needed (--memory-min changes that)");
            }
        }
        problems.addAll(Ports.problems(wanted));
        return problems;
    }

    private Map<String, Object> addressBook(Ports ports, EngineAddresses addresses) {
        Map<String, Object> book = new LinkedHashMap<>();
        if (!onlyEngines) {
            book.put("edges", ports.edges().stream().map(Services::url).toList());
            book.put("roomService", Services.url(ports.room()));
            book.put("dmService", Services.url(ports.dms().get(0)));
            book.put("dmServices", ports.dms().stream().map(Services::url).toList());
        }
        book.put("pulsar", addresses.pulsarUrl());
        book.put("pulsarAdmin", addresses.pulsarAdminUrl());
        book.put("redis", addresses.redisUrl());
        book.put("cql", addresses.cqlContactPoints());
        book.put("cqlDatacenter", addresses.cqlDatacenter());
        return book;
    }

    private void announce(DataFolder folder, Ports ports, String secret) {
        if (onlyEngines) {
            System.out.println("data          " + folder.root());
            return;
        }
        announce(ports.edgeNames(), ports.edges());
        System.out.println("room-service  " + Services.url(ports.room()));
        announce(ports.dmNames(), ports.dms());
        System.out.println("data          " + folder.root());
        String edge = Services.url(ports.edges().get(0));
        System.out.println("host          " + DemoRoom.hostLink(edge, secret));
        System.out.println("viewer        " + DemoRoom.viewerLink(edge, secret));
    }

    private static void announce(List<String> names, List<Integer> ports) {
        for (int i = 0; i < names.size(); i++) {
            System.out.printf(Locale.ROOT, "%-13s %s%n", names.get(i), Services.url(ports.get(i)));
        }
    }

    private static void stopWithStdin() {
        Thread reader = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException gone) {
                        // the same as its end
                    }
                    System.exit(0);
                },
                "stdin");
        reader.setDaemon(true);
        reader.start();
    }

    private static void stop(Supervisor supervisor) {
        try {
            supervisor.stop();
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
        }
    }

    private static int refuse(String problem) {
        tell("danmaku: " + problem);
        return 1;
    }

    private static void tell(String line) {
        System.err.println(line);
    }
}
