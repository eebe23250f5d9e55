package io.danmaku.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SignatureTest {
    private static final byte[] SECRET = "0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    private static final byte[] BODY = "{\"text\":\"hi\"}".getBytes(StandardCharsets.UTF_8);

    @Test
    void aBodyIsSignedWithItsTime() {
        assertEquals(
                "t=1764000000,v1=30b1a7be774e9acf8ba7f220b4dd37d919f4b823c41f76becbe1d48bda021a48",
                Signature.of(SECRET, 1_764_000_000, BODY));
    }

    @Test
    void anotherBodyTimeOrSecretIsAnotherSignature() {
        String signed = Signature.of(SECRET, 5, BODY);
        assertNotEquals(signed, Signature.of(SECRET, 5, new byte[0]));
        assertNotEquals(signed.substring(4), Signature.of(SECRET, 6, BODY).substring(4));
        assertNotEquals(signed, Signature.of(BODY, 5, BODY));
    }
}
