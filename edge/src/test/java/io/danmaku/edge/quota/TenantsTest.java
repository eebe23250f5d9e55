package io.danmaku.edge.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.danmaku.node.config.TenantQuotas;
import io.danmaku.node.config.TenantQuotas.Quota;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TenantsTest {
    private static final long START_MS = 1_764_000_000_000L;

    private final Map<String, Integer> told = new HashMap<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Tenants tenants = new Tenants(
            new TenantQuotas(new Quota(0, 0, 0), Map.of("acme", new Quota(3, 0, 0))),
            tenant -> told.getOrDefault(tenant, 0),
            null,
            registry);

    private double shown(String metric, String tenant) {
        return registry.get(metric).tag("tenant", tenant).gauge().value();
    }

    @Test
    void viewersAreTakenInUpToTheQuotaBeforeAnybodyHasToldOfThem() {
        Tenant acme = tenants.of("acme");
        for (int i = 0; i < 3; i++) {
            assertNull(acme.enter(START_MS + i));
        }
        Refusal fourth = acme.enter(START_MS + 4);
        assertEquals(ErrorCode.QUOTA, fourth.code());
        assertEquals(2_000, fourth.retryMs());
        assertEquals(3, shown("danmaku.tenant.viewers", "acme"));
        acme.leave(START_MS + 5);
        assertNull(acme.enter(START_MS + 6));
        assertEquals(
                1,
                registry.get("danmaku.tenant.refused")
                        .tags("tenant", "acme", "quota", "viewers")
                        .counter()
                        .count());
    }

    @Test
    void whatWasToldCountsWhereverItIsAndWhoCameLongAgoIsInIt() {
        Tenant acme = tenants.of("acme");
        told.put("acme", 2);
        assertNull(acme.enter(START_MS));
        assertNotNull(acme.enter(START_MS + 1));
        told.put("acme", 3);
        assertNotNull(acme.enter(START_MS + 10_000));
        told.put("acme", 1);
        assertNull(acme.enter(START_MS + 10_000));
        assertNull(acme.enter(START_MS + 10_001));
        assertNotNull(acme.enter(START_MS + 12_000), "they may not be told yet");
        assertNull(acme.enter(START_MS + 13_500), "by now they are");
    }

    @Test
    void whoHasNoQuotaIsCountedAndNeverRefused() {
        Tenant free = tenants.of("free");
        told.put("free", 1_000_000);
        for (int i = 0; i < 1_000; i++) {
            assertNull(free.enter(START_MS));
            assertNull(free.send(START_MS));
        }
        assertEquals(1_000, shown("danmaku.tenant.viewers", "free"));
        assertSame(free, tenants.of("free"));
    }

    @Test
    void soManyTenantsAreShownByThemselvesAndTheRestTogether() {
        List<Tenant> held = new ArrayList<>();
        for (int i = 0; i < Tenants.SHOWN_MAX + 7; i++) {
            Tenant tenant = tenants.of("t" + i);
            held.add(tenant);
            tenant.enter(START_MS);
            tenant.sent();
        }
        assertEquals(1, shown("danmaku.tenant.viewers", "t99"));
        assertEquals(7, shown("danmaku.tenant.viewers", Tenants.OTHER));
        assertEquals(
                7,
                registry.get("danmaku.tenant.messages")
                        .tag("tenant", Tenants.OTHER)
                        .counter()
                        .count());
        assertEquals(
                Tenants.SHOWN_MAX + 1,
                registry.find("danmaku.tenant.viewers").gauges().size());
        assertEquals(Tenants.SHOWN_MAX + 7, held.size());
    }
}
