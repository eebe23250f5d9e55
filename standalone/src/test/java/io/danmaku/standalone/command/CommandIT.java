package io.danmaku.standalone.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.hub.Up;
import io.danmaku.standalone.service.DemoRoom;
import io.danmaku.standalone.service.RoomClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a shell runs them, against a running hub. */
class CommandIT {
    private final TestHub hub = TestHub.get();

    @TempDir
    private Path scratch;

    /** What a command said and how it ended. */
    private record Ran(int code, String out, String err) {}

    @Test
    void tokenPrintsATokenAloneWithTheAskedRoles() throws Exception {
        Ran ran = run(
                "token",
                "--user",
                "7",
                "--name",
                "Ann",
                "--host",
                "a",
                "--moderator",
                "b",
                "--device",
                "pc:1",
                "--ttl",
                "2h");
        assertEquals(0, ran.code, ran.err);
        assertEquals("", ran.err);
        String secret = Secret.find(new DataFolder(hub.dataFolder())).orElseThrow();
        Claims claims = new Tokens(secret).verify(ran.out.strip()).claims();
        assertEquals("7", claims.user());
        assertEquals("Ann", claims.name());
        assertEquals("pc:1", claims.account().device());
        assertEquals(Role.HOST, claims.roleIn("a"));
        assertEquals(Role.MODERATOR, claims.roleIn("b"));
        assertEquals(Role.VIEWER, claims.roleIn("c"));
        assertEquals(1, ran.out.lines().count());
    }

    @Test
    void aTokenHasTheLevelAndTheRoomsThatItsUserFollows() throws Exception {
        long beforeS = System.currentTimeMillis() / 1000;
        Ran ran = run("token", "--user", "7", "--level", "17", "--follows", "a=10m", "--follows", "b", "--since", "2d");
        assertEquals(0, ran.code, ran.err);
        String secret = Secret.find(new DataFolder(hub.dataFolder())).orElseThrow();
        Claims claims = new Tokens(secret).verify(ran.out.strip()).claims();
        assertEquals(17, claims.profile().level());
        assertEquals(Set.of("a", "b"), claims.account().follows().keySet());
        assertEquals(
                600,
                claims.account().follows().get("b") - claims.account().follows().get("a"));
        assertTrue(claims.account().follows().get("b") >= beforeS, claims::toString);
        assertEquals(
                2 * 86_400,
                claims.account().follows().get("b") - claims.account().sinceS());
        for (String wrong : new String[] {"a b", "a=soon", "="}) {
            assertEquals(2, run("token", "--user", "7", "--follows", wrong).code, wrong);
        }
        assertEquals(2, run("token", "--user", "7", "--level", "1001").code);
        assertEquals(2, run("token", "--user", "7", "--since", "-1d").code);
    }

    @Test
    void aWrongOptionEndsWithTwoAndSaysHow() throws Exception {
        Ran ran = run("token", "--user", "7", "--ttl", "soon");
        assertEquals(2, ran.code);
        assertEquals("", ran.out);
        assertTrue(ran.err.contains("'soon' is no length of time; say 90s, 15m, 1h or 7d"), ran.err);
    }

    @Test
    void aRoomIsCreatedListedAndClosed() throws Exception {
        assertEquals(
                new Ran(0, "cli-1\n", ""),
                run("room", "create", "cli-1", "--title", "By hand", "--policy", "slowModeMs=500"));
        assertTrue(run("room", "list").out.lines().anyMatch("cli-1\topen\tlogged\tBy hand"::equals));
        JsonNode room = room("cli-1");
        assertEquals(500, room.path("policy").path("slowModeMs").asInt());

        Ran again = run("room", "create", "cli-1");
        assertEquals(1, again.code);
        assertEquals("", again.out);
        assertEquals(1, again.err.lines().count(), again.err);

        assertEquals(new Ran(0, "", ""), run("room", "close", "cli-1"));
        assertEquals("closed", room("cli-1").path("state").asText());
    }

    @Test
    void allRoomsAreListedHoweverManyPagesTheyFill() throws Exception {
        RoomClient rooms = rooms();
        List<String> ids =
                IntStream.range(100, 160).mapToObj(n -> "cli-list-" + n).toList();
        for (String id : ids) {
            assertTrue(rooms.create(Map.of("id", id, "title", id, "durability", "ephemeral"))
                    .ok());
        }
        List<String> told = run("room", "list")
                .out
                .lines()
                .map(line -> line.substring(0, line.indexOf('\t')))
                .toList();
        assertTrue(told.containsAll(ids), told::toString);
        assertEquals(told.size(), told.stream().distinct().count());
        for (String id : List.of(ids.get(0), ids.get(ids.size() - 1))) {
            assertEquals("open", room(id).path("state").asText());
        }
        for (String id : ids) {
            assertTrue(rooms.close(id).ok());
        }
    }

    @Test
    void aDemoRoomThatSomebodyClosedStaysClosedAtTheNextStart() throws Exception {
        RoomClient rooms = rooms();
        Duration atMost = Duration.ofSeconds(30);
        assertEquals(Optional.empty(), DemoRoom.ensure(rooms, "cli-demo", atMost));
        assertEquals("open", room("cli-demo").path("state").asText());
        assertTrue(rooms.close("cli-demo").ok());
        assertEquals(Optional.empty(), DemoRoom.ensure(rooms, "cli-demo", atMost));
        assertEquals("closed", room("cli-demo").path("state").asText());
    }

    @Test
    void aRoomWithoutAnIdGetsOneAndPrintsItAlone() throws Exception {
        Ran ran = run("room", "create");
        assertEquals(0, ran.code, ran.err);
        assertTrue(ran.out.matches("[A-Za-z0-9_-]{1,64}\n"), ran.out);
    }

    @Test
    void anUnknownPolicyIsRefusedInOneLine() throws Exception {
        Ran ran = run("room", "create", "cli-2", "--policy", "colour=red");
        assertEquals(1, ran.code);
        assertEquals(1, ran.err.lines().count(), ran.err);
        assertTrue(ran.err.startsWith("danmaku: bad_field: "), ran.err);
    }

    @Test
    void statusNamesEveryPartForScripts() throws Exception {
        JsonNode status = new ObjectMapper().readTree(run("status", "--json").out);
        assertTrue(status.path("running").asBoolean());
        List<String> parts = new ArrayList<>();
        status.path("parts").forEach(part -> parts.add(part.path("name").asText()));
        assertEquals(List.of("redis", "cassandra", "pulsar", "room-service", "dm-service", "edge-1", "edge-2"), parts);
    }

    @Test
    void statusOfAFolderWithoutAHubEndsWithOne() throws Exception {
        Ran ran = runOn(scratch, "status");
        assertEquals(1, ran.code);
        assertEquals("no hub runs on " + scratch.toAbsolutePath() + "\n", ran.out);
    }

    @Test
    void doctorLooksAtTheMachine() throws Exception {
        Ran ran = run("doctor");
        for (String subject : List.of("jdk", "maven", "memory", "disk", "ports", "perl", "browser")) {
            assertTrue(ran.out.contains(" " + subject + " "), ran.out);
        }
    }

    private RoomClient rooms() throws IOException {
        return new RoomClient(
                hub.roomService().toString(),
                Secret.find(new DataFolder(hub.dataFolder())).orElseThrow());
    }

    private JsonNode room(String id) throws IOException, InterruptedException {
        for (JsonNode room :
                new ObjectMapper().readTree(run("room", "list", "--json").out).path("rooms")) {
            if (room.path("id").asText().equals(id)) {
                return room;
            }
        }
        throw new AssertionError("no room " + id);
    }

    private Ran run(String... arguments) throws IOException, InterruptedException {
        return runOn(hub.dataFolder(), arguments);
    }

    private Ran runOn(Path data, String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile(scratch, "out", ".txt");
        Path err = Files.createTempFile(scratch, "err", ".txt");
        ProcessBuilder builder =
                Up.command(List.of(arguments)).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("DANMAKU_DATA", data.toString());
        int code = builder.start().waitFor();
        return new Ran(
                code, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }
}
