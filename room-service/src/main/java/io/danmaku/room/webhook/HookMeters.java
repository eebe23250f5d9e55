package io.danmaku.room.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What is counted of webhooks. */
final class HookMeters {
    /** Records put into the outbox. */
    final Counter put;
    /** The receiver took it. */
    final Counter delivered;
    /** It did not, and it is tried again. */
    final Counter failed;
    /** So many waited for the same webhook that it was put off without a try. */
    final Counter putOff;
    /** It was the last try. */
    final Counter dead;
    /** The webhook is no more, or the record is not of its form. */
    final Counter dropped;
    /** Consumers and producers that the client library gave up, and were opened anew. */
    final Counter reopened;
    /** For other threads. */
    volatile int held;

    volatile long backlog;

    HookMeters(MeterRegistry registry) {
        put = registry.counter("danmaku.webhook.events");
        delivered = outcome(registry, "delivered");
        failed = outcome(registry, "failed");
        putOff = outcome(registry, "put_off");
        dead = outcome(registry, "dead");
        dropped = outcome(registry, "dropped");
        reopened = registry.counter("danmaku.webhook.reopened");
        registry.gauge("danmaku.webhook.held", this, m -> m.held);
        registry.gauge("danmaku.webhook.backlog", this, m -> m.backlog);
    }

    private static Counter outcome(MeterRegistry registry, String outcome) {
        return registry.counter("danmaku.webhook.deliveries", "outcome", outcome);
    }
}
