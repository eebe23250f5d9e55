package io.danmaku.bench.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.danmaku.bench.direct.DirectBench;
import io.danmaku.bench.direct.ScaleBench;
import io.danmaku.bench.log.LogBench;
import io.danmaku.bench.moderation.MuteBench;
import io.danmaku.bench.moderation.SlowBench;
import io.danmaku.bench.room.RoomsBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The bench against a real hub, with few viewers for a few seconds: it counts right, and finds nothing wrong. */
final class FanoutBenchIT {
    private static final int VIEWERS = 60;
    private static final int SECONDS = 6;

    @TempDir
    static Path folder;

    private static OwnHub hub;

    @BeforeAll
    static void start() throws IOException {
        hub = OwnHub.start(Files.createDirectory(folder.resolve("hub")));
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    /** Runs a scenario, which has to end with 0, and reads the medians of its report. */
    private static JsonNode run(String scenario, int seconds, String... options) throws IOException {
        Path results = Files.createDirectory(folder.resolve(scenario));
        List<String> arguments = new ArrayList<>(List.of(
                "--data=" + folder.resolve("hub"),
                "--results=" + results,
                "--viewers=" + VIEWERS,
                "--seconds=" + seconds,
                "--warm-up=2",
                "--runs=1"));
        arguments.addAll(List.of(options));
        arguments.add(scenario);
        assertEquals(0, new CommandLine(new FanoutBench()).execute(arguments.toArray(String[]::new)));
        return median(results);
    }

    private static JsonNode median(Path results) throws IOException {
        try (Stream<Path> reports = Files.walk(results)) {
            Path report = reports.filter(path -> path.endsWith("report.json"))
                    .findFirst()
                    .orElseThrow();
            return new ObjectMapper().readTree(report.toFile()).path("median");
        }
    }

    private static void between(double min, double max, JsonNode figures, String name) {
        assertTrue(figures.has(name), () -> "no figure " + name + " in " + figures);
        double value = figures.path(name).asDouble();
        assertTrue(value >= min && value <= max, () -> name + " is " + value + ", not " + min + ".." + max);
    }

    @Test
    void theLogByItselfIsReadWhole() {
        assertEquals(
                0,
                new CommandLine(new LogBench())
                        .execute("--data=" + folder.resolve("hub"), "--rate=50", "--seconds=3", "--warm-up=1"));
    }

    @Test
    void directMessagesAreAcknowledgedAndTheBareStatementsAreBesideThem() throws IOException {
        Path results = Files.createDirectory(folder.resolve("dm"));
        assertEquals(
                0,
                new CommandLine(new DirectBench())
                        .execute(
                                "--data=" + folder.resolve("hub"),
                                "--results=" + results,
                                "--conversations=8",
                                "--devices=2",
                                "--seconds=4",
                                "--warm-up=2",
                                "--warm-up-max=22",
                                "--runs=1"));
        JsonNode figures = median(results);
        // its compilers are at work, and there is time for one look
        for (String loop : List.of("", "half load: ", "bare loop: ")) {
            between(22, 22, figures, loop + "warm-up, s");
        }
        between(1, 1e6, figures, "acknowledged sends/s");
        between(7, 9, figures, "rows a message");
        between(0, 0, figures, "not acknowledged");
        between(0, 0, figures, "half load: not acknowledged");
        between(0.001, Double.MAX_VALUE, figures, "half load: latency p99, ms");
        // the sender's other device and both of the recipient
        between(2.9, 3, figures, "half load: pushes a message");
        between(0.001, Double.MAX_VALUE, figures, "half load: pushed to a device, p99, ms");
        double offered = figures.path("half load: offered sends/s").asDouble();
        // as many as were offered, of which the last ones took a moment
        between(offered / 2, offered * 1.01, figures, "half load: acknowledged sends/s");
        between(7, 9, figures, "bare loop: rows a message");
        between(0.001, Double.MAX_VALUE, figures, "hub's rows to the bare ones");
    }

    @Test
    void aLongConversationAndManyContactsAreLoadedAndRead() throws IOException {
        Path results = Files.createDirectory(folder.resolve("dm-scale"));
        assertEquals(
                0,
                new CommandLine(new ScaleBench())
                        .execute(
                                "--data=" + folder.resolve("hub"),
                                "--results=" + results,
                                "--messages=10100",
                                "--contacts=1500",
                                "--pages=20",
                                "--warm-up=2"));
        JsonNode figures = median(results);
        between(50, 50, figures, "history, first page: messages");
        between(50, 50, figures, "contacts of a year, second page: contacts");
        between(50, 50, figures, "contacts of two minutes, first page: contacts");
        between(1, 100, figures, "sync of a new device, first page: messages");
        between(0.001, Double.MAX_VALUE, figures, "contacts of two minutes, first page: p99, ms");
        between(1, 160, figures, "dm-service: live heap after, MiB");
    }

    @Test
    void roomsAreMadeAndOpenedAndMutesHoldInTime() {
        String data = "--data=" + folder.resolve("hub");
        assertEquals(0, new CommandLine(new RoomsBench()).execute(data, "--rooms=30", "--live=25"));
        assertEquals(0, new CommandLine(new MuteBench()).execute(data, "--times=3"));
        assertEquals(0, new CommandLine(new SlowBench()).execute(data, "--times=2"));
    }

    @Test
    void aHotRoomIsDeliveredWholeAndTheBareLoopIsBesideIt() throws IOException {
        JsonNode figures = run("hot-room", SECONDS, "--rate=50", "--ceiling-seconds=1");
        between(VIEWERS * 50, VIEWERS * 50, figures, "offered, deliveries/s");
        between(1, Double.MAX_VALUE, figures, "delivered, deliveries/s");
        between(50, 1_000, figures, "bytes a delivery");
        between(0.001, Double.MAX_VALUE, figures, "latency p50, ms");
        between(0.001, Double.MAX_VALUE, figures, "edge's writes to the bare ones");
    }

    @Test
    void viewersThatStopReadingGetTheirReliableEventsAfterAll() throws IOException {
        int seconds = 12;
        JsonNode figures = run("slow-viewers", seconds, "--rate=100");
        between(VIEWERS / 10, VIEWERS / 10, figures, "viewers that stopped reading");
        between(0.001, Double.MAX_VALUE, figures, "latency p99 before, ms");
        between(0.001, Double.MAX_VALUE, figures, "latency p99 after, ms");
        // 5 a second, of the warm-up too, to the tenth that checks and the tenth that stops
        int checking = 2 * VIEWERS / 10;
        int gifts = 5 * (seconds + 2);
        between(gifts * checking, gifts * checking, figures, "RELIABLE events read by who checks");
    }

    @Test
    void giftsAreNeverSampledWhereChatIs() throws IOException {
        JsonNode figures = run("gift-storm", SECONDS, "--best-effort-per-second=20");
        between(1, 1e9, figures, "sampled");
        int gifts = 100 * (SECONDS + 2);
        between(gifts * VIEWERS / 10.0, gifts * VIEWERS / 10.0, figures, "RELIABLE events read by who checks");
        between(0, 0, figures, "RELIABLE events missing");
    }
}
