package io.danmaku.edge.direct;

import io.danmaku.protocol.command.ErrorCode;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Requests in the log that wait for their results. Any thread; time comes in. */
final class Results {
    /** A request: its number, and what becomes of it. */
    record Awaited(long sendId, long untilMs, CompletableFuture<Outcome> outcome) {}

    private final int waitingMax;
    private final long withinMs;
    private final AtomicLong lastId = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ConcurrentHashMap<Long, Awaited> byId = new ConcurrentHashMap<>();

    Results(int waitingMax, long withinMs) {
        this.waitingMax = waitingMax;
        this.withinMs = withinMs;
    }

    /** Begins to wait, before the record is appended; null when too many wait. */
    Awaited await(long nowMs) {
        if (waiting.incrementAndGet() > waitingMax) {
            waiting.decrementAndGet();
            return null;
        }
        Awaited awaited = new Awaited(lastId.incrementAndGet(), nowMs + withinMs, new CompletableFuture<>());
        byId.put(awaited.sendId, awaited);
        return awaited;
    }

    /** Tells the outcome; false when nobody waits for it any more. */
    boolean settle(long sendId, Outcome outcome) {
        Awaited awaited = byId.remove(sendId);
        if (awaited == null) {
            return false;
        }
        waiting.decrementAndGet();
        awaited.outcome.complete(outcome);
        return true;
    }

    /** Gives up those that waited too long; returns how many. */
    int expire(long nowMs) {
        int expired = 0;
        for (Awaited awaited : byId.values()) {
            if (awaited.untilMs <= nowMs && settle(awaited.sendId, pending())) {
                expired++;
            }
        }
        return expired;
    }

    /** Gives all up: this node stops. */
    void abandon() {
        for (Iterator<Long> ids = byId.keySet().iterator(); ids.hasNext(); ) {
            settle(ids.next(), pending());
        }
    }

    private static Outcome pending() {
        return Outcome.refused(ErrorCode.PENDING, "the outcome is unknown: ask again with the same cid");
    }

    int waiting() {
        return waiting.get();
    }
}
