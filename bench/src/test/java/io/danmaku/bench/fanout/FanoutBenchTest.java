package io.danmaku.bench.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.supervise.UpRecord;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class FanoutBenchTest {
    private static final URI FIRST = URI.create("http://127.0.0.1:8080");
    private static final URI SECOND = URI.create("http://127.0.0.1:8083");

    private static String refused(String... arguments) {
        StringWriter said = new StringWriter();
        int code = new CommandLine(new FanoutBench())
                .setErr(new PrintWriter(said, true))
                .execute(arguments);
        assertEquals(2, code);
        return said.toString().lines().findFirst().orElseThrow();
    }

    private static UpRecord up(URI... edges) {
        List<UpRecord.PartRecord> parts = new java.util.ArrayList<>();
        for (int i = 0; i < edges.length; i++) {
            parts.add(new UpRecord.PartRecord(
                    "edge-" + (i + 1),
                    UpRecord.PartState.READY,
                    100 + i,
                    0,
                    "",
                    0,
                    0,
                    Map.of("http", edges[i].getPort()),
                    ""));
        }
        return new UpRecord(
                UpRecord.State.READY,
                1,
                0,
                0,
                Map.of("edges", List.of(edges).stream().map(URI::toString).toList()),
                parts);
    }

    @Test
    void aScenarioThatIsNotThereIsAnErrorThatNamesThoseThatAre() {
        assertEquals(
                "there is no scenario calm, only hot-room, many-rooms, flash-crowd, slow-viewers, gift-storm, location, "
                        + "reconnect-storm, compression, step-load, soak",
                refused("calm"));
    }

    @Test
    void anOptionOutOfItsRangeIsSaidInOneLine() {
        assertEquals("--viewers is 1..20000", refused("--viewers=0"));
        assertEquals("--rooms is 1..5000", refused("many-rooms", "--rooms=5001"));
        assertEquals("--checked is 0..100", refused("--checked=101"));
    }

    @Test
    void viewersAreOnTheFirstEdgeAndPublishersOnTheLast() {
        Hub hub = Hub.of(up(FIRST, SECOND), List.of());
        assertEquals(FIRST, hub.watched());
        assertEquals(100, hub.watchedPid());
        assertEquals(SECOND, hub.published());
        assertFalse(hub.allInOne());
        assertTrue(Hub.of(up(FIRST), List.of()).allInOne());
        assertEquals(101, Hub.of(up(FIRST, SECOND), List.of(SECOND)).watchedPid());
    }

    @Test
    void anEdgeOfAnotherHubIsRefused() {
        var refusal = assertThrows(
                IllegalArgumentException.class, () -> Hub.of(up(FIRST), List.of(URI.create("http://127.0.0.1:9"))));
        assertTrue(refusal.getMessage().contains("http://127.0.0.1:9 is no edge of this hub"), refusal.getMessage());
    }

    @Test
    void pausesAreTheSumOverAllKindsOfThem() {
        String metrics = """
                # TYPE jvm_gc_pause_seconds summary
                jvm_gc_pause_seconds_count{action="end of minor GC",service="edge"} 7
                jvm_gc_pause_seconds_count{action="end of major GC",service="edge"} 1
                jvm_gc_pause_seconds_sum{action="end of minor GC",service="edge"} 0.25
                """;
        assertEquals(8, EdgeSample.sum(metrics, "jvm_gc_pause_seconds_count"));
        assertEquals(0.25, EdgeSample.sum(metrics, "jvm_gc_pause_seconds_sum"));
        assertEquals(0, EdgeSample.sum("", "jvm_gc_pause_seconds_sum"));
        assertEquals(7, EdgeSample.sum(metrics, "jvm_gc_pause_seconds_count{action=\"end of minor GC\""));
    }
}
