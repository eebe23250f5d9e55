package io.danmaku.node.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NewPeersTest {
    private static final Claims ANN = claims("7", false);
    private static final long NOW_MS = 1_764_000_000_000L;

    private final Set<String> friends = new HashSet<>();
    private final Set<String> counted = new HashSet<>();
    private final List<String> asked = new ArrayList<>();
    private Future<Boolean> answer;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final NewPeers peers = new NewPeers(2, this::count, () -> NOW_MS, registry);

    private static Claims claims(String user, boolean admin) {
        return new Claims(user, user, "default", Map.of(), admin, Long.MAX_VALUE);
    }

    private Future<Boolean> count(String tenant, String user, String peer, int max, long nowMs) {
        if (answer != null) {
            return answer;
        }
        if (!counted.contains(peer) && counted.size() >= max) {
            return Future.succeededFuture(false);
        }
        counted.add(peer);
        return Future.succeededFuture(true);
    }

    private CompletionStage<Boolean> met(String peer) {
        asked.add(peer);
        return CompletableFuture.completedFuture(friends.contains(peer));
    }

    private Refusal send(Claims sender, String peer) throws Exception {
        return peers.ask(sender, peer, () -> met(peer), CompletableFuture::completedFuture)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void soManyNewOnesAnHourAndWhoHasWrittenMayGoOn() throws Exception {
        assertNull(send(ANN, "1"));
        assertNull(send(ANN, "2"));
        Refusal refusal = send(ANN, "3");
        assertEquals(ErrorCode.RATE_LIMITED, refusal.code());
        assertEquals(3_600_000 - NOW_MS % 3_600_000, refusal.retryMs());
        assertNull(send(ANN, "1"));
        assertEquals(List.of("1", "2", "3"), asked, "who was asked about lately is not again");
        assertEquals(
                1,
                registry.counter("danmaku.direct.peers", "outcome", "refused").count());
    }

    @Test
    void whoHasManyFriendsMayWriteToAllOfThemAndToNewOnesBesides() throws Exception {
        for (int i = 0; i < 40; i++) {
            friends.add("f" + i);
            assertNull(send(ANN, "f" + i));
        }
        assertNull(send(ANN, "1"));
        assertNull(send(ANN, "2"));
        assertEquals(Set.of("1", "2"), counted);
    }

    @Test
    void backendsAreNotCountedNorAskedAbout() throws Exception {
        for (int i = 0; i < 10; i++) {
            assertNull(send(claims("7", true), "p" + i));
        }
        assertEquals(List.of(), asked);
        NewPeers unlimited = new NewPeers(0, this::count, () -> NOW_MS, new SimpleMeterRegistry());
        assertNull(unlimited
                .ask(ANN, "1", () -> met("1"), CompletableFuture::completedFuture)
                .toCompletableFuture()
                .get());
        assertEquals(List.of(), asked);
    }

    @Test
    void whereNobodyAnswersItPassesAndIsAskedAgain() throws Exception {
        answer = Future.failedFuture("away");
        for (int i = 0; i < 5; i++) {
            assertNull(send(ANN, "p" + i));
        }
        assertEquals(
                5,
                registry.counter("danmaku.direct.peers", "outcome", "unasked").count());
        CompletionStage<Refusal> silent =
                peers.ask(ANN, "silent", CompletableFuture::new, CompletableFuture::completedFuture);
        assertNull(silent.toCompletableFuture().get(10, TimeUnit.SECONDS));
        answer = null;
        assertNull(send(ANN, "p0"));
        assertNull(send(ANN, "p1"));
        assertEquals(ErrorCode.RATE_LIMITED, send(ANN, "p2").code());
    }

    @Test
    void messagesOfAPairGoOnInTheirOrderHoweverManyWait() throws Exception {
        Promise<Boolean> late = Promise.promise();
        answer = late.future();
        List<Integer> gone = new ArrayList<>();
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            results.add(peers.ask(ANN, "1", () -> met("1"), refusal -> {
                        gone.add(number);
                        if (number == 50) {
                            throw new IllegalStateException("a bug in one of them");
                        }
                        return CompletableFuture.completedFuture(number);
                    })
                    .toCompletableFuture());
        }
        assertEquals(100, peers.waiting());
        assertEquals(List.of(), gone);
        late.complete(true);
        results.get(99).get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 100; i++) {
            assertEquals(i, gone.get(i));
            assertEquals(i == 50, results.get(i).isCompletedExceptionally());
        }
        assertEquals(List.of("1"), asked);
        assertEquals(0, peers.waiting());
        assertNull(send(ANN, "1"));
    }

    @Test
    void aMessageThatComesWhileOthersOfItsPairGoOnDoesNotPassThem() throws Exception {
        Promise<Boolean> late = Promise.promise();
        answer = late.future();
        List<Integer> gone = new ArrayList<>();
        CompletableFuture<Integer> last = new CompletableFuture<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            peers.ask(ANN, "1", () -> met("1"), refusal -> {
                gone.add(number);
                if (number == 10) {
                    // the pair is known by now, and nine still wait
                    peers.ask(ANN, "1", () -> met("1"), none -> {
                        gone.add(20);
                        last.complete(20);
                        return last;
                    });
                }
                return CompletableFuture.completedFuture(number);
            });
        }
        late.complete(true);
        last.get(10, TimeUnit.SECONDS);
        assertEquals(IntStream.rangeClosed(0, 20).boxed().toList(), gone);
        assertEquals(List.of("1"), asked);
        assertEquals(0, peers.waiting());
    }

    @Test
    void whoWaitsForARefusalIsRefusedWithIt() throws Exception {
        Promise<Boolean> late = Promise.promise();
        answer = late.future();
        CompletableFuture<Refusal> first = peers.ask(ANN, "1", () -> met("1"), CompletableFuture::completedFuture)
                .toCompletableFuture();
        CompletableFuture<Refusal> second = peers.ask(ANN, "1", () -> met("1"), CompletableFuture::completedFuture)
                .toCompletableFuture();
        late.complete(false);
        assertEquals(ErrorCode.RATE_LIMITED, first.get(10, TimeUnit.SECONDS).code());
        assertEquals(ErrorCode.RATE_LIMITED, second.get(10, TimeUnit.SECONDS).code());
    }
}
