package io.danmaku.dm.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.dm.store.Job;
import io.danmaku.node.http.TokenBucket;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.Delivery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PartRunTest {
    private static final Delivery TAKEN = Delivery.noted("default", 1, "{}");
    private static final int MANY = 100_000;

    private static Delivery refused(Refusal refusal) {
        return Delivery.refused("default", 1, refusal);
    }

    private static List<String> users(int n) {
        return IntStream.range(0, n).mapToObj(i -> "u" + i).toList();
    }

    private static PartRun run(
            List<String> users,
            int perSecond,
            int waitingMax,
            Function<String, CompletableFuture<Delivery>> send,
            Predicate<Job.Counts> goesOn) {
        JobsConfig config = new JobsConfig(1, perSecond, waitingMax, 200);
        return new PartRun(
                users,
                send,
                goesOn,
                1,
                config,
                new TokenBucket(perSecond, Math.max(1, perSecond / 10), System.nanoTime()));
    }

    @Test
    void eachIsSentOnceAndCountedByWhatBecameOfIt() throws Exception {
        List<String> sent = new ArrayList<>();
        PartRun run = run(
                users(100),
                MANY,
                8,
                user -> {
                    sent.add(user);
                    return CompletableFuture.completedFuture(
                            user.endsWith("7") ? refused(Refusal.of(ErrorCode.BLOCKED, "no")) : TAKEN);
                },
                counts -> true);
        assertTrue(run.run());
        assertEquals(users(100), sent);
        assertEquals(new Job.Counts(90, Map.of("blocked", 10)), run.counts());
        assertEquals(0, run.again());
    }

    @Test
    void whatIsNotKnownOrNotTakenNowComesAgainAndIsCountedOnce() throws Exception {
        Set<String> once = new HashSet<>();
        Set<String> twice = new HashSet<>();
        PartRun run = run(
                users(50),
                MANY,
                8,
                user -> {
                    if (once.add(user)) {
                        return CompletableFuture.completedFuture(
                                refused(Refusal.retry(ErrorCode.PENDING, "perhaps", 1_000)));
                    }
                    return twice.add(user)
                            ? CompletableFuture.failedFuture(new IllegalStateException("broken"))
                            : CompletableFuture.completedFuture(TAKEN);
                },
                counts -> true);
        assertTrue(run.run());
        assertEquals(new Job.Counts(50, Map.of()), run.counts());
        assertEquals(100, run.again());
    }

    @Test
    void neverMoreThanAllowedWait() throws Exception {
        AtomicInteger waiting = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        PartRun run = run(
                users(60),
                MANY,
                5,
                user -> {
                    most.accumulateAndGet(waiting.incrementAndGet(), Math::max);
                    return CompletableFuture.supplyAsync(
                            () -> {
                                waiting.decrementAndGet();
                                return TAKEN;
                            },
                            CompletableFuture.delayedExecutor(3, TimeUnit.MILLISECONDS));
                },
                counts -> true);
        assertTrue(run.run());
        assertEquals(60, run.counts().sent());
        assertEquals(5, most.get());
    }

    @Test
    void onceItMayNotGoOnNothingIsSentAndWhatIsOnItsWayIsCounted() throws Exception {
        List<CompletableFuture<Delivery>> asked = new ArrayList<>();
        AtomicInteger looks = new AtomicInteger();
        PartRun run = run(
                users(60),
                MANY,
                5,
                user -> {
                    CompletableFuture<Delivery> answer = new CompletableFuture<>();
                    asked.add(answer);
                    return answer;
                },
                counts -> {
                    assertEquals(0, counts.total());
                    if (asked.size() < 5 || looks.incrementAndGet() < 3) {
                        return true;
                    }
                    asked.get(0).complete(refused(Refusal.retry(ErrorCode.UNAVAILABLE, "later", 10)));
                    asked.stream().skip(1).forEach(answer -> answer.complete(TAKEN));
                    return false;
                });
        assertFalse(run.run(), "not all are counted");
        assertEquals(5, asked.size());
        assertEquals(new Job.Counts(4, Map.of()), run.counts());
    }

    @Test
    void noMoreThanThePaceAreSent() throws Exception {
        long beganNs = System.nanoTime();
        PartRun run = run(users(60), 100, 50, user -> CompletableFuture.completedFuture(TAKEN), counts -> true);
        assertTrue(run.run());
        // ten at once, then one each 10 ms
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        assertTrue(tookMs >= 450, () -> "took " + tookMs + " ms");
    }
}
