package io.danmaku.dm.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SendRatesTest {
    private long nowNs;
    private final SendRates rates =
            new SendRates(new ApiBounds(5, 500, 100, 1), () -> nowNs, new SimpleMeterRegistry());

    private static Claims user(String tenant, String user, Map<String, Role> rooms, boolean admin) {
        return new Claims(user, user, tenant, rooms, admin, 1);
    }

    private int sentAtOnce(Claims claims) {
        int sent = 0;
        while (rates.waitMs(claims) == 0) {
            sent++;
        }
        return sent;
    }

    @Test
    void aViewerHasABurstOfTenAndThenFiveASecond() {
        Claims viewer = user("default", "7", Map.of(), false);
        assertEquals(10, sentAtOnce(viewer));
        assertEquals(200, rates.waitMs(viewer));
        nowNs += TimeUnit.SECONDS.toNanos(1);
        assertEquals(5, sentAtOnce(viewer));
    }

    @Test
    void usersAndTenantsDoNotUseUpOneAnothersAllowance() {
        assertEquals(10, sentAtOnce(user("default", "7", Map.of(), false)));
        assertEquals(10, sentAtOnce(user("default", "8", Map.of(), false)));
        assertEquals(10, sentAtOnce(user("other", "7", Map.of(), false)));
    }

    @Test
    void aBackendHasMoreAndARoleInARoomDoesNotHelp() {
        assertEquals(1_000, sentAtOnce(user("default", "b", Map.of(), true)));
        assertEquals(10, sentAtOnce(user("default", "m", Map.of("42", Role.MODERATOR), false)));
        assertEquals(10, sentAtOnce(user("default", "b", Map.of(), false)), "by the token, not by the name");
    }

    @Test
    void aWaitIsNeverTakenForLeave() {
        Claims viewer = user("default", "7", Map.of(), false);
        sentAtOnce(viewer);
        nowNs += TimeUnit.MILLISECONDS.toNanos(199);
        assertTrue(rates.waitMs(viewer) > 0);
        nowNs += TimeUnit.MILLISECONDS.toNanos(2);
        assertEquals(0, rates.waitMs(viewer));
    }
}
