package io.danmaku.node.pulsar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the broker is asked, and what its answers mean; the broker is an HTTP server that says how much waits in partition 1. */
class BacklogTest {
    private static final String TOPIC = "persistent://danmaku/direct/inbound";
    private static final int MAX = 10;
    private static final long ASKED_MS_MAX = 10_000;

    private final AtomicInteger waits = new AtomicInteger();
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private HttpServer broker;
    private Backlog backlog;

    @BeforeEach
    void start() throws Exception {
        broker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        broker.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().getPath());
            byte[] answer = ("{\"partitions\":{\"" + TOPIC
                            + "-partition-1\":{\"subscriptions\":{\"sub\":{\"msgBacklog\":" + waits.get() + "}}}}}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(waits.get() < 0 ? 500 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        broker.start();
        String address = "http://127.0.0.1:" + broker.getAddress().getPort();
        PulsarAdmin admin = new PulsarAdmin(new PulsarConfig("pulsar://127.0.0.1:1", address, "", "standalone"));
        backlog = new Backlog(admin, TOPIC, 2, "sub", MAX, registry, "backlog");
    }

    @AfterEach
    void stop() {
        backlog.close();
        broker.stop(0);
    }

    private void awaitAnotherLook() throws InterruptedException {
        asked.clear();
        // the second begins when the first is taken
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    "/admin/v2/persistent/danmaku/direct/inbound/partitioned-stats",
                    asked.poll(ASKED_MS_MAX, TimeUnit.MILLISECONDS));
        }
    }

    @Test
    void whileNothingIsLateTheBrokerIsNotAsked() {
        waits.set(MAX + 1);
        assertFalse(backlog.isFull(1));
        assertTrue(asked.isEmpty());
    }

    @Test
    void aPartitionIsFullFromTheLookAfterSomethingWasLateUntilFewerWait() throws Exception {
        waits.set(MAX + 1);
        backlog.late();
        awaitAnotherLook();
        assertTrue(backlog.isFull(1));
        assertFalse(backlog.isFull(0), "each for itself");
        assertEquals(MAX + 1, registry.get("backlog").gauge().value());
        waits.set(-1);
        awaitAnotherLook();
        assertTrue(backlog.isFull(1), "a look that failed says nothing");
        waits.set(MAX);
        awaitAnotherLook();
        assertFalse(backlog.isFull(1));
    }
}
