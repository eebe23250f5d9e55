package io.danmaku.room.moderation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.ExternalCheck;
import io.danmaku.room.room.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckFormTest {
    private static ObjectNode good() {
        return Json.object()
                .put("url", "https://moderation.example:8443/chat?key=1")
                .put("secret", "0123456789abcdef")
                .put("timeoutMs", 50)
                .put("whenDown", "hold");
    }

    private static void assertBad(ObjectNode body) {
        Result<CheckForm.Wanted> read = CheckForm.wanted(body);
        assertTrue(read.isRefused(), body::toString);
        assertEquals(ErrorCode.BAD_FIELD, read.refusal().code());
        assertFalse(read.refusal().message().contains("0123456789abcdef"), "no secret is told back");
    }

    @Test
    void aServiceIsReadAndToldWithoutItsSecret() {
        CheckForm.Wanted wanted = CheckForm.wanted(good()).value();
        assertEquals(
                new CheckForm.Wanted(
                        "https://moderation.example:8443/chat?key=1",
                        "0123456789abcdef",
                        50,
                        ExternalCheck.WhenDown.HOLD),
                wanted);
        ExternalCheck check =
                new ExternalCheck("default", wanted.url(), wanted.secret(), 50, wanted.whenDown(), "1", 7);
        assertEquals(
                "{\"url\":\"https://moderation.example:8443/chat?key=1\",\"timeoutMs\":50,\"whenDown\":\"hold\",\"by\":\"1\",\"at\":7}",
                CheckForm.json(check).toString());
        assertFalse((check + "" + wanted).contains("0123456789abcdef"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "moderation.example",
                "ftp://moderation.example/",
                "file:///etc/passwd",
                "http://",
                "http:///chat",
                "http://me:secret@moderation.example/",
                "http://moderation.example/#part",
                "http://moderation.example:0/",
                "http://moderation.example:65536/",
                "http://moderation.example/a b",
                "http://moderation.example/\u00e9",
                "HTTP//x"
            })
    void whatIsNoAddressIsRefused(String url) {
        assertBad(good().put("url", url));
    }

    @Test
    void everyFieldHasItsBounds() {
        for (String field : new String[] {"url", "secret", "timeoutMs", "whenDown"}) {
            ObjectNode without = good();
            without.remove(field);
            assertBad(without);
            assertBad(good().put(field, true));
        }
        assertBad(good().put("secret", "x".repeat(15)));
        assertBad(good().put("secret", "x".repeat(129)));
        assertBad(good().put("secret", "0123456789abcde f"));
        assertFalse(CheckForm.wanted(good().put("secret", "x".repeat(128))).isRefused());
        assertBad(good().put("timeoutMs", 49));
        assertBad(good().put("timeoutMs", 3_001));
        assertBad(good().put("timeoutMs", 99.5));
        assertFalse(CheckForm.wanted(good().put("timeoutMs", 3_000)).isRefused());
        assertBad(good().put("whenDown", "shadow"));
        assertBad(good().put("url", "http://x/" + "x".repeat(492)));
        assertBad(good().put("token", "x"));
    }
}
