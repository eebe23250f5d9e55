package io.danmaku.edge.quota;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is counted of a tenant, or of all that are not shown by themselves.
 *
 * @param viewers in rooms on this edge
 * @param messages taken on this edge
 */
record TenantMeters(AtomicInteger viewers, Counter messages, Counter viewersRefused, Counter messagesRefused) {

    static TenantMeters register(MeterRegistry registry, String tenant) {
        TenantMeters meters = new TenantMeters(
                new AtomicInteger(),
                registry.counter("danmaku.tenant.messages", "tenant", tenant),
                registry.counter("danmaku.tenant.refused", "tenant", tenant, "quota", "viewers"),
                registry.counter("danmaku.tenant.refused", "tenant", tenant, "quota", "messages"));
        Gauge.builder("danmaku.tenant.viewers", meters.viewers, AtomicInteger::get)
                .tag("tenant", tenant)
                .register(registry);
        return meters;
    }
}
