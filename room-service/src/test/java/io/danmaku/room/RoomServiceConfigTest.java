package io.danmaku.room;

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

class RoomServiceConfigTest {
    private static final String SECRET = "token.secret = \"0123456789abcdef0123456789abcdef\"\n";

    @TempDir
    Path folder;

    private RoomServiceConfig read(String override) throws IOException {
        Path file = Files.writeString(folder.resolve("override.conf"), override);
        return RoomServiceConfig.read(Settings.load("room-service", file));
    }

    @Test
    void theShippedFileIsCompleteButForTheSecret() throws IOException {
        RoomServiceConfig config = read(SECRET);
        assertEquals(64 << 10, config.bodyBytesMax());
        assertEquals(2_000, config.membership().statsIntervalMs());
        assertEquals(5_000, config.forwardReadTimeoutMs());
    }

    @Test
    void anAdvertisedUrlLosesItsSlash() throws IOException {
        assertEquals(
                "http://rooms-1:8081",
                read(SECRET + "http.advertisedUrl = \"http://rooms-1:8081/\"").advertisedUrl());
    }

    @Test
    void whatIsWrongIsNamed() {
        assertNamed("token.secret", "token.secret = short");
        assertNamed("token.keysUrl", SECRET + "token.keysUrl = \"id.example\"");
        assertNamed("rooms.perTenantMax", SECRET + "rooms.perTenantMax = 0");
        assertNamed("rooms.perTenantMax", SECRET + "rooms { perTenantMax = 11, allTenantsMax = 10 }");
        assertNamed("http.idleTimeout", SECRET + "http.idleTimeout = 60");
        assertNamed("http.forwardTimeout", SECRET + "http.forwardTimeout = 6s");
        assertNamed("http.forwardReadTimeout", SECRET + "http.forwardReadTimeout = 21s");
        assertNamed("http.advertisedUrl", SECRET + "http.advertisedUrl = \"rooms-1\"");
        assertNamed("http.trustedProxies", SECRET + "http.trustedProxies = edge-1");
        assertNamed("webhooks.backoffMin", SECRET + "webhooks { backoffMin = 2s, backoffMax = 1s }");
        assertNamed("webhooks.atOncePerWebhook", SECRET + "webhooks { atOnce = 3, atOncePerWebhook = 4 }");
        assertNamed("webhooks.tries", SECRET + "webhooks.tries = 1");
        assertNamed("rooms.perTenentMax", SECRET + "rooms.perTenentMax = 5");
    }

    private void assertNamed(String key, String override) {
        String message =
                assertThrows(ConfigurationException.class, () -> read(override)).getMessage();
        assertTrue(message.contains(key), message);
    }
}
