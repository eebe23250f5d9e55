package io.danmaku.standalone.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code danmaku check dm}: random direct messages while parts of the hub are killed, and a verdict. */
@Command(
        name = "dm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a hub of its own, lets random users write to each other on several devices while its parts are"
                    + " killed or stand still by turns,",
            "reads everything back and says whether direct messages kept their promises. The whole history is in"
                    + " FOLDER/history.jsonl.",
            "Exit code 0: all is good; 1: a promise was broken, each fault is told; 2: it could not be run."
        })
public final class DirectCheck implements Callable<Integer> {
    static final String HISTORY = "history.jsonl";

    private static final int COULD_NOT_RUN = 2;
    private static final int MESSAGES_MAX = 500_000;
    private static final int USERS_MAX = 200;
    private static final int DEVICES_MAX = 8;
    private static final int KILLS_MAX = 1_000;
    private static final int MINUTES_MAX = 24 * 60;
    /** So often everything is read again because something came while it was read. */
    private static final int READ_BACKS_MAX = 3;

    @Spec
    private CommandSpec spec;

    @Option(names = "--messages", defaultValue = "50000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int messages;

    @Option(names = "--users", defaultValue = "30", description = "How many (default: ${DEFAULT-VALUE}).")
    private int users;

    @Option(
            names = "--devices",
            defaultValue = "2",
            description = "A connection each, of every user (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Option(
            names = "--seed",
            description =
                    "Repeats a run: who does what in which order, what is killed when (default: another each time).")
    private Long seed;

    @Option(
            names = "--kill",
            split = ",",
            paramLabel = "PART",
            defaultValue = "edge,dm-service,pulsar,cql,redis,redis-empty,pause-edge,pause-dm-service",
            description = "What is killed by turns, comes back empty, or stands still for a while (default:"
                    + " ${DEFAULT-VALUE}).")
    private List<String> kill;

    @Option(
            names = "--kills",
            defaultValue = "10",
            description = "How often something is done; 0: nothing is (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--minutes-max",
            paramLabel = "M",
            defaultValue = "30",
            description = "Give up after so long (default: ${DEFAULT-VALUE}).")
    private int minutesMax;

    @Option(
            names = "--folder",
            defaultValue = "data/check",
            description = "For the history and for the hub, whose data of an earlier check are deleted (default:"
                    + " ${DEFAULT-VALUE}).")
    private Path folder;

    @Option(
            names = "--judge",
            paramLabel = "FILE",
            description = "Judges a recorded history again, and does nothing else.")
    private Path recorded;

    @Override
    public Integer call() throws InterruptedException {
        try {
            return recorded != null ? judge(recorded) : run();
        } catch (IOException cannot) {
            System.err.println("danmaku: " + cannot.getMessage());
            return COULD_NOT_RUN;
        }
    }

    private int run() throws IOException, InterruptedException {
        between("--messages", messages, 1, MESSAGES_MAX);
        between("--users", users, 2, USERS_MAX);
        between("--devices", devices, 1, DEVICES_MAX);
        between("--kills", kills, 0, KILLS_MAX);
        between("--minutes-max", minutesMax, 1, MINUTES_MAX);
        for (String part : kill) {
            check(Plan.PARTS.contains(part), "--kill: there is no " + part + ", only " + String.join(", ", Plan.PARTS));
        }
        long chosen = seed != null ? seed : ThreadLocalRandom.current().nextLong(1_000_000_000);
        Plan.Setup setup = new Plan.Setup(chosen, users, devices, messages, kill, kills);
        System.out.println("seed " + chosen);
        long untilNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutesMax);
        Files.createDirectories(folder);
        Path history = folder.resolve(HISTORY);
        record(setup, history, untilNs);
        return judge(history);
    }

    private void record(Plan.Setup setup, Path history, long untilNs) throws IOException, InterruptedException {
        System.err.println("starting a hub in " + folder.resolve("hub"));
        try (OwnHub hub = OwnHub.start(folder.resolve("hub"), folder.resolve("up.out"));
                HistoryFile file = new HistoryFile(history, setup);
                Traffic traffic = new Traffic(setup, hub, file, untilNs)) {
            traffic.run();
            ReadBack readBack = new ReadBack(hub.edges(), hub::token, setup.users(), file);
            for (int i = 0; i < READ_BACKS_MAX; i++) {
                traffic.settle();
                System.err.printf(Locale.ROOT, "%6.1f s  reading back%n", file.nowUs() / 1e6);
                readBack.run();
                if (traffic.syncAll() == 0) {
                    System.err.printf(Locale.ROOT, "%6.1f s  done%n", file.nowUs() / 1e6);
                    file.end();
                    return;
                }
            }
            throw new IOException("the hub does not come to rest: messages come long after the last was sent");
        }
    }

    private static int judge(Path path) throws IOException {
        History history = HistoryReader.read(path);
        Plan.Setup setup = history.setup;
        System.out.printf(
                Locale.ROOT,
                "seed %d: %d messages of %d users with %d devices, %d kills%n",
                setup.seed(),
                setup.messages(),
                setup.users(),
                setup.devices(),
                setup.kills());
        for (History.Outcome outcome : History.Outcome.values()) {
            long sends = history.sends.stream()
                    .filter(send -> send.outcome() == outcome)
                    .count();
            System.out.printf(Locale.ROOT, "%8d %s%n", sends, outcome.name().toLowerCase(Locale.ROOT));
        }
        for (History.Deed deed : History.Deed.values()) {
            long done = history.changes.stream()
                    .filter(change -> change.deed() == deed && change.acknowledged())
                    .count();
            System.out.printf(
                    Locale.ROOT, "%8d %s acknowledged%n", done, deed.name().toLowerCase(Locale.ROOT));
        }
        System.out.printf(
                Locale.ROOT,
                "%8d read, %d delivered and %d clear acknowledged%n",
                acknowledged(history.reads),
                acknowledged(history.deliveries),
                acknowledged(history.clears));
        System.out.printf(Locale.ROOT, "%8d devices came late%n", history.begins.size());
        System.out.printf(
                Locale.ROOT, "%8.1f %% of what devices have was pushed as well%n", 100 * history.pushedShare());
        Judge.Verdict verdict = Judge.judge(history);
        System.out.printf(
                Locale.ROOT, "%8d times without a failure in which pushes were looked for%n", verdict.calmTimes());
        for (Fault fault : verdict.faults()) {
            System.out.println("seed " + setup.seed() + ", " + fault);
        }
        verdict.counts().forEach((rule, count) -> System.out.println(rule + ": " + count + " faults"));
        System.out.println(verdict.good() ? "good: every rule holds" : "not good; the history is " + path);
        return verdict.good() ? 0 : 1;
    }

    private static long acknowledged(List<History.Read> all) {
        return all.stream().filter(History.Read::acknowledged).count();
    }

    private void between(String option, int value, int min, int max) {
        check(value >= min && value <= max, option + " is " + min + ".." + max);
    }

    private void check(boolean holds, String rule) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule);
        }
    }
}
