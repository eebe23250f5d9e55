package io.danmaku.standalone.replay;

import io.danmaku.standalone.client.Answer;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/** What became of the comments so far. Thread-safe. */
final class Tally {
    private static final long LATENCY_MS_MAX = 120_000;
    private static final int DIGITS = 3;

    private final LongAdder sent = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final LongAdder unsupported = new LongAdder();
    private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();
    private final Histogram latencyMs = new SynchronizedHistogram(LATENCY_MS_MAX, DIGITS);

    void unsupported() {
        unsupported.increment();
    }

    void sent() {
        sent.increment();
    }

    void answered(Answer answer, long tookMs) {
        if (answer.acknowledged()) {
            acknowledged.increment();
            latencyMs.recordValue(Math.min(LATENCY_MS_MAX, Math.max(0, tookMs)));
        } else if (answer.unknown()) {
            unknown.increment();
        } else {
            refused.computeIfAbsent(answer.code(), code -> new LongAdder()).increment();
        }
    }

    long sentCount() {
        return sent.sum();
    }

    long acknowledgedCount() {
        return acknowledged.sum();
    }

    long refusedCount() {
        return refused.values().stream().mapToLong(LongAdder::sum).sum();
    }

    Map<String, Long> refusedByCode() {
        Map<String, Long> byCode = new TreeMap<>();
        refused.forEach((code, count) -> byCode.put(code, count.sum()));
        return byCode;
    }

    /** May or may not have been carried out: no result in time. */
    long unknownCount() {
        return unknown.sum();
    }

    long unsupportedCount() {
        return unsupported.sum();
    }

    /** Sent, and nothing came yet. */
    long waitingCount() {
        return Math.max(0, sentCount() - acknowledgedCount() - refusedCount() - unknownCount());
    }

    /** From sending to the acknowledgement, in milliseconds, repeats included. */
    long latencyMs(double percentile) {
        return latencyMs.getValueAtPercentile(percentile);
    }

    /** Whether every comment that was sent has an outcome. */
    boolean settled() {
        return unknownCount() == 0 && waitingCount() == 0;
    }
}
