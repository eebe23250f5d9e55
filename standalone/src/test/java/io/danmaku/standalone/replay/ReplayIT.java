package io.danmaku.standalone.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.room.Role;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.hub.Up;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.io.Reader;
import java.io.StringReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive through the whole hub, counted by a viewer on each edge. */
final class ReplayIT {
    private static final int COMMENTS = 20_000;
    private static final int MINUTES = 20;
    private static final double SPEED = 20;
    private static final int VOICES = 64;
    private static final Duration LAST_MAX = Duration.ofSeconds(30);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    @Test
    void everythingAcknowledgedIsSeenByAViewerOfEachEdgeInTheSameOrderOnce() throws Exception {
        String room = api.createRoom("replay", Map.of("bestEffortPerSecond", 0));
        Archive archive = sample(COMMENTS, MINUTES);
        Map<Long, Comment> acknowledged = new ConcurrentSkipListMap<>();
        Cast cast = new Cast(hub::token, room, Role.MODERATOR, VOICES);
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, "one", 1);
                Witness two = Witness.viewer(clients, hub, "two", 2);
                Replay replay = new Replay(cast, room, (comment, answer) -> {
                    if (answer.acknowledged()) {
                        acknowledged.put(answer.ok().get("o").asLong(), comment);
                    }
                })) {
            one.join(room);
            two.join(room);
            replay.connect(List.of(hub.webSocket(1), hub.webSocket(2)));
            replay.play(archive.comments(), SPEED);
            replay.awaitOutcomes();

            assertEquals(Map.of(), replay.tally().refusedByCode());
            assertEquals(0, replay.tally().unknownCount());
            assertEquals(COMMENTS, replay.tally().acknowledgedCount());
            assertEquals(COMMENTS, acknowledged.size(), "each has an offset of its own");
            long last = Collections.max(acknowledged.keySet());
            one.awaitCovered(last, LAST_MAX);
            two.awaitCovered(last, LAST_MAX);
            assertSeen(acknowledged, one);
            assertSeen(acknowledged, two);
            assertEquals(one.events(), two.events());
            System.err.printf(
                    "replay of %d: p50 %d ms, p99 %d ms to the acknowledgement%n",
                    COMMENTS, replay.tally().latencyMs(50), replay.tally().latencyMs(99));
        }
    }

    private static void assertSeen(Map<Long, Comment> acknowledged, Witness witness) {
        witness.assertClean();
        assertEquals(List.of(), witness.gaps());
        assertEquals(Map.of(), witness.skipped());
        NavigableMap<Long, JsonNode> events = witness.events("chat");
        assertEquals(acknowledged.keySet(), events.keySet());
        acknowledged.forEach((offset, comment) -> {
            JsonNode detail = events.get(offset).get("d");
            assertEquals(comment.wireText(), detail.get("text").asText());
            assertEquals(comment.wireMode(), detail.get("mode").asText());
            assertEquals(comment.wireColor(), detail.get("color").asText());
            assertEquals(comment.wireSize(), detail.get("size").asInt());
        });
    }

    @Test
    void theCommandReplaysAFileAndSaysWhatBecameOfIt(@TempDir Path folder) throws Exception {
        String room = api.createRoom("replay", Map.of("textLengthMax", 100));
        Path file = folder.resolve("archive.xml");
        try (Writer out = Files.newBufferedWriter(file)) {
            new Sample(200, 1, 5).write(out);
            out.write("<d p=\"1,7,25,1,0,0,a,1\">[0,0,\"1-1\",4,\"x\"]</d>\n");
            out.write("<d p=\"1,1,25,1,0,0,a,1\">" + "长".repeat(101) + "</d>\n");
            out.write("<d p=\"broken\">x</d>\n");
        }
        Path said = folder.resolve("said");
        Process command = Up.command(List.of(
                        "replay",
                        file.toString(),
                        "--room=" + room,
                        "--speed=20",
                        "--senders=8",
                        "--as-host",
                        "--data=" + hub.data()))
                .redirectError(said.toFile())
                .start();
        try (Clients clients = new Clients(1);
                Witness witness = Witness.viewer(clients, hub, "reader", 2)) {
            witness.join(room);
            assertTrue(command.waitFor(90, TimeUnit.SECONDS), "the command ends");
            String report = Files.readString(said);
            assertEquals(0, command.exitValue(), report);
            assertEquals("", new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertTrue(report.contains("202 comments over "), report);
            assertTrue(report.contains("1 broken, left out:\n  line 206: p has 1 fields"), report);
            assertTrue(report.contains("201 sent in "), report);
            assertTrue(report.contains(": 200 acknowledged (p50 "), report);
            assertTrue(report.contains("1 refused: too_long\n"), report);
            assertTrue(report.contains("1 not sent: positioned comments and scripts\n"), report);
            witness.awaitCovered(200, LAST_MAX);
        } finally {
            command.destroyForcibly();
        }
    }

    static Archive sample(int comments, int minutes) throws Exception {
        StringBuilder text = new StringBuilder();
        new Sample(comments, minutes, 1).write(text);
        try (Reader in = new StringReader(text.toString())) {
            return Archive.read(in);
        }
    }
}
