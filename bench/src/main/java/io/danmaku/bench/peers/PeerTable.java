package io.danmaku.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.bench.machine.Machine;
import io.danmaku.bench.report.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, server by server, as one table a rate: for a person in Markdown, and all of it in {@code report.json}. */
final class PeerTable {
    /** The row that the others are compared with. */
    static final String HUB = "Danmaku Hub";

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final PeerLoad load;
    private final String loadBefore = Machine.load();
    private final List<Row> rows = new ArrayList<>();
    private final Map<String, String> skipped = new LinkedHashMap<>();

    private record Row(String name, String setting, String version, Map<Integer, Figures> byRate) {}

    PeerTable(PeerLoad load) {
        this.load = load;
    }

    void add(String name, String setting, String version, Map<Integer, Figures> byRate) {
        rows.add(new Row(name, setting, version, byRate));
    }

    void skip(String name, String why) {
        skipped.put(name, why);
    }

    /** Processor time of a delivery by the hub, as a share of what this one takes at the same rate; NaN when there is no hub. */
    private double hubToIt(Row row, int rate) {
        return rows.stream()
                .filter(other -> other.name.equals(HUB))
                .findFirst()
                .map(hub -> figure(hub, rate, PeerRun.CPU_US) / figure(row, rate, PeerRun.CPU_US))
                .orElse(Double.NaN);
    }

    private static double figure(Row row, int rate, String name) {
        Figures figures = row.byRate.get(rate);
        return figures == null ? Double.NaN : figures.get(name);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(Machine.describe()).append('\n');
        text.append("load average before ")
                .append(loadBefore)
                .append(", after ")
                .append(Machine.load())
                .append('\n');
        for (int rate : load.rates()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%,d messages a second to %,d viewers, %,d deliveries a second offered%n%n",
                    rate,
                    load.viewers(),
                    (long) rate * load.viewers()));
            text.append(
                    "| | cores | deliveries per CPU-second | p50, ms | p99, ms | max, ms | delivered | bytes a delivery |"
                            + " hub's CPU a delivery to its |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
            rows.forEach(row -> text.append(line(row, rate)).append(whole(row, rate)));
        }
        text.append("\n| | version | RSS a viewer, KiB | setting |\n| --- | --- | --- | --- |\n");
        for (Row row : rows) {
            double kib = figure(row, load.rates().get(0), PeerRun.VIEWER_KIB);
            text.append(String.format(
                    Locale.ROOT, "| %s | %s | %s | %s |%n", row.name, row.version, cell("%.1f", kib), row.setting));
        }
        skipped.forEach((name, why) ->
                text.append("\nskipped ").append(name).append(": ").append(why));
        return text.append('\n').toString();
    }

    private String line(Row row, int rate) {
        double delivered = figure(row, rate, PeerRun.DELIVERED);
        double dropped = figure(row, rate, PeerRun.DROPPED);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %s%s | %s | %s |%n",
                row.name,
                cell("%.3f", figure(row, rate, PeerRun.CORES)),
                cell("%,.0f", figure(row, rate, PeerRun.PER_CPU_S)),
                cell("%.1f", figure(row, rate, PeerRun.P50_MS)),
                cell("%.1f", figure(row, rate, PeerRun.P99_MS)),
                cell("%.0f", figure(row, rate, PeerRun.MAX_MS)),
                cell("%.1f %%", delivered),
                dropped > 0 ? String.format(Locale.ROOT, ", %.0f viewers cut off", dropped) : "",
                cell("%.0f", figure(row, rate, PeerRun.BYTES)),
                cell("%.3f", hubToIt(row, rate)));
    }

    /** A line more for who needs other processes too. */
    private static String whole(Row row, int rate) {
        double cores = figure(row, rate, PeerRun.WHOLE_CORES);
        double perS = figure(row, rate, PeerRun.PER_CPU_S) * figure(row, rate, PeerRun.CORES);
        return Double.isNaN(cores)
                ? ""
                : String.format(
                        Locale.ROOT,
                        "| %s, all its processes | %.3f | %s | | | | | | |%n",
                        row.name,
                        cores,
                        cell("%,.0f", perS / cores));
    }

    private static String cell(String format, double value) {
        return Double.isNaN(value) || Double.isInfinite(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    /** Writes {@code table.md} and {@code report.json}. */
    void write(Path folder) throws IOException {
        ObjectNode json = JSON.createObjectNode()
                .put("machine", Machine.describe())
                .put("loadBefore", loadBefore)
                .put("loadAfter", Machine.load());
        json.set("settings", JSON.valueToTree(load.settings()));
        for (Row row : rows) {
            ObjectNode server = json.withArray("servers")
                    .addObject()
                    .put("name", row.name)
                    .put("setting", row.setting)
                    .put("version", row.version);
            row.byRate.forEach((rate, figures) -> {
                ObjectNode at = server.withObject("/rates/" + rate);
                figures.names().stream()
                        .filter(name -> Double.isFinite(figures.get(name)))
                        .forEach(name -> at.put(name, figures.get(name)));
                double ratio = hubToIt(row, rate);
                if (Double.isFinite(ratio)) {
                    at.put("hub's CPU a delivery to its", ratio);
                }
            });
        }
        json.set("skipped", JSON.valueToTree(skipped));
        Files.writeString(folder.resolve("report.json"), JSON.writeValueAsString(json) + "\n");
        Files.writeString(folder.resolve("table.md"), text());
    }
}
