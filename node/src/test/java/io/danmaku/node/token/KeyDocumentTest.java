package io.danmaku.node.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.token.TokenKey;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.KeyPair;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class KeyDocumentTest {
    private static final KeyPair RSA = Jwk.rsa(2_048);
    private static final KeyPair P256 = Jwk.p256();
    private static final KeyPair ED25519 = Jwk.ed25519();

    private static byte[] pem(String label, Key... keys) {
        StringBuilder pem = new StringBuilder("made by hand\n");
        for (Key key : keys) {
            pem.append("-----BEGIN ").append(label).append("-----\n");
            pem.append(Base64.getMimeEncoder().encodeToString(key.getEncoded()));
            pem.append("\n-----END ").append(label).append("-----\n");
        }
        return pem.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static List<String> names(KeyDocument document) {
        return document.keys().stream()
                .map(key -> key.algorithmName() + " " + key.kid())
                .toList();
    }

    @Test
    void aSetHasKeysOfAllThreeKinds() {
        KeyDocument document = KeyDocument.read(Jwk.set(
                Jwk.of("a", RSA.getPublic()), Jwk.of("b", P256.getPublic()), Jwk.of(null, ED25519.getPublic())));
        assertEquals(List.of("RS256 a", "ES256 b", "EdDSA null"), names(document));
        assertEquals(
                List.of(RSA.getPublic(), P256.getPublic(), ED25519.getPublic()),
                document.keys().stream().map(TokenKey::key).toList());
        assertEquals(List.of(), document.passedOver());
    }

    @Test
    void keysOfASetThatAreForSomethingElseArePassedOver() {
        ObjectNode good = Jwk.of("good", RSA.getPublic())
                .put("use", "sig")
                .put("alg", "RS256")
                .put("x5t", "whatever");
        good.putArray("key_ops").add("verify");
        ObjectNode encrypts = Jwk.of("enc", RSA.getPublic()).put("use", "enc");
        ObjectNode other = Jwk.of("other", RSA.getPublic()).put("alg", "RS512");
        ObjectNode confused = Jwk.of("confused", RSA.getPublic()).put("alg", "HS256");
        ObjectNode signs = Jwk.of("signs", RSA.getPublic());
        signs.putArray("key_ops").add("sign");
        ObjectNode secret = Jwk.of("secret", RSA.getPublic()).put("d", "AQAB");
        ObjectNode shared = Json.object().put("kty", "oct").put("k", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA");
        ObjectNode weak = Jwk.of("weak", Jwk.rsa(1_024).getPublic());
        ObjectNode curve = Jwk.of("curve", P256.getPublic()).put("crv", "P-384");
        ObjectNode off = Jwk.of("off", P256.getPublic());
        off.set("x", off.get("y"));
        ObjectNode half = Jwk.of("half", P256.getPublic());
        half.remove("y");
        ObjectNode number = Jwk.of(null, P256.getPublic()).put("kid", 7);
        ObjectNode strange = Jwk.of("strange", P256.getPublic()).put("kty", "XYZ");
        ObjectNode notBase64 = Jwk.of("notBase64", ED25519.getPublic()).put("x", "*");
        KeyDocument document = KeyDocument.jwkSet(Jwk.set(
                encrypts, other, confused, signs, secret, shared, weak, curve, off, half, number, strange, notBase64,
                good));
        assertEquals(List.of("RS256 good"), names(document));
        assertEquals(13, document.passedOver().size(), document::toString);
    }

    @Test
    void whatIsNoSetOfUsableKeysIsRefused() {
        for (String bad : List.of(
                "",
                "[]",
                "{}",
                "{\"keys\":{}}",
                "{\"keys\":[]}",
                "{\"keys\":[7,null,\"a\",{}]}",
                "{\"keys\":[",
                "{\"keys\":[]}x",
                "<html>")) {
            assertRefused(bad.getBytes(StandardCharsets.UTF_8));
        }
        ObjectNode jwk = Jwk.of("a", ED25519.getPublic());
        assertEquals(
                KeyDocument.KEYS_MAX,
                KeyDocument.jwkSet(Jwk.set(Collections.nCopies(KeyDocument.KEYS_MAX, jwk)))
                        .keys()
                        .size());
        assertRefused(Jwk.set(Collections.nCopies(KeyDocument.KEYS_MAX + 1, jwk)));
        ObjectNode nameless = Jwk.of(null, ED25519.getPublic());
        assertEquals(
                KeyDocument.NAMELESS_MAX,
                KeyDocument.jwkSet(Jwk.set(Collections.nCopies(KeyDocument.NAMELESS_MAX, nameless)))
                        .keys()
                        .size());
        assertRefused(Jwk.set(Collections.nCopies(KeyDocument.NAMELESS_MAX + 1, nameless)));
    }

    @Test
    void aFileMayHoldPublicKeysAsPem() {
        KeyDocument document =
                KeyDocument.read(pem("PUBLIC KEY", RSA.getPublic(), P256.getPublic(), ED25519.getPublic()));
        assertEquals(List.of("RS256 null", "ES256 null", "EdDSA null"), names(document));
        assertEquals(RSA.getPublic(), document.keys().get(0).key());
        assertRefused(pem("PRIVATE KEY", RSA.getPrivate()));
        assertRefused(pem("PUBLIC KEY", RSA.getPrivate()));
        assertRefused(pem("PUBLIC KEY", Jwk.rsa(1_024).getPublic()));
        assertRefused(pem("PUBLIC KEY", Collections.nCopies(5, P256.getPublic()).toArray(Key[]::new)));
        assertRefused("-----BEGIN PUBLIC KEY-----\nAAAA".getBytes(StandardCharsets.US_ASCII));
        // an address serves sets alone
        assertThrows(IllegalArgumentException.class, () -> KeyDocument.jwkSet(pem("PUBLIC KEY", RSA.getPublic())));
    }

    @Property
    void anyTextIsRefused(@ForAll String text) {
        assertRefused(text.getBytes(StandardCharsets.UTF_8));
        assertRefused(("{\"keys\":[" + text + "]}").getBytes(StandardCharsets.UTF_8));
    }

    private static void assertRefused(byte[] document) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> KeyDocument.read(document));
        assertTrue(refused.getMessage() != null && !refused.getMessage().isBlank());
    }
}
