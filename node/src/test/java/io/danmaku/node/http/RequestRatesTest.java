package io.danmaku.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestRatesTest {
    private long nowNs;
    private final RequestRates rates = new RequestRates(
            new RequestRates.Allowance(5, 500, 2, 100),
            "too many",
            () -> nowNs,
            new SimpleMeterRegistry().counter("limited"));

    private static Claims user(String tenant, String user, Map<String, Role> rooms, boolean admin) {
        return new Claims(user, user, tenant, rooms, admin, 1);
    }

    private int madeAtOnce(Claims claims) {
        int made = 0;
        while (rates.waitMs(claims) == 0) {
            made++;
        }
        return made;
    }

    @Test
    void aViewerHasABurstOfTenAndThenFiveASecond() {
        Claims viewer = user("default", "7", Map.of(), false);
        assertEquals(10, madeAtOnce(viewer));
        assertEquals(200, rates.waitMs(viewer));
        nowNs += TimeUnit.SECONDS.toNanos(1);
        assertEquals(5, madeAtOnce(viewer));
    }

    @Test
    void usersAndTenantsDoNotUseUpOneAnothersAllowance() {
        assertEquals(10, madeAtOnce(user("default", "7", Map.of(), false)));
        assertEquals(10, madeAtOnce(user("default", "8", Map.of(), false)));
        assertEquals(10, madeAtOnce(user("other", "7", Map.of(), false)));
    }

    @Test
    void aBackendHasMoreAndARoleInARoomDoesNotHelp() {
        assertEquals(1_000, madeAtOnce(user("default", "b", Map.of(), true)));
        assertEquals(10, madeAtOnce(user("default", "m", Map.of("42", Role.MODERATOR), false)));
        assertEquals(10, madeAtOnce(user("default", "b", Map.of(), false)), "by the token, not by the name");
    }

    @Test
    void aWaitIsNeverTakenForLeave() {
        Claims viewer = user("default", "7", Map.of(), false);
        madeAtOnce(viewer);
        nowNs += TimeUnit.MILLISECONDS.toNanos(199);
        assertTrue(rates.waitMs(viewer) > 0);
        nowNs += TimeUnit.MILLISECONDS.toNanos(2);
        assertEquals(0, rates.waitMs(viewer));
    }
}
