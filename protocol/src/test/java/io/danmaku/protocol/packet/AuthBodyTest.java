package io.danmaku.protocol.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.danmaku.protocol.command.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class AuthBodyTest {

    private static AuthBody.Decoded decode(String json) {
        return AuthBody.decode(json.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertRoom(String room, String fields) {
        AuthBody.Decoded decoded = decode("{\"key\":\"t\"," + fields + "}");
        assertNull(decoded.refusal(), () -> fields + ": " + decoded.refusal());
        assertEquals(new AuthBody("t", room), decoded.auth());
    }

    private static void assertRefused(ErrorCode code, String json) {
        AuthBody.Decoded decoded = decode(json);
        assertNull(decoded.auth(), json);
        assertEquals(code, decoded.refusal().code(), json);
    }

    @Test
    void aRoomIsNamedAsBilibilisAndGoimsClientsNameIt() {
        assertRoom("42", "\"roomid\":42,\"uid\":0,\"protover\":3,\"platform\":\"web\",\"type\":2");
        assertRoom("42", "\"roomid\":\"42\"");
        assertRoom("1000", "\"mid\":123,\"room_id\":\"live://1000\",\"platform\":\"web\",\"accepts\":[1000,1001]");
        assertRoom("lobby-1", "\"room_id\":\"room://lobby-1\"");
        assertRoom("plain", "\"room_id\":\"plain\"");
        assertRoom("7", "\"roomid\":7,\"room_id\":\"live://8\"");
        assertRoom("8", "\"roomid\":null,\"room_id\":\"live://8\"");
    }

    @Test
    void whoHasNoTokenIsAGuest() {
        for (String none : List.of("{\"roomid\":42}", "{\"key\":\"\",\"roomid\":42}", "{\"key\":null,\"roomid\":42}")) {
            assertEquals(new AuthBody(null, "42"), decode(none).auth(), none);
        }
    }

    @Test
    void whatIsNoAuthIsRefusedWithItsReason() {
        assertRefused(ErrorCode.BAD_JSON, "");
        assertRefused(ErrorCode.BAD_JSON, "[object Object]");
        assertRefused(ErrorCode.BAD_JSON, "[1]");
        assertRefused(ErrorCode.BAD_JSON, "{\"key\":\"t\",\"key\":\"u\",\"roomid\":1}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"key\":7,\"roomid\":42}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"key\":\"" + "t".repeat(8_193) + "\",\"roomid\":42}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"key\":\"t\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"key\":\"t\",\"roomid\":1.5}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"key\":\"t\",\"roomid\":true}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"key\":\"t\",\"room_id\":\"live://\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"key\":\"t\",\"room_id\":\"a b\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"key\":\"t\",\"room_id\":\"" + "r".repeat(65) + "\"}");
    }

    @Property
    void anyBytesAreReadOrRefused(@ForAll byte[] body) {
        AuthBody.Decoded decoded = AuthBody.decode(body);
        assertNotNull(decoded.auth() == null ? decoded.refusal() : decoded.auth());
    }
}
