package io.danmaku.node.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.config.TenantQuotas.Quota;
import java.util.List;
import org.junit.jupiter.api.Test;

class TenantQuotasTest {
    private static final Quota EACH = new Quota(10, 0, 30);

    private static TenantQuotas read(String hocon) {
        return TenantQuotas.read(Settings.parse(hocon), EACH);
    }

    @Test
    void whoIsNamedHasItsOwnAndOfWhatIsNotSaidThatOfAll() {
        TenantQuotas quotas =
                read("quota.tenants = [\"acme: viewers=1000 messagesPerSecond=500 rooms=50\", \"b-2:rooms=0\"]");
        assertEquals(new Quota(1_000, 500, 50), quotas.of("acme"));
        assertEquals(new Quota(10, 0, 0), quotas.of("b-2"));
        assertEquals(EACH, quotas.of("default"));
        assertTrue(quotas.limitMessages());
        assertFalse(read("quota.tenants = []").limitMessages());
    }

    @Test
    void whatOnlyRoomServiceCountsIsReadByAll() {
        TenantQuotas quotas = read("quota.tenants = \"acme: sanctions=5, beta: words=6 rooms=7\"");
        assertEquals(new Quota(10, 0, 30, 5, 0), quotas.of("acme"));
        assertEquals(new Quota(10, 0, 7, 0, 6), quotas.of("beta"));
    }

    @Test
    void theEnvironmentGivesThemAsOneText() {
        TenantQuotas quotas = read("quota.tenants = \"acme: viewers=1, beta: viewers=2 rooms=3\"");
        assertEquals(new Quota(1, 0, 30), quotas.of("acme"));
        assertEquals(new Quota(2, 0, 3), quotas.of("beta"));
    }

    @Test
    void whatIsNotOfTheFormStopsTheStartWithTheKeysName() {
        for (String wrong : List.of(
                "acme",
                "acme:",
                "acme: viewers",
                "acme: viewers=-1",
                "acme: viewers=1000000000",
                "acme: viewers=1 seats=2",
                "Acme: viewers=1",
                ": viewers=1",
                "acme: viewers=1, acme: rooms=2")) {
            String message = assertThrows(ConfigurationException.class, () -> read("quota.tenants = \"" + wrong + "\""))
                    .getMessage();
            assertTrue(message.startsWith("quota.tenants: "), message);
        }
    }
}
