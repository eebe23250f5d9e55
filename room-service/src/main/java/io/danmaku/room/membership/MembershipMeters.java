package io.danmaku.room.membership;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is counted about counting. */
final class MembershipMeters implements Attendance.Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipMeters.class);

    final Counter records;
    final Counter requests;
    final Counter published;
    final Counter failures;
    /** Calls that Redis did not answer with a stream's distinct users. */
    final Counter uniquesFailed;
    /** Times that producers and the consumer were opened anew. */
    final Counter reopened;
    /** Copies of the counting thread's numbers, for the registry's thread. */
    volatile boolean active;

    volatile int edges;
    volatile long users;

    private final MeterRegistry registry;
    private final Counter holes;
    private final Counter died;

    MembershipMeters(MeterRegistry registry) {
        this.registry = registry;
        records = registry.counter("danmaku.membership.records");
        requests = registry.counter("danmaku.membership.requests");
        published = registry.counter("danmaku.stats.published");
        failures = registry.counter("danmaku.membership.failures");
        reopened = registry.counter("danmaku.membership.reopened");
        uniquesFailed = registry.counter("danmaku.membership.uniques.failed");
        holes = registry.counter("danmaku.membership.holes");
        died = registry.counter("danmaku.membership.edges.died");
        registry.gauge("danmaku.membership.active", this, m -> m.active ? 1 : 0);
        registry.gauge("danmaku.membership.edges", this, m -> m.edges);
        registry.gauge("danmaku.membership.users", this, m -> m.users);
    }

    @Override
    public void hole() {
        holes.increment();
    }

    @Override
    public void died(String edge) {
        LOG.info("edge {} is silent: its viewers are taken out", edge);
        died.increment();
    }

    @Override
    public void dropped(String why) {
        registry.counter("danmaku.membership.dropped", "why", why).increment();
    }
}
