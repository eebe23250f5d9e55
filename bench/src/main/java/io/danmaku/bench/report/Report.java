package io.danmaku.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.bench.machine.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/** The runs of one load: printed as a table, and kept in a folder of their own under {@code bench/results}. */
public final class Report {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final double US_PER_MS = 1_000;

    private final String name;
    private final Map<String, ?> settings;
    private final String loadBefore = Machine.load();
    private final List<Figures> runs = new ArrayList<>();
    private final List<Histogram> latencies = new ArrayList<>();

    /**
     * @param name of the scenario
     * @param settings what was asked for, as it is to be written down
     */
    public Report(String name, Map<String, ?> settings) {
        this.name = name;
        this.settings = settings;
    }

    /** @param latencyUs in microseconds, with its start and end time */
    public void run(Figures figures, Histogram latencyUs) {
        runs.add(figures);
        latencies.add(latencyUs);
    }

    /** A run that took no latencies. */
    public void run(Figures figures) {
        runs.add(figures);
    }

    /** A folder that is not there yet. */
    public static Path folder(Path results, String name) throws IOException {
        return Files.createDirectories(results.resolve(
                name + "-" + LocalDateTime.now(java.time.ZoneOffset.UTC).format(TIME)));
    }

    public void print(PrintStream out) {
        out.println(Machine.describe());
        out.println("load average before " + loadBefore + ", after " + Machine.load());
        Figures median = Figures.median(runs);
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-58s", name));
        for (int i = 1; i <= runs.size(); i++) {
            head.append(String.format(Locale.ROOT, "%12s", "run " + i));
        }
        out.println(head.append(String.format(Locale.ROOT, "%12s", "median")));
        for (String figure : median.names()) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-58s", figure));
            runs.forEach(run -> line.append(cell(run.get(figure))));
            out.println(line.append(cell(median.get(figure))));
        }
    }

    private static String cell(double value) {
        if (Double.isNaN(value)) {
            return String.format(Locale.ROOT, "%12s", "-");
        }
        boolean whole = Math.abs(value) >= 1_000 || value == Math.rint(value);
        return String.format(Locale.ROOT, whole ? "%,12.0f" : Math.abs(value) < 1 ? "%12.3f" : "%12.2f", value);
    }

    /**
     * Writes {@code report.json} and, of latencies, {@code latency.hlog} (microseconds; one interval, tagged, a run) and {@code latency.svg}.
     */
    public void write(Path folder) throws IOException {
        ObjectNode json = JSON.createObjectNode()
                .put("name", name)
                .put("machine", Machine.describe())
                .put("loadBefore", loadBefore)
                .put("loadAfter", Machine.load());
        json.set("settings", JSON.valueToTree(settings));
        runs.forEach(run -> json.withArray("runs").add(object(run)));
        json.set("median", object(Figures.median(runs)));
        Files.writeString(folder.resolve("report.json"), JSON.writeValueAsString(json) + "\n");
        if (!latencies.isEmpty()) {
            writeLatencies(folder);
        }
    }

    private void writeLatencies(Path folder) throws IOException {
        try (PrintStream file =
                new PrintStream(folder.resolve("latency.hlog").toFile(), java.nio.charset.StandardCharsets.UTF_8)) {
            HistogramLogWriter log = new HistogramLogWriter(file);
            log.outputLogFormatVersion();
            log.outputComment("[latency of " + name + " in microseconds, from the intended time of sending]");
            log.outputLegend();
            for (int i = 0; i < latencies.size(); i++) {
                latencies.get(i).setTag("run" + (i + 1));
                log.outputIntervalHistogram(latencies.get(i));
            }
        }
        Files.writeString(
                folder.resolve("latency.svg"),
                LatencyPicture.svg(name + ": latency by percentile, " + Machine.describe(), latencies));
    }

    private static ObjectNode object(Figures figures) {
        ObjectNode object = JSON.createObjectNode();
        figures.names().stream()
                .filter(figure -> Double.isFinite(figures.get(figure)))
                .forEach(figure -> object.put(figure, figures.get(figure)));
        return object;
    }

    /** Puts the usual percentiles of a latency, given in microseconds. */
    public static void percentiles(Figures to, Histogram us) {
        for (double percentile : new double[] {50, 90, 99, 99.9}) {
            String label = percentile == 99.9 ? "99.9" : Integer.toString((int) percentile);
            to.put("latency p" + label + ", ms", us.getValueAtPercentile(percentile) / US_PER_MS);
        }
        to.put("latency max, ms", us.getMaxValue() / US_PER_MS);
    }
}
