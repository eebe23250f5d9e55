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
        retries = registry.counter("dm_storage_retries_total");
        unreadable = registry.counter("dm_unreadable_records_total");
        conflicts = registry.counter("dm_log_conflicts_total");
        work = Timer.builder("dm_record_work")
                .description("from a record's arrival to its rows being written")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(registry);
        registry.gauge("dm_partitions_owned", owned);
        registry.gauge("dm_records_working", working);
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
                        "dm_records_total",
                        "op",
                        op.name().toLowerCase(Locale.ROOT),
                        "outcome",
                        outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                .increment();
    }
}
