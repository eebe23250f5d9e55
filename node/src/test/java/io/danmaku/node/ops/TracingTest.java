package io.danmaku.node.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Over a real socket: a collector is a server that takes protocol buffers at {@code /v1/traces}. */
class TracingTest {
    private record Export(String path, String body) {}

    @Test
    void spansReachTheCollectorWithTheServicesName() throws IOException, InterruptedException {
        BlockingQueue<Export> exports = new LinkedBlockingQueue<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            // names stand in protocol buffers as they are
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
            exports.add(new Export(exchange.getRequestURI().getPath(), body));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try {
            String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort() + "/";
            try (Tracing tracing = new Tracing("edge", endpoint, 1)) {
                tracing.tracer().spanBuilder("room.send").startSpan().end();
            }
            Export export = exports.poll(10, TimeUnit.SECONDS);
            assertEquals("/v1/traces", export.path());
            assertTrue(export.body().contains("danmaku-edge"), export::body);
            assertTrue(export.body().contains("room.send"), export::body);
        } finally {
            collector.stop(0);
        }
    }

    @Test
    void withoutAnEndpointASpanIsNothing() {
        try (Tracing tracing = new Tracing("edge", "", 1)) {
            Span span = tracing.tracer().spanBuilder("room.send").startSpan();
            assertFalse(span.isRecording());
            span.end();
        }
    }
}
