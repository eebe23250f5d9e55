package io.danmaku.dm.inbound;

import io.danmaku.dm.conversation.Outcome;
import io.danmaku.protocol.log.DirectRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of the work on the inbound log. */
final class InboundMetrics {
    private final MeterRegistry registry;
    private final Counter retries;
    private final Counter unreadable;
    private final Counter conflicts;
    private final Timer work;
    /** Partitions whose active consumer is here, as far as the broker has told. */
    final AtomicInteger owned = new AtomicInteger();
    /** Records in work. */
    final AtomicInteger working = new AtomicInteger();

    InboundMetrics(MeterRegistry registry) {
        this.registry = registry;
        retries = registry.counter("danmaku.dm.storage.retries");
        unreadable = registry.counter("danmaku.dm.records.unreadable");
        conflicts = registry.counter("danmaku.dm.log.conflicts");
        work = Timer.builder("danmaku.dm.record.work")
                .description("from a record's arrival to its rows being written")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(registry);
        registry.gauge("danmaku.dm.partitions.owned", owned);
        registry.gauge("danmaku.dm.records.working", working);
    }

    void retry() {
        retries.increment();
    }

    void unreadable() {
        unreadable.increment();
    }

    void conflict() {
        conflicts.increment();
    }

    void done(DirectRecord.Op op, Outcome outcome, long tookMs) {
        work.record(tookMs, TimeUnit.MILLISECONDS);
        registry.counter(
                        "danmaku.dm.records",
                        "op",
                        op.name().toLowerCase(Locale.ROOT),
                        "outcome",
                        outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                .increment();
    }
}
