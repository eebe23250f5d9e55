package io.danmaku.standalone.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.hub.Up;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The script {@code danmaku} itself. It runs as a copy beside links to this build, with the stamp of a build: in the checkout it
 * would build again under the running tests.
 */
class ScriptIT {
    private final TestHub hub = TestHub.get();

    private Path scratch;
    private Path script;

    /** What it said and how it ended. */
    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void layOut() throws Exception {
        scratch = Up.data("script", true);
        Path built = Home.find().root();
        Path copy = scratch.resolve("checkout");
        Path target = Files.createDirectories(copy.resolve("standalone/target"));
        Files.copy(built.resolve("danmaku"), copy.resolve("danmaku"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createFile(copy.resolve("pom.xml"));
        for (String name : List.of("danmaku-standalone.jar", "lib")) {
            Files.createSymbolicLink(target.resolve(name), built.resolve("standalone/target/" + name));
        }
        Files.createFile(target.resolve("built"));
        // as a user has it on the PATH
        Path bin = Files.createDirectories(scratch.resolve("bin"));
        script = Files.createSymbolicLink(bin.resolve("danmaku"), Path.of("../checkout/danmaku"));
    }

    @Test
    void theScriptHandsOverToTheCommandsAndKeepsTheirOutputAlone() throws Exception {
        Ran token = run("token", "--user", "7", "--host", "a");
        assertEquals(0, token.code, token.err);
        assertEquals("", token.err);
        Claims claims = new Tokens(Secret.find(new DataFolder(hub.data())).orElseThrow())
                .verify(token.out.strip())
                .claims();
        assertEquals("7", claims.user());
        assertEquals(Role.HOST, claims.roleIn("a"));

        assertEquals(new Ran(0, "by-script\n", ""), run("room", "create", "by-script", "--title", "Two words"));
        assertTrue(run("room", "list").out.lines().anyMatch("by-script\topen\tlogged\tTwo words"::equals));
        assertEquals(new Ran(0, "", ""), run("room", "close", "by-script"));
        assertTrue(run("room", "list").out.lines().anyMatch("by-script\tclosed\tlogged\tTwo words"::equals));

        Ran status = run("status", "--json");
        assertEquals(0, status.code, status.err);
        JsonNode json = Json.MAPPER.readTree(status.out);
        assertTrue(json.path("running").asBoolean(), status.out);
        assertEquals(hub.record().launcher(), json.path("launcher").asLong());

        assertEquals(2, run("no-such-command").code, "exit codes come through");
    }

    private Ran run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        Path out = scratch.resolve("out");
        Path err = scratch.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DANMAKU_"));
        builder.environment().put("DANMAKU_DATA", hub.data().toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        int code = builder.start().waitFor();
        return new Ran(code, Files.readString(out), Files.readString(err));
    }
}
