package io.danmaku.dm.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.node.http.TokenBucket;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Lets each user send so many messages and read marks a second, as an edge does on a WebSocket. Behind {@link Bearer}.
 * Thread-safe. Who is forgotten, for want of room or after a while of silence, starts with a full burst.
 */
final class SendRates implements Handler<RoutingContext> {
    /** By then every bucket is full again. */
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    /** A user with one allowance: a user's token does not use up that of a backend by the same name, nor lend it. */
    private record Sender(String tenant, String user, boolean backend) {}

    private final ApiBounds bounds;
    private final LongSupplier nanoTime;
    private final Cache<Sender, TokenBucket> buckets;
    private final Counter limited;

    SendRates(ApiBounds bounds, LongSupplier nanoTime, MeterRegistry registry) {
        this.bounds = bounds;
        this.nanoTime = nanoTime;
        buckets = Caffeine.newBuilder()
                .maximumSize(bounds.sendersMax())
                .expireAfterAccess(REMEMBERED)
                .executor(Runnable::run)
                .build();
        limited = registry.counter("danmaku.dm.requests.refused", "code", ErrorCode.RATE_LIMITED.wireName());
    }

    @Override
    public void handle(RoutingContext context) {
        long waitMs = waitMs(Bearer.claims(context));
        if (waitMs == 0) {
            context.next();
        } else {
            limited.increment();
            Problems.send(context, Refusal.retry(ErrorCode.RATE_LIMITED, "too many direct messages a second", waitMs));
        }
    }

    /** 0 when the user may send now, else milliseconds until then. */
    long waitMs(Claims claims) {
        long nowNs = nanoTime.getAsLong();
        TokenBucket bucket = buckets.get(
                new Sender(claims.tenant(), claims.user(), claims.admin()),
                sender -> sender.backend
                        ? new TokenBucket(bounds.backendPerSecond(), 2 * bounds.backendPerSecond(), nowNs)
                        : new TokenBucket(bounds.sendsPerSecond(), 2 * bounds.sendsPerSecond(), nowNs));
        // a user's requests come on any event loop
        synchronized (bucket) {
            return bucket.take(nowNs);
        }
    }
}
