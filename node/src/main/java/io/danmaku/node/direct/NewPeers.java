package io.danmaku.node.direct;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.node.redis.HourlySets;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * To how many users, with whom there is no conversation yet, somebody may write in an hour of the clock, on all nodes together. Only the first
 * message of a pair that this node has not seen lately asks anybody: whether the two have a conversation, and if not, the count. Where neither answers
 * the message passes, and is counted. Messages of a pair go on in the order in which they came. Thread-safe; nothing waits.
 */
public final class NewPeers {
    /** Pairs that may write, some 200 bytes each; one that is forgotten is asked about again. */
    private static final int KNOWN_MAX = 200_000;

    private static final Duration KNOWN = Duration.ofHours(1);
    /** Messages that wait for an answer; one more is {@code busy}. */
    private static final int WAITING_MAX = 10_000;

    private static final long BUSY_RETRY_MS = 500;

    private final int perHour;
    private final Count count;
    private final LongSupplier nowMs;
    private final Cache<Pair, Boolean> known = Caffeine.newBuilder()
            .maximumSize(KNOWN_MAX)
            .expireAfterWrite(KNOWN)
            .executor(Runnable::run)
            .build();
    /** By pair the last message that waits; the next one goes behind it. */
    private final Map<Pair, CompletableFuture<Refusal>> waiting = new ConcurrentHashMap<>();

    private final AtomicInteger messages = new AtomicInteger();
    private final Counter refused;
    private final Counter unasked;

    private record Pair(String tenant, String user, String peer) {}

    /** What all nodes add to. */
    interface Count {
        /** Whether there is room for this peer, or it is counted already; fails when nobody knows. Must not wait. */
        Future<Boolean> add(String tenant, String user, String peer, int max, long nowMs);
    }

    /** @param perHour 0 = no limit */
    public NewPeers(int perHour, HourlySets count, MeterRegistry registry) {
        this(perHour, count::add, System::currentTimeMillis, registry);
    }

    NewPeers(int perHour, Count count, LongSupplier nowMs, MeterRegistry registry) {
        this.perHour = perHour;
        this.count = count;
        this.nowMs = nowMs;
        refused = registry.counter("danmaku.direct.peers", "outcome", "refused");
        unasked = registry.counter("danmaku.direct.peers", "outcome", "unasked");
        Gauge.builder("danmaku.direct.peers.waiting", messages, AtomicInteger::get)
                .register(registry);
    }

    /** Messages that wait. */
    public int waiting() {
        return messages.get();
    }

    /**
     * Lets a message go on when its sender may write to its recipient, or be refused.
     *
     * @param met tells whether the two have a conversation; asked only where it matters, and must not wait
     * @param go goes on, with null or why not; at once, or on the thread that has the answer
     */
    public <T> CompletionStage<T> ask(
            Claims sender,
            String peer,
            Supplier<CompletionStage<Boolean>> met,
            Function<Refusal, CompletionStage<T>> go) {
        if (perHour == 0 || sender.admin()) {
            return go.apply(null);
        }
        Pair pair = new Pair(sender.tenant(), sender.user(), peer);
        if (messages.incrementAndGet() > WAITING_MAX) {
            messages.decrementAndGet();
            return go.apply(Refusal.retry(ErrorCode.BUSY, "too many messages wait", BUSY_RETRY_MS));
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        CompletableFuture<Refusal> own = waiting.compute(pair, (p, last) -> {
            if (last == null && known.getIfPresent(p) != null) {
                return null;
            }
            CompletableFuture<Refusal> answer = last == null ? decide(p, met) : last;
            return answer.thenApply(refusal -> {
                goOn(go, refusal, result);
                return refusal;
            });
        });
        if (own == null) {
            messages.decrementAndGet();
            return go.apply(null);
        }
        own.whenComplete((refusal, failure) -> {
            messages.decrementAndGet();
            waiting.remove(pair, own);
        });
        return result;
    }

    private static <T> void goOn(
            Function<Refusal, CompletionStage<T>> go, Refusal refusal, CompletableFuture<T> result) {
        try {
            go.apply(refusal).whenComplete((done, failure) -> {
                if (failure == null) {
                    result.complete(done);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException bug) {
            // those behind it go on all the same
            result.completeExceptionally(bug);
        }
    }

    /** Never fails. */
    private CompletableFuture<Refusal> decide(Pair pair, Supplier<CompletionStage<Boolean>> met) {
        CompletionStage<Boolean> asked;
        try {
            asked = met.get();
        } catch (RuntimeException bug) {
            asked = CompletableFuture.failedFuture(bug);
        }
        return asked.toCompletableFuture()
                .copy()
                .orTimeout(HourlySets.WITHIN_MS, TimeUnit.MILLISECONDS)
                .thenCompose(friends -> friends
                        ? CompletableFuture.completedFuture(true)
                        : count.add(pair.tenant, pair.user, pair.peer, perHour, nowMs.getAsLong())
                                .toCompletionStage())
                .handle((may, failure) -> {
                    if (failure != null) {
                        unasked.increment();
                        return null;
                    }
                    if (may) {
                        known.put(pair, true);
                        return null;
                    }
                    refused.increment();
                    return Refusal.retry(
                            ErrorCode.RATE_LIMITED,
                            "at most " + perHour + " users an hour with whom there is no conversation yet",
                            HourlySets.restOfHourMs(nowMs.getAsLong()));
                });
    }
}
