package io.danmaku.bench.micro;

import io.danmaku.bench.machine.Machine;
import io.danmaku.bench.report.Report;
import io.danmaku.standalone.folder.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code danmaku bench micro}: the edge's hot steps by themselves, without a hub. */
@Command(
        name = "micro",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "The edge's hot steps by themselves (JMH), with what they allocate. Needs no hub.")
public final class MicroBench implements Callable<Integer> {
    private static final Pattern JVM_PLACE = Pattern.compile("\"jvm\" : \"[^\"]*\"");
    private static final String ALL = MicroBench.class.getPackageName().replace(".", "\\.") + "\\..*";
    /** As the edge runs, and nothing of what this process runs with. */
    private static final List<String> JVM = List.of(
            "-Xms256m",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=" + LoopThreads.class.getName());

    @Option(names = "--only", paramLabel = "REGEX", description = "Benchmarks whose names contain a match.")
    private String only;

    @Option(names = "--forks", defaultValue = "1", description = "JVMs for each (default: ${DEFAULT-VALUE}).")
    private int forks;

    @Option(
            names = "--iterations",
            defaultValue = "5",
            description = "Iterations to warm up, and again to measure (default: ${DEFAULT-VALUE}).")
    private int iterations;

    @Option(names = "--seconds", defaultValue = "1", description = "Of an iteration (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (forks < 1 || iterations < 1 || seconds < 1) {
            throw new ParameterException(spec.commandLine(), "--forks, --iterations and --seconds are at least 1");
        }
        Path folder = Report.folder(Home.find().root().resolve("bench/results"), "micro");
        Path result = folder.resolve("jmh.json");
        String before = Machine.load();
        Options options = new OptionsBuilder()
                .include(only == null ? ALL : only)
                .forks(forks)
                .warmupIterations(iterations)
                .warmupTime(TimeValue.seconds(seconds))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.seconds(seconds))
                .addProfiler(GCProfiler.class)
                .jvmArgs(JVM.toArray(String[]::new))
                .resultFormat(ResultFormatType.JSON)
                .result(result.toString())
                .build();
        new Runner(options).run();
        // the place of the JVM is this machine's, and results are kept for others to read
        Files.writeString(result, JVM_PLACE.matcher(Files.readString(result)).replaceAll("\"jvm\" : \"java\""));
        String machine = Machine.describe() + "\nload average before " + before + ", after " + Machine.load() + "\n";
        Files.writeString(folder.resolve("machine.txt"), machine);
        System.out.print(machine);
        System.out.println("written to " + folder);
        return 0;
    }
}
