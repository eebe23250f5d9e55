package io.danmaku.protocol.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ApiKeyTest {
    private static final String ID = "0123456789abcdef";
    private static final String SECRET = "_-34567890123456789012345678901234567890123";

    private static ApiKey key(long expiresAtMs, long revokedAtMs) {
        return new ApiKey(
                "acme",
                ID,
                "shop",
                List.of(KeyScope.ROOMS_READ, KeyScope.EVENTS),
                ApiKey.sha256(SECRET),
                "1",
                5,
                expiresAtMs,
                revokedAtMs);
    }

    @Test
    void whatIsPresentedIsTakenApartOnlyWhenAllOfItIsOfTheForm() {
        ApiKey.Presented presented = ApiKey.Presented.of("dmk_" + ID + "_" + SECRET);
        assertEquals(new ApiKey.Presented(ID, SECRET), presented);
        assertEquals("dmk_" + ID + "_" + SECRET, presented.text());
        for (String wrong : List.of(
                "dmk_",
                "dmk_" + ID,
                "dmk_" + ID + "_" + SECRET + "x",
                "dmk_" + ID + "x_" + SECRET,
                "dmk_" + ID.toUpperCase(Locale.ROOT) + "_" + SECRET,
                "dmk_" + ID + "_" + SECRET.replace('_', '/'),
                "DMK_" + ID + "_" + SECRET)) {
            assertNull(ApiKey.Presented.of(wrong), wrong);
        }
    }

    @Test
    void onlyItsSecretOpensItAndItsRecordDoesNotHaveIt() {
        assertTrue(key(ApiKey.NEVER_MS, 0).isOpenedBy(SECRET));
        assertFalse(key(ApiKey.NEVER_MS, 0).isOpenedBy(SECRET.replace('3', '4')));
        String record = new String(Json.bytes(key(ApiKey.NEVER_MS, 0)), StandardCharsets.UTF_8);
        assertFalse(record.contains(SECRET), record);
        assertTrue(record.contains("\"rooms:read\""), record);
        assertEquals(key(7, 6), Json.read(Json.bytes(key(7, 6)), ApiKey.class));
    }

    @Test
    void itHoldsUntilItExpiresOrIsRevoked() {
        assertTrue(key(10, 0).holds(9));
        assertFalse(key(10, 0).holds(10));
        assertFalse(key(10, 7).holds(8));
    }

    @Test
    void whoAsksByItIsABackendThatNoTokenCanName() {
        assertTrue(key(10, 0).claims().admin());
        assertEquals("acme", key(10, 0).claims().tenant());
        assertFalse(Ids.isUser(key(10, 0).claims().user()));
    }
}
