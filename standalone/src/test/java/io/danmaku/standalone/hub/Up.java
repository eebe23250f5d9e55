package io.danmaku.standalone.hub;

import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.machine.FreePorts;
import io.danmaku.standalone.machine.Jdk;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@code danmaku up} that runs as a child of the test. It ends with the test's JVM, however that ends. */
public final class Up implements AutoCloseable {
    public static final Duration START_MAX = Duration.ofSeconds(150);
    public static final Duration STOP_MAX = Duration.ofSeconds(50);

    private final Path data;
    private final Path output;
    private final Process process;

    private Up(Path data, Path output, Process process) {
        this.data = data;
        this.output = output;
        this.process = process;
    }

    /** Free ports for a hub with that many edges, as options. */
    public static List<String> freePorts(int edges) {
        return FreePorts.options(edges);
    }

    /** Where the hubs of this build's tests keep their data; made new when {@code fresh}. */
    public static Path data(String name, boolean fresh) throws IOException {
        Path data = Home.find().root().resolve("standalone/target/it").resolve(name);
        if (fresh && Files.exists(data)) {
            try (Stream<Path> all = Files.walk(data)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        return Files.createDirectories(data);
    }

    /** Starts {@code up} on the data and does not wait. */
    public static Up start(Path data, List<String> options) throws IOException {
        return start(data, options, Map.of());
    }

    /** @param environment variables that it finds besides the test's own, of which it sees none of the hub's */
    public static Up start(Path data, List<String> options, Map<String, String> environment) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("up", "--stop-with-stdin", "--data", data.toString()));
        arguments.addAll(options);
        Path output = data.resolveSibling(data.getFileName() + ".out");
        ProcessBuilder builder = command(arguments).redirectErrorStream(true).redirectOutput(output.toFile());
        Jdk.forShortLives(builder.environment());
        builder.environment().putAll(environment);
        return new Up(data, output, builder.start());
    }

    /** The command line as a process of its own, as the script starts it. */
    public static ProcessBuilder command(List<String> arguments) {
        Path root = Home.find().root();
        Path target = root.resolve("standalone/target");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Ddanmaku.home=" + root,
                "-cp",
                target.resolve("danmaku-standalone.jar") + ":" + target.resolve("lib") + "/*",
                "io.danmaku.standalone.Danmaku"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("DANMAKU_"));
        return builder;
    }

    public Up awaitReady() {
        Eventually.await(START_MAX, "the hub is ready:\n" + output, () -> {
            if (!process.isAlive()) {
                return true;
            }
            return isRecorded() && record().state() == UpRecord.State.READY;
        });
        if (!process.isAlive()) {
            throw new AssertionError("up ended with " + process.exitValue() + ":\n" + output());
        }
        return this;
    }

    public Process process() {
        return process;
    }

    public Path data() {
        return data;
    }

    /** All it said so far, without what Java says of the options that it was given. */
    public String output() {
        try {
            return Files.readString(output)
                    .lines()
                    .filter(line -> !line.startsWith("NOTE: Picked up " + Jdk.OPTIONS_VARIABLE))
                    .map(line -> line + "\n")
                    .collect(Collectors.joining());
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    public UpRecord record() {
        try {
            return new UpFile(data.resolve("up.json")).read().orElseThrow();
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    /** Processes on this data that still run, without the launcher. */
    public List<ProcessHandle> children() {
        return ProcessHandle.allProcesses()
                .filter(other -> other.pid() != process.pid())
                .filter(other -> other.info().commandLine().orElse("").contains(data + "/"))
                .toList();
    }

    /** Whether one of them has this process id; an ended one that nobody reaped yet does not count. */
    public boolean runs(long pid) {
        return children().stream().anyMatch(child -> child.pid() == pid);
    }

    /** Whether it holds its data folder and says so in the record. */
    public boolean isRecorded() {
        return record().launcher() == process.pid();
    }

    /** Ends it as Ctrl-C does and waits. */
    public int stop() throws InterruptedException {
        // not Process.destroy(), which closes the child's standard input first, and that is another way to stop it
        process.toHandle().destroy();
        if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("up did not stop within " + STOP_MAX.toSeconds() + " s:\n" + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (InterruptedException cut) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children().forEach(ProcessHandle::destroyForcibly);
    }
}
