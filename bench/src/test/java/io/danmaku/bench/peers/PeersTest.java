package io.danmaku.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.danmaku.bench.report.Figures;
import io.danmaku.standalone.folder.Home;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class PeersTest {
    @TempDir
    private Path folder;

    private List<Peer> found() throws Exception {
        return new Peers(folder, Home.find().root().resolve("bench/peers")).all();
    }

    @Test
    void whatIsNotInstalledIsListedWithTheReason() throws Exception {
        Peer ws = found().stream()
                .filter(peer -> peer.name().equals("ws"))
                .findFirst()
                .orElseThrow();
        assertTrue(
                ws.absent().contains("scripts/install-bench-peers")
                        || ws.absent().contains("no Node.js"),
                ws::absent);
    }

    /** The real processes, and the one peer that needs nothing installed. */
    @Test
    @Timeout(120)
    void plainVertxIsMeasured() throws Exception {
        Peer vertx = found().get(0);
        assertEquals("", vertx.absent());
        assertFalse(vertx.version().isEmpty());
        PeerLoad load = new PeerLoad(20, List.of(50, 100), 1, 1, 10);
        Map<Integer, Figures> byRate = PeersBench.run(vertx, load, folder);
        assertEquals(List.of(50, 100), List.copyOf(byRate.keySet()));
        for (Figures figures : byRate.values()) {
            assertEquals(100, figures.get(PeerRun.ARRIVED));
            assertEquals(0, figures.get(PeerRun.DROPPED));
            assertEquals(0, figures.get(PeerRun.DOUBLED));
            assertTrue(figures.get(PeerRun.P50_MS) > 0, "p50");
            // two bytes of a frame's head and the message
            double message = PeerPublisher.payload(System.nanoTime(), 150).length() + 2;
            assertEquals(message, figures.get(PeerRun.BYTES), 3);
        }
    }

    @Test
    void theTableComparesWithTheHubAndSaysWhatIsMissing() throws Exception {
        PeerTable table = new PeerTable(new PeerLoad(1_000, List.of(100), 1, 1, 10));
        table.add(PeerTable.HUB, "default", "1", Map.of(100, new Figures().put(PeerRun.CPU_US, 2)));
        table.add("other", "default", "2", Map.of(100, new Figures().put(PeerRun.CPU_US, 10)));
        table.skip("third", "not installed");
        String text = table.text();
        assertTrue(text.contains("100,000 deliveries a second offered"), text);
        assertTrue(text.lines().anyMatch(line -> line.startsWith("| other ") && line.endsWith("| 0.200 |")), text);
        assertTrue(text.contains("skipped third: not installed"), text);
        table.write(folder);
        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("report.json").toFile());
        assertEquals(
                0.2,
                json.at("/servers/1/rates/100")
                        .path("hub's CPU a delivery to its")
                        .asDouble());
        assertEquals("not installed", json.at("/skipped/third").asText());
    }
}
