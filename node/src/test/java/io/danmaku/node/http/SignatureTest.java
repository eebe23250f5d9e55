package io.danmaku.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class SignatureTest {
    private static final byte[] SECRET = bytes("a secret of sixteen");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void itIsWhatAnyOtherToolMakesOfSecondsAPointAndTheBody() {
        // printf '1764000000.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of sixteen'
        assertEquals(
                "t=1764000000,v1=9099ac2047fa42e62dceede89760ae6e9005e2ee3fe31c95dc299d7b929938d9",
                Signature.of(SECRET, 1_764_000_000L, bytes("{\"a\":1}")));
    }

    @Test
    void anotherTimeBodyOrSecretHasAnother() {
        String one = Signature.of(SECRET, 1, bytes("a"));
        assertNotEquals(one.substring(4), Signature.of(SECRET, 2, bytes("a")).substring(4));
        assertNotEquals(one, Signature.of(SECRET, 1, bytes("b")));
        assertNotEquals(one, Signature.of(bytes("another"), 1, bytes("a")));
    }
}
