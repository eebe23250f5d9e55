package io.danmaku.node.config;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class SettingsTest {

    @Test
    void valuesAreReadWithTheirUnits() {
        Settings settings = Settings.parse(
                "a.n = 7, a.size = 256KiB, a.half = 1.5MiB, a.time = 50ms, a.long = 2h, a.on = true, a.off = no, a.text = \"\"");
        assertEquals(7, settings.integer("a.n", 1, 10));
        assertEquals(256 * 1024, settings.bytes("a.size", 1, 1 << 20));
        assertEquals(1536 * 1024, settings.bytes("a.half", 1, 1 << 30));
        assertEquals(50, settings.millis("a.time", 1, 1000));
        assertEquals(7_200_000, settings.millis("a.long", 1, 86_400_000));
        assertTrue(settings.flag("a.on"));
        assertFalse(settings.flag("a.off"));
        assertEquals("", settings.text("a.text"));
        settings.finish();
    }

    @Test
    void theEdgesOfARangeAreInside() {
        assertEquals(1, Settings.parse("n = 1").integer("n", 1, 10));
        assertEquals(10, Settings.parse("n = 10").integer("n", 1, 10));
    }

    @Test
    void aValueOutsideItsRangeNamesItsKeyAndRange() {
        assertBad("a.n", "1..10", () -> Settings.parse("a.n = 11").integer("a.n", 1, 10));
        assertBad("a.n", "1..10", () -> Settings.parse("a.n = 0").integer("a.n", 1, 10));
        assertBad(
                "a.n", "99999999999", () -> Settings.parse("a.n = 99999999999").integer("a.n", 1, 10));
        assertBad("a.s", "1..1024 bytes", () -> Settings.parse("a.s = 1MiB").bytes("a.s", 1, 1024));
        assertBad("a.t", "1..1000 ms", () -> Settings.parse("a.t = 2s").millis("a.t", 1, 1000));
    }

    @Test
    void aMissingUnitNamesItsKey() {
        assertBad("a.t", "50ms", () -> Settings.parse("a.t = 50").millis("a.t", 1, 1000));
        assertBad("a.t", "50ms", () -> Settings.parse("a.t = \"50\"").millis("a.t", 1, 1000));
        assertBad("a.s", "256KiB", () -> Settings.parse("a.s = 4096").bytes("a.s", 1, 10_000));
        assertBad("a.t", "50ms", () -> Settings.parse("a.t = 5 apples").millis("a.t", 1, 1000));
        assertBad("a.s", "256KiB", () -> Settings.parse("a.s = 5 apples").bytes("a.s", 1, 1000));
    }

    @Test
    void aValueOfAnotherKindNamesItsKey() {
        assertBad("n", "whole number", () -> Settings.parse("n = x").integer("n", 1, 10));
        assertBad("n", "whole number", () -> Settings.parse("n = 1.5").integer("n", 1, 10));
        assertBad("n", "single value", () -> Settings.parse("n = [1]").integer("n", 1, 10));
        assertBad("n", "single value", () -> Settings.parse("n { a = 1 }").text("n"));
        assertBad("f", "true or false", () -> Settings.parse("f = 1").flag("f"));
        assertBad("l", "list of texts", () -> Settings.parse("l = [{a = 1}]").texts("l"));
        assertBad("x", "missing", () -> Settings.parse("n = 1").text("x"));
        assertBad("x", "missing", () -> Settings.parse("n = 1").texts("x"));
        assertBad("x", "missing", () -> Settings.parse("x = \" \"").nonEmpty("x"));
        assertBad("x", "missing", () -> Settings.parse("x = \"\"").secret("x"));
    }

    @Test
    void anUnknownKeyIsRefusedByName() {
        Settings settings = Settings.parse("a.n = 1, a.misspelt = 2");
        settings.integer("a.n", 1, 10);
        assertBad("a.misspelt", "not a setting", settings::finish);
    }

    @Test
    void aListMayBeATextWithCommas() {
        assertEquals(List.of("a", "b"), Settings.parse("l = [a, b]").texts("l"));
        assertEquals(List.of("a", "b"), Settings.parse("l = \"a, b,\"").texts("l"));
        assertEquals(List.of(), Settings.parse("l = \"\"").texts("l"));
        assertEquals(List.of(), Settings.parse("l = []").texts("l"));
    }

    @Test
    void aSecretIsNeverPrinted() {
        Settings settings = Settings.parse("s = \"hush\", n = 1");
        assertEquals("hush", settings.secret("s"));
        settings.integer("n", 1, 1);
        assertEquals("n = 1, s = ***", settings.printed());
    }

    @Test
    void theEnvironmentGoesBeforeTheFile() {
        Settings settings = Settings.load("probe", null);
        assertEquals("127.0.0.1", settings.text("probe.host"));
        assertEquals(System.getenv("PATH"), settings.text("probe.path"));
        assertEquals(8080, settings.integer("probe.port", 1, 65_535));
        settings.finish();
    }

    @Test
    void anOverrideGoesBeforeTheShippedFile(@TempDir Path folder) throws IOException {
        Path override = Files.writeString(folder.resolve("mine.conf"), "probe.port = 9090");
        Settings settings = Settings.load("probe", override);
        assertEquals(9090, settings.integer("probe.port", 1, 65_535));
        assertEquals("127.0.0.1", settings.text("probe.host"));
        Path unknown = Files.writeString(folder.resolve("unknown.conf"), "probe.prot = 9090");
        Settings misspelt = Settings.load("probe", unknown);
        for (String key : List.of("probe.port", "probe.host", "probe.path")) {
            misspelt.text(key);
        }
        assertBad("probe.prot", "not a setting", misspelt::finish);
    }

    @Test
    void aFileThatIsMissingOrNotHoconIsOneClearError(@TempDir Path folder) throws IOException {
        assertBad("nobody.conf", "", () -> Settings.load("nobody", null));
        Path absent = folder.resolve("absent.conf");
        assertBad(absent.toString(), "cannot be read", () -> Settings.load("probe", absent));
        Path broken = Files.writeString(folder.resolve("broken.conf"), "probe { port = ");
        assertBad("probe.conf", "broken.conf", () -> Settings.load("probe", broken));
    }

    @Property
    void anyTextIsAValueOrAConfigurationError(@ForAll String text) {
        Settings settings = Settings.parse("v = " + quoted(text));
        for (Runnable reading : List.<Runnable>of(
                () -> settings.integer("v", 0, 10),
                () -> settings.bytes("v", 0, 10),
                () -> settings.millis("v", 0, 10),
                () -> settings.flag("v"),
                () -> settings.texts("v"),
                () -> settings.nonEmpty("v"))) {
            assertDoesNotThrow(() -> {
                try {
                    reading.run();
                } catch (ConfigurationException expected) {
                    assertTrue(expected.getMessage().startsWith("v: "), expected.getMessage());
                }
            });
        }
    }

    private static String quoted(String text) {
        return com.typesafe.config.ConfigUtil.quoteString(text);
    }

    private static void assertBad(String key, String says, Executable reading) {
        String message = assertThrows(ConfigurationException.class, reading).getMessage();
        assertTrue(message.startsWith(key), message);
        assertTrue(message.contains(says), message);
    }
}
