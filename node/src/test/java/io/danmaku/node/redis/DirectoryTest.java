package io.danmaku.node.redis;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The directory while Redis is away; with a Redis it is tested where one runs, in standalone. */
final class DirectoryTest {

    @Test
    void withoutARedisEveryCallFailsAtOnceAndNothingBlocks() throws Exception {
        int free;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = probe.getLocalPort();
        }
        Vertx vertx = Vertx.vertx();
        try (Directory directory = new Directory(vertx, "redis://127.0.0.1:" + free)) {
            assertFalse(directory.ready());
            Directory.Session session = new Directory.Session("default", "7", "s1");
            assertFailsAtOnce(directory.renew("n1", List.of(session)));
            assertFailsAtOnce(directory.nodesOf("default", List.of("7", "8")));
            assertFailsAtOnce(directory.remove("n1", session));
            assertTrue(directory.renew("n1", List.of()).succeeded());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private static void assertFailsAtOnce(Future<?> future) throws IOException {
        assertTrue(future.failed());
    }
}
