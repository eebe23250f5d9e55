package io.danmaku.edge.quota;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.danmaku.node.config.TenantQuotas;
import io.danmaku.node.config.TenantQuotas.Quota;
import io.danmaku.node.redis.SharedCounts;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/** The tenants whose clients are connected here. Thread-safe. */
public final class Tenants {
    /** Shown by themselves in metrics: the first ones that come. */
    static final int SHOWN_MAX = 100;
    /** All others together; no tenant can have this name. */
    static final String OTHER = "_other";

    private final TenantQuotas quotas;
    private final ToIntFunction<String> online;
    private final SharedCounts counts;
    private final MeterRegistry registry;
    private final Map<String, TenantMeters> shown = new HashMap<>();
    /** There is one of a tenant for as long as somebody holds it, and none longer. */
    private final LoadingCache<String, Tenant> here =
            Caffeine.newBuilder().weakValues().build(this::make);

    /**
     * @param online a tenant's viewers on all edges, as they were told last
     * @param counts may be null when no quota limits messages
     */
    public Tenants(TenantQuotas quotas, ToIntFunction<String> online, SharedCounts counts, MeterRegistry registry) {
        this.quotas = quotas;
        this.online = online;
        this.counts = counts;
        this.registry = registry;
    }

    /** The tenant of a name, the same object for as long as it is held: who asks holds it while it is connected. */
    public Tenant of(String tenant) {
        return here.get(tenant);
    }

    private Tenant make(String tenant) {
        Quota quota = quotas.of(tenant);
        MessageAllowance messages = quota.messagesPerSecond() == 0
                ? null
                : new MessageAllowance(quota.messagesPerSecond(), (second, n) -> counts.add(tenant, second, n));
        return new Tenant(() -> meters(tenant), quota.viewers(), () -> online.applyAsInt(tenant), messages);
    }

    private synchronized TenantMeters meters(String tenant) {
        String name = shown.containsKey(tenant) || shown.size() < SHOWN_MAX ? tenant : OTHER;
        return shown.computeIfAbsent(name, n -> TenantMeters.register(registry, n));
    }
}
