package io.danmaku.edge.overload;

import io.danmaku.node.http.TokenBucket;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Whom the edge lets in: who is there already is not made to suffer for who comes. A refusal is {@code busy} with a time that lies
 * anywhere in a range, so that those who came together do not come back together; each is counted by its reason. Thread-safe.
 */
public final class Admission {
    /** Why somebody is not let in, and between which times it is asked to come back. */
    public enum Reason {
        /** The edge stops. */
        STOPPING("this edge stops", 1_000, 4_000),
        /** As many connections as it may have. */
        FULL("this edge is full", 3_000, 10_000),
        /** Too many handshakes a second. */
        RATE("too many connect at a time", 1_000, 4_000),
        /** Too little memory. */
        MEMORY("this edge has no memory to spare", 3_000, 10_000),
        /** {@link OverloadStep#REFUSE}. */
        LOAD("this edge has more to do than it can", 3_000, 10_000);

        private final String message;
        private final long retryMsMin;
        private final long retryMsMax;

        Reason(String message, long retryMsMin, long retryMsMax) {
            this.message = message;
            this.retryMsMin = retryMsMin;
            this.retryMsMax = retryMsMax;
        }

        private Refusal refusal() {
            return Refusal.retry(
                    ErrorCode.BUSY, message, ThreadLocalRandom.current().nextLong(retryMsMin, retryMsMax + 1));
        }
    }

    /**
     * Bounds of what comes in.
     *
     * @param handshakesPerSecond of the whole edge, with a burst of as many; 0 = no bound
     * @param memoryPercentMax share of memory from which on nobody is let in, 1..100
     */
    public record Limits(int handshakesPerSecond, int memoryPercentMax) {}

    private final Limits limits;
    private final Supplier<OverloadStep> step;
    private final IntSupplier memoryPercent;
    private final TokenBucket rate;
    private final Map<Reason, Counter> handshakesRefused = new EnumMap<>(Reason.class);
    private final Map<Reason, Counter> joinsRefused = new EnumMap<>(Reason.class);

    public Admission(
            Limits limits, Supplier<OverloadStep> step, IntSupplier memoryPercent, MeterRegistry registry, long nowNs) {
        this.limits = limits;
        this.step = step;
        this.memoryPercent = memoryPercent;
        rate = limits.handshakesPerSecond == 0
                ? null
                : new TokenBucket(limits.handshakesPerSecond, limits.handshakesPerSecond, nowNs);
        for (Reason reason : Reason.values()) {
            handshakesRefused.put(reason, counter("danmaku.handshakes.refused", reason, registry));
        }
        for (Reason reason : new Reason[] {Reason.LOAD, Reason.MEMORY}) {
            joinsRefused.put(reason, counter("danmaku.joins.refused", reason, registry));
        }
    }

    private static Counter counter(String name, Reason reason, MeterRegistry registry) {
        return Counter.builder(name)
                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    /** Why this handshake is refused, or null. */
    public Refusal handshake(long nowNs) {
        if (step.get().atLeast(OverloadStep.REFUSE)) {
            return refuse(Reason.LOAD);
        }
        if (memoryPercent.getAsInt() >= limits.memoryPercentMax) {
            return refuse(Reason.MEMORY);
        }
        return takeOne(nowNs) ? null : refuse(Reason.RATE);
    }

    private boolean takeOne(long nowNs) {
        if (rate == null) {
            return true;
        }
        synchronized (rate) {
            return rate.take(nowNs) == 0;
        }
    }

    /** Refuses a handshake for a reason that the caller knows. */
    public Refusal refuse(Reason reason) {
        handshakesRefused.get(reason).increment();
        return reason.refusal();
    }

    /**
     * Why nobody may join a room now, or null.
     *
     * @param open asked whether the room is open here: another one costs memory, of which there may be too little for that before the load says so
     */
    public Refusal join(BooleanSupplier open) {
        Reason reason = step.get().atLeast(OverloadStep.REFUSE)
                ? Reason.LOAD
                : memoryPercent.getAsInt() >= limits.memoryPercentMax && !open.getAsBoolean() ? Reason.MEMORY : null;
        if (reason == null) {
            return null;
        }
        joinsRefused.get(reason).increment();
        return reason.refusal();
    }
}
