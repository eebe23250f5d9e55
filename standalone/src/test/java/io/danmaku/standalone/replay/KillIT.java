package io.danmaku.standalone.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.room.Role;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Chatter;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code kill -9} of every part in the middle of a replay, with direct messages going. */
final class KillIT {
    private static final int COMMENTS = 2_400;
    private static final int PER_SECOND = 150;
    private static final int VOICES = 8;
    private static final int DIRECT_PER_SECOND = 10;
    private static final Duration SETTLED_MAX = Duration.ofSeconds(90);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    @ParameterizedTest
    @ValueSource(strings = {"edge-1", "room-service", "dm-service", "pulsar", "cassandra"})
    void nothingAcknowledgedIsMissingOrDoubledAfterAKillOf(String part) throws Exception {
        String room = api.createRoom("kill", Map.of("bestEffortPerSecond", 0));
        Map<Long, Comment> acknowledged = new ConcurrentHashMap<>();
        List<String> twice = new ArrayList<>();
        Cast cast = new Cast(hub::token, room, Role.MODERATOR, VOICES);
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, room + "-one", 1, 2);
                Witness two = Witness.viewer(clients, hub, room + "-two", 2, 1);
                Chatter chatter = new Chatter(clients, hub, room + "-a", room + "-b");
                Replay replay = new Replay(cast, room, (comment, answer) -> {
                    if (answer.acknowledged()
                            && acknowledged.put(answer.ok().get("o").asLong(), comment) != null) {
                        twice.add(answer.ok() + " for another comment too");
                    }
                })) {
            one.join(room);
            two.join(room);
            replay.connect(List.of(hub.webSocket(1), hub.webSocket(2)));
            chatter.start(DIRECT_PER_SECOND);
            CompletableFuture<Void> played = CompletableFuture.runAsync(() -> play(replay));

            Eventually.await(
                    SETTLED_MAX,
                    "the replay is in its middle",
                    () -> replay.tally().acknowledgedCount() > COMMENTS / 4);
            hub.kill9(part);
            played.get(SETTLED_MAX.toMillis(), TimeUnit.MILLISECONDS);
            replay.awaitOutcomes();
            chatter.stop();
            hub.awaitBack(part);
            chatter.awaitAnswers();

            assertEquals(List.of(), twice);
            assertOutcomes(replay.tally(), part);
            long last = acknowledged.keySet().stream().mapToLong(o -> o).max().orElseThrow();
            for (Witness witness : List.of(one, two)) {
                witness.awaitCovered(last, SETTLED_MAX);
                assertSeen(acknowledged, witness);
            }
            // whoever was slow: the room has each of them, once and as it was sent
            assertEquals(texts(acknowledged), texts(acknowledged, one.history(room)));
            chatter.assertStoredOnce(api);
            System.err.printf(
                    "kill -9 of %s: acknowledged p50 %d ms, p99 %d ms, slowest %d ms; connects %d and %d%n",
                    part,
                    replay.tally().latencyMs(50),
                    replay.tally().latencyMs(99),
                    replay.tally().latencyMs(100),
                    one.connects(),
                    two.connects());
        }
    }

    /**
     * Everything was acknowledged; only where the log itself was away may some have been given up after 45 s, when a slow
     * machine needs longer to bring it back: said to be not done, or said to be unknown.
     */
    private static void assertOutcomes(Tally tally, String part) {
        long givenUp = tally.unknownCount() + tally.refusedByCode().getOrDefault("unavailable", 0L);
        assertEquals(COMMENTS, tally.acknowledgedCount() + givenUp, () -> part + ": " + tally.refusedByCode());
        assertTrue(part.equals("pulsar") || givenUp == 0, () -> part + ": " + givenUp + " given up");
    }

    /** Comments that can be told apart, so that a doubled one shows even under another offset. */
    private static List<Comment> comments() {
        List<Comment> comments = new ArrayList<>();
        for (int i = 0; i < COMMENTS; i++) {
            comments.add(new Comment(i * 1_000L / PER_SECOND, 1, 25, 0xffffff, "sender" + i % 50, "弹幕 " + i));
        }
        return comments;
    }

    private static void play(Replay replay) {
        try {
            replay.play(comments(), 1);
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
        }
    }

    private static void assertSeen(Map<Long, Comment> acknowledged, Witness witness) {
        witness.assertClean();
        witness.assertNoTextTwice();
        assertEquals(List.of(), witness.gaps());
        // the room is not sampled: repeats are left out, which are other offsets, and what nobody could take in time on
        // a slow machine
        assertTrue(Set.of("repeat", "slow").containsAll(witness.skipped().keySet()), witness.skipped()::toString);
        Map<Long, String> sent = texts(acknowledged);
        Map<Long, String> seen = texts(acknowledged, witness.events("chat"));
        Map<Long, String> missed = new TreeMap<>(sent);
        missed.keySet().removeAll(seen.keySet());
        assertTrue(
                missed.size() <= witness.skipped().getOrDefault("slow", 0L),
                () -> missed.keySet() + " were left out without a word; " + witness.skipped());
        sent.keySet().removeAll(missed.keySet());
        assertEquals(sent, seen);
    }

    private static Map<Long, String> texts(Map<Long, Comment> acknowledged) {
        Map<Long, String> texts = new TreeMap<>();
        acknowledged.forEach((offset, comment) -> texts.put(offset, comment.text()));
        return texts;
    }

    /** Of events at these offsets: a comment that was given up may have been carried out all the same. */
    private static Map<Long, String> texts(Map<Long, Comment> acknowledged, Map<Long, JsonNode> events) {
        Map<Long, String> texts = new TreeMap<>();
        events.forEach((offset, event) -> {
            if (acknowledged.containsKey(offset)) {
                texts.put(offset, event.path("d").path("text").asText());
            }
        });
        return texts;
    }
}
