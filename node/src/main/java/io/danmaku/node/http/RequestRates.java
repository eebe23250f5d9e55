package io.danmaku.node.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Lets each user make so many requests a second. Behind {@link Bearer}. Thread-safe. Who is forgotten, for want of room or after a while of
 * silence, starts with a full burst.
 */
public final class RequestRates implements Handler<RoutingContext> {
    /** By then every bucket is full again. */
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    /** A user with one allowance: a user's token does not use up that of a backend by the same name, nor lend it. */
    private record Asker(String tenant, String user, boolean backend) {}

    private final Allowance allowance;
    private final String tooMany;
    private final LongSupplier nanoTime;
    private final Cache<Asker, TokenBucket> buckets;
    private final Counter limited;

    /**
     * What each may.
     *
     * @param perSecond requests of a person
     * @param backendPerSecond the same of backends (scope {@code admin}, and API keys)
     * @param burstSeconds for how many seconds of them one may make them at once, at most 15
     * @param usersMax users whose rates are remembered, some 200 bytes each
     */
    public record Allowance(int perSecond, int backendPerSecond, int burstSeconds, int usersMax) {}

    /**
     * @param tooMany what a refusal says
     * @param limited counts them
     */
    public RequestRates(Allowance allowance, String tooMany, LongSupplier nanoTime, Counter limited) {
        this.allowance = allowance;
        this.tooMany = tooMany;
        this.nanoTime = nanoTime;
        this.limited = limited;
        buckets = Caffeine.newBuilder()
                .maximumSize(allowance.usersMax())
                .expireAfterAccess(REMEMBERED)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public void handle(RoutingContext context) {
        long waitMs = waitMs(Bearer.asker(context));
        if (waitMs == 0) {
            context.next();
        } else {
            limited.increment();
            Problems.send(context, Refusal.retry(ErrorCode.RATE_LIMITED, tooMany, waitMs));
        }
    }

    /** 0 when the user may ask now, else milliseconds until then. */
    long waitMs(Claims claims) {
        long nowNs = nanoTime.getAsLong();
        TokenBucket bucket = buckets.get(new Asker(claims.tenant(), claims.user(), claims.admin()), asker -> {
            int perSecond = asker.backend ? allowance.backendPerSecond() : allowance.perSecond();
            return new TokenBucket(perSecond, allowance.burstSeconds() * perSecond, nowNs);
        });
        // a user's requests come on any event loop
        synchronized (bucket) {
            return bucket.take(nowNs);
        }
    }
}
