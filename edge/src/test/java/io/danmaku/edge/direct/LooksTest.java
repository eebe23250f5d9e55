package io.danmaku.edge.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.redis.Directory;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LooksTest {
    private final Devices devices = new Devices(10);
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    /** What dm-service says: who may be seen, by anybody. */
    private final Set<String> visible = new HashSet<>(Set.of("bob", "eve"));

    private final Set<String> online = new HashSet<>();
    private final List<List<String>> asked = new ArrayList<>();
    private final List<List<Directory.User>> batches = new ArrayList<>();
    /** What is asked of dm-service waits here while it is slow. */
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    private boolean slow;
    private boolean away;
    private Promise<List<Boolean>> answer;
    private final Looks looks = new Looks(
            devices,
            tasks::add,
            (device, peers) -> {
                asked.add(peers);
                CompletableFuture<Outcome> told = new CompletableFuture<>();
                Outcome now = away ? Outcome.refused(ErrorCode.UNAVAILABLE, "away") : new Outcome.Done(seen(peers));
                waiting.add(() -> told.complete(now));
                if (!slow) {
                    waiting.remove().run();
                }
                return told;
            },
            users -> {
                batches.add(users);
                answer = Promise.promise();
                return answer.future();
            });
    private final HeldDevice ann = come("ann");

    private ObjectNode seen(List<String> peers) {
        ObjectNode ok = Json.object();
        ArrayNode array = ok.putArray("online");
        peers.stream()
                .filter(visible::contains)
                .forEach(peer -> array.addObject().put("peer", peer).put("online", online.contains(peer)));
        return ok;
    }

    private HeldDevice come(String user) {
        HeldDevice device = new HeldDevice(user, user + "-1");
        devices.add(device);
        return device;
    }

    private void run() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private Outcome look(HeldDevice device, List<String> peers) {
        CompletableFuture<Outcome> told = looks.look(device, peers).toCompletableFuture();
        run();
        assertTrue(told.isDone());
        return told.join();
    }

    /** A round of the directory, answered. */
    private void round(long nowMs) {
        int before = batches.size();
        looks.turn(nowMs);
        run();
        for (int i = before; i < batches.size(); i++) {
            answered();
        }
    }

    private void answered() {
        answer.complete(batches.get(batches.size() - 1).stream()
                .map(user -> online.contains(user.id()))
                .toList());
        run();
    }

    @Test
    void aLookIsAnsweredWithThoseItMaySeeAndToldWhatChanges() {
        online.add("bob");
        Outcome.Done done = (Outcome.Done) look(ann, List.of("bob", "eve", "secret"));
        assertEquals(
                "{\"online\":[{\"peer\":\"bob\",\"online\":true},{\"peer\":\"eve\",\"online\":false}]}",
                done.ok().toString());
        round(0);
        assertEquals(List.of(), ann.texts(), "nothing is new");
        online.add("eve");
        online.add("secret");
        round(Looks.ROUND_MS - 1);
        assertEquals(1, batches.size(), "not before its time");
        round(Looks.ROUND_MS);
        assertEquals(List.of("{\"dmOnline\":[{\"peer\":\"eve\",\"online\":true}]}"), ann.texts());
        online.clear();
        round(2 * Looks.ROUND_MS);
        assertEquals(2, ann.frames.size());
        assertTrue(ann.texts().get(1).contains("\"bob\",\"online\":false"));
    }

    @Test
    void whatManyLookAtIsAskedForOnceAndNobodyIsToldOfWhatOnlyOthersLookAt() {
        HeldDevice carl = come("carl");
        look(ann, List.of("bob"));
        look(carl, List.of("bob", "eve"));
        online.addAll(List.of("bob", "eve"));
        round(0);
        assertEquals(2, batches.get(0).size());
        assertEquals(List.of("{\"dmOnline\":[{\"peer\":\"bob\",\"online\":true}]}"), ann.texts());
        assertTrue(carl.texts().get(0).contains("eve"));
    }

    @Test
    void whoDoesNotReadForAWhileIsToldWhatHoldsThen() {
        HeldDevice carl = come("carl");
        look(ann, List.of("bob", "eve"));
        look(carl, List.of("bob"));
        round(0);
        ann.reads = false;
        online.addAll(List.of("bob", "eve"));
        round(Looks.ROUND_MS);
        assertEquals(List.of(), ann.texts());
        assertEquals(1, carl.frames.size(), "others are told meanwhile");
        online.remove("bob");
        round(2 * Looks.ROUND_MS);
        ann.reads = true;
        round(3 * Looks.ROUND_MS);
        assertEquals(List.of("{\"dmOnline\":[{\"peer\":\"eve\",\"online\":true}]}"), ann.texts());
        round(4 * Looks.ROUND_MS);
        assertEquals(1, ann.frames.size());
        assertEquals(2, carl.frames.size());
    }

    @Test
    void anotherLookTakesThePlaceOfTheFirstAndNoneEndsIt() {
        look(ann, List.of("bob"));
        look(ann, List.of("eve"));
        online.addAll(List.of("bob", "eve"));
        round(0);
        assertEquals(List.of("{\"dmOnline\":[{\"peer\":\"eve\",\"online\":true}]}"), ann.texts());
        assertEquals(1, looks.lookedAt());
        look(ann, List.of());
        assertEquals(0, looks.lookedAt());
        round(Looks.ROUND_MS);
        assertEquals(1, batches.size());
    }

    @Test
    void whoIsGoneLooksAtNobody() {
        look(ann, List.of("bob"));
        devices.remove(ann);
        looks.gone(ann);
        run();
        assertEquals(0, looks.lookedAt());
        slow = true;
        CompletableFuture<Outcome> late =
                looks.look(come("late"), List.of("bob")).toCompletableFuture();
        run();
        devices.remove(devices.of("default", "late").get(0));
        waiting.remove().run();
        run();
        assertTrue(late.isDone());
        assertEquals(0, looks.lookedAt());
    }

    @Test
    void whomOneMaySeeIsAskedAgainInTimeAndAtOnceWhenItMayHaveChanged() {
        online.add("bob");
        look(ann, List.of("bob"));
        round(0);
        visible.remove("bob");
        looks.mayHaveChanged("default", List.of("ann"), "bob");
        run();
        round(1);
        assertEquals(2, asked.size());
        assertEquals(List.of("{\"dmOnline\":[{\"peer\":\"bob\",\"online\":false}]}"), ann.texts());
        online.remove("bob");
        online.add("bob");
        round(Looks.ROUND_MS);
        assertEquals(1, ann.frames.size(), "not seen any more");
        visible.add("bob");
        round(Looks.ASK_AGAIN_MS - 1);
        assertEquals(2, asked.size());
        round(Looks.ASK_AGAIN_MS + Looks.ROUND_MS);
        round(Looks.ASK_AGAIN_MS + 2 * Looks.ROUND_MS);
        assertEquals(3, asked.size());
        assertTrue(ann.texts().get(1).contains("\"bob\",\"online\":true"), "let in again, it is told as it is");
    }

    @Test
    void aBlockThatComesWhileItIsAskedIsAskedForOnceMore() {
        online.add("bob");
        look(ann, List.of("bob"));
        slow = true;
        looks.mayHaveChanged("default", List.of("ann"), "bob");
        run();
        looks.turn(1);
        run();
        visible.remove("bob");
        looks.mayHaveChanged("default", List.of("ann"), "bob");
        run();
        waiting.remove().run(); // still says that bob may be seen
        run();
        slow = false;
        looks.turn(2);
        run();
        assertEquals(3, asked.size());
        assertEquals(List.of("{\"dmOnline\":[{\"peer\":\"bob\",\"online\":false}]}"), ann.texts());
    }

    @Test
    void aBlockThatComesWhileALookBeginsIsAskedForOnceMore() {
        online.add("bob");
        slow = true;
        CompletableFuture<Outcome> told = looks.look(ann, List.of("bob")).toCompletableFuture();
        run();
        visible.remove("bob");
        looks.mayHaveChanged("default", List.of("ann"), "bob");
        run();
        waiting.remove().run(); // still says that bob may be seen
        run();
        assertTrue(told.isDone());
        slow = false;
        looks.turn(1);
        run();
        assertEquals(2, asked.size());
        assertEquals(List.of("{\"dmOnline\":[{\"peer\":\"bob\",\"online\":false}]}"), ann.texts());
    }

    @Test
    void whoCannotAskForLongSeesNobodyAndThenAllAgain() {
        online.add("bob");
        look(ann, List.of("bob"));
        away = true;
        for (long nowMs = 0; nowMs <= Looks.UNSURE_MS_MAX; nowMs += Looks.ROUND_MS) {
            round(nowMs);
        }
        assertEquals(List.of(), ann.texts(), "what was told holds for a while");
        round(Looks.UNSURE_MS_MAX + 2 * Looks.ASK_FAILED_MS);
        assertEquals(List.of("{\"dmOnline\":[{\"peer\":\"bob\",\"online\":false}]}"), ann.texts());
        away = false;
        round(Looks.UNSURE_MS_MAX + 4 * Looks.ASK_FAILED_MS);
        round(Looks.UNSURE_MS_MAX + 5 * Looks.ASK_FAILED_MS);
        assertEquals(2, ann.frames.size());
    }

    @Test
    void anAnswerOfTheDirectoryThatIsOlderThanTheLookTellsNothing() {
        HeldDevice carl = come("carl");
        look(carl, List.of("bob"));
        looks.turn(0); // asked while bob is away
        online.add("bob");
        look(ann, List.of("bob"));
        answer.complete(List.of(false));
        run();
        assertEquals(List.of(), ann.texts());
        online.clear();
        round(Looks.ROUND_MS);
        assertEquals(List.of("{\"dmOnline\":[{\"peer\":\"bob\",\"online\":false}]}"), ann.texts());
    }

    @Test
    void aDirectoryThatIsAwayChangesNothingAndIsAskedInTheNextRound() {
        online.add("bob");
        look(ann, List.of("bob"));
        looks.turn(0);
        answer.fail("away");
        run();
        assertEquals(1, looks.failures());
        assertEquals(List.of(), ann.texts());
        round(Looks.ROUND_MS);
        assertEquals(2, batches.size());
    }

    @Test
    void thereIsABoundToAllThatIsLookedAtAndToABatch() {
        List<String> many =
                IntStream.range(0, Looks.BATCH_MAX + 1).mapToObj(i -> "u" + i).toList();
        visible.addAll(many);
        look(ann, many);
        round(0);
        assertEquals(
                List.of(Looks.BATCH_MAX, 1), batches.stream().map(List::size).toList());
        for (int i = 0; looks.lookedAt() + many.size() <= Looks.LOOKED_AT_MAX; i++) {
            look(come("x" + i), many);
        }
        Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, look(come("last"), many));
        assertEquals(ErrorCode.BUSY, refused.refusal().code());
        assertInstanceOf(Outcome.Done.class, look(ann, many), "instead of as many");
    }
}
