package io.danmaku.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EdgeConfigTest {
    private static final String SECRET = "tokenSecret = \"0123456789abcdef0123456789abcdef\"\n";

    @TempDir
    Path folder;

    private EdgeConfig read(String override) throws IOException {
        return EdgeConfig.read(Settings.load("edge", Files.writeString(folder.resolve("override.conf"), override)));
    }

    @Test
    void theShippedFileIsCompleteButForTheSecret() throws IOException {
        EdgeConfig config = read(SECRET);
        assertEquals(64 * 1024, config.connection().frameBytesMax());
        assertEquals(50, config.frameIntervalMs());
        assertEquals(100, config.frameIntervalMsMax());
        assertTrue(config.eventLoops() >= 1);
    }

    @Test
    void whatIsWrongIsNamed() {
        assertNamed("tokenSecret", "");
        assertNamed("tokenSecret", "tokenSecret = short");
        assertNamed("token.keysUrl", SECRET + "token.keysUrl = \"id.example\"");
        assertNamed("token.keysInterval", SECRET + "token.keysInterval = 5");
        assertNamed("connection.idleMax", SECRET + "connection.idleMax = 60");
        assertNamed("connection.frameMax", SECRET + "connection.frameMax = 1GiB");
        assertNamed("connection.trustedProxies", SECRET + "connection.trustedProxies = \"10.0.0.0/8, proxy\"");
        assertNamed("connection.sendBuffer", SECRET + "connection.sendBuffer = 8KiB");
        assertNamed("connection.reconnectPerSecond", SECRET + "connection.reconnectPerSecond = 0");
        assertNamed("room.tailBatches", SECRET + "room.tailBatches = 1000");
        assertNamed("broadcast.batchMax", SECRET + "broadcast.batchMax = 1MiB, room.tailMax = 512KiB");
        assertNamed("connection.memoryPercentMax", SECRET + "connection.memoryPercentMax = 101");
        assertNamed("overload.stretch.lag", SECRET + "overload.stretch.lag = 25");
        assertNamed("overload.riseAfter", SECRET + "overload.riseAfter = 1");
        assertNamed("connection.idleMin", SECRET + "connection.idleMin = 5s");
    }

    @Test
    void everyStepOfOverloadBeginsAboveTheOneBeforeIt() {
        assertNamed("overload.sample.lag", SECRET + "overload.sample.lag = 25ms");
        assertNamed("overload.shed.lag", SECRET + "overload.sample.lag = 500ms");
        assertNamed("overload.refuse.ringPercent", SECRET + "overload.refuse.ringPercent = 60");
        assertNamed("overload.shed.memoryPercent", SECRET + "overload.shed.memoryPercent = 84");
    }

    private void assertNamed(String key, String override) {
        String message =
                assertThrows(ConfigurationException.class, () -> read(override)).getMessage();
        assertTrue(message.startsWith(key), message);
    }
}
