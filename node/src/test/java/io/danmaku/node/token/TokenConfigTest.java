package io.danmaku.node.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokenConfigTest {
    private static final String NOTHING = """
            token { secret = "", keysFile = "", keysUrl = "", keysInterval = 5m, keysAgainAfter = 10s, keysWithin = 5s,
              issuer = "", audience = "" }
            """;
    private static final String SECRET = "token.secret = \"0123456789abcdef0123456789abcdef\"\n";

    @TempDir
    private Path folder;

    private static TokenConfig read(String override) {
        Settings settings = Settings.parse(NOTHING + override);
        TokenConfig config = TokenConfig.read(settings, "token.secret");
        settings.finish();
        return config;
    }

    private static String file(Path file) {
        return "token.keysFile = \"" + file + "\"\n";
    }

    @Test
    void withASecretAloneThereAreNoKeys() {
        TokenConfig config = read(SECRET);
        assertEquals(List.of(), config.keys());
        assertNull(config.keysUrl());
        assertFalse(config.toString().contains("0123"), config::toString);
    }

    @Test
    void whereThereArePublicKeysTheSecretMayBeMissing() throws IOException {
        Path set = Files.write(
                folder.resolve("keys.json"), Jwk.set(Jwk.of("a", Jwk.ed25519().getPublic())));
        TokenConfig config = read(file(set));
        assertEquals("", config.secret());
        assertEquals("a", config.keys().get(0).kid());
        String url = "https://id.example/.well-known/jwks.json?v=1";
        assertEquals(URI.create(url), read("token.keysUrl = \"" + url + "\"\n").keysUrl());
        assertEquals(32, read(SECRET + file(set)).secret().length());
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        Path large = Files.write(folder.resolve("large"), new byte[KeyDocument.BYTES_MAX + 1]);
        assertNamed("token.secret", "");
        assertNamed("token.secret", "token.secret = short");
        assertNamed("token.secret", "token.secret = short, token.keysUrl = \"http://id.example/\"");
        assertNamed("token.keysFile", SECRET + file(empty));
        assertNamed("token.keysFile", SECRET + file(large));
        assertNamed("token.keysFile", SECRET + file(folder));
        assertNamed("token.keysFile", SECRET + file(folder.resolve("nowhere")));
        for (String bad : List.of(
                "id.example",
                "ftp://id.example/",
                "http:///keys",
                "http://a b/",
                "http://u:p@id.example/",
                "http://a/#b")) {
            assertNamed("token.keysUrl", SECRET + "token.keysUrl = \"" + bad + "\"");
        }
        assertNamed("token.keysInterval", SECRET + "token.keysInterval = 10ms");
        assertNamed("token.keysAgainAfter", SECRET + "token.keysAgainAfter = 10");
        assertNamed("token.keysWithin", SECRET + "token.keysWithin = 2m");
    }

    private static void assertNamed(String key, String override) {
        String message =
                assertThrows(ConfigurationException.class, () -> read(override)).getMessage();
        assertTrue(message.startsWith(key), message);
    }
}
