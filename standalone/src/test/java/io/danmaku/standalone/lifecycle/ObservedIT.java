package io.danmaku.standalone.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.supervise.Part;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a service tells those who run it: logs for a collector, and spans. */
class ObservedIT {
    private static final Duration EXPORTED_MAX = Duration.ofSeconds(30);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static final String TRACE_BYTES = new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1);

    private final TestHub hub = TestHub.get();
    /** Bodies of OTLP, which is binary: a byte is a character here. */
    private final List<String> exports = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "ROOM_SERVICE, danmaku-room-service, /api/rooms",
        "DM_SERVICE, danmaku-dm-service, /api/dm/contacts",
        "EDGE, danmaku-edge, /api/rooms",
    })
    void aRequestIsASpanOfItsCallersTraceAndEachLineOfTheLogIsAnObject(OwnService.Kind kind, String name, String path)
            throws Exception {
        HttpServer collector = collector();
        try (OwnService service = OwnService.start(
                hub,
                kind,
                Map.of(
                        "DANMAKU_LOG_FORMAT",
                        "json",
                        "DANMAKU_OTLP_SAMPLED_PERCENT",
                        "100",
                        "DANMAKU_OTLP_ENDPOINT",
                        "http://127.0.0.1:" + collector.getAddress().getPort()))) {
            int status = service.get(
                    path,
                    Map.of(
                            "Authorization",
                            "Bearer " + hub.adminToken(),
                            "traceparent",
                            "00-" + TRACE + "-00f067aa0ba902b7-01"));
            assertEquals(200, status);
            Eventually.await(
                    EXPORTED_MAX,
                    "a span comes",
                    () -> exports.stream()
                            .anyMatch(export -> export.contains(TRACE_BYTES)
                                    && export.contains(name)
                                    && export.contains("GET " + path)));
            service.term();
            service.awaitEnd(Part.STOP_GRACE.multipliedBy(2));
            assertObjects(service.output());
        } finally {
            collector.stop(0);
        }
    }

    private HttpServer collector() throws IOException {
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            exports.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        return collector;
    }

    private static void assertObjects(List<String> lines) throws IOException {
        assertFalse(lines.isEmpty());
        for (String line : lines) {
            JsonNode event = Json.MAPPER.readTree(line);
            assertTrue(event.path("timestamp").isIntegralNumber(), line);
            for (String field : List.of("level", "loggerName", "message")) {
                assertTrue(event.path(field).isTextual(), field + ": " + line);
            }
        }
        assertTrue(lines.get(lines.size() - 1).contains("has stopped"), lines.get(lines.size() - 1));
    }
}
