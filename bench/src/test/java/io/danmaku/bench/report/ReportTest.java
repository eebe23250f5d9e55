package io.danmaku.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {
    @TempDir
    private Path results;

    private static Histogram latency(long... us) {
        Histogram latency = new Histogram(3);
        for (long one : us) {
            latency.recordValue(one);
        }
        latency.setStartTimeStamp(1_000);
        latency.setEndTimeStamp(2_000);
        return latency;
    }

    @Test
    void aMedianIsThatOfTheRunsThatHaveTheFigure() {
        List<Figures> runs = List.of(
                new Figures().put("a", 9).put("b", 1),
                new Figures().put("a", 2),
                new Figures().put("a", 3).put("b", Double.NaN).put("c", Double.NaN));
        Figures median = Figures.median(runs);
        assertEquals(3, median.get("a"));
        assertEquals(1, median.get("b"));
        assertTrue(Double.isNaN(median.get("c")));
        assertEquals(List.of("a", "b", "c"), List.copyOf(median.names()));
        assertEquals(5.5, Figures.median(runs.subList(0, 2)).get("a"));
    }

    @Test
    void whatIsWrittenCanBeReadBack() throws Exception {
        Report report = new Report("hot-room", Map.of("viewers", 7));
        report.run(new Figures().put("x, ms", 1).put("none", Double.NaN), latency(1_000, 5_000));
        report.run(new Figures().put("x, ms", 4), latency(2_000));
        Path folder = Report.folder(results, "hot-room");
        report.write(folder);
        assertTrue(folder.getFileName().toString().matches("hot-room-\\d{8}-\\d{6}"), folder::toString);

        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("report.json").toFile());
        assertEquals(7, json.path("settings").path("viewers").asInt());
        assertEquals(2, json.path("runs").size());
        assertEquals(2.5, json.path("median").path("x, ms").asDouble());
        assertFalse(json.path("runs").path(0).has("none"));

        try (HistogramLogReader log =
                new HistogramLogReader(folder.resolve("latency.hlog").toFile())) {
            Histogram first = (Histogram) log.nextIntervalHistogram();
            assertEquals("run1", first.getTag());
            assertEquals(2, first.getTotalCount());
            assertEquals("run2", log.nextIntervalHistogram().getTag());
        }
        String svg = Files.readString(folder.resolve("latency.svg"));
        var picture = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertEquals(2, picture.getElementsByTagName("polyline").getLength());
    }

    @Test
    void theTableHasARowAFigureAndAColumnARun() {
        Report report = new Report("hot-room", Map.of());
        report.run(new Figures().put("writes/s", 123_456).put("ratio", 0.875), latency(1));
        report.run(new Figures().put("writes/s", 123_458), latency(1));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertTrue(lines.get(2).matches("hot-room +run 1 +run 2 +median"), lines.get(2));
        assertTrue(lines.get(3).matches("writes/s +123,456 +123,458 +123,457"), lines.get(3));
        assertTrue(lines.get(4).matches("ratio +0\\.875 +- +0\\.875"), lines.get(4));
    }
}
