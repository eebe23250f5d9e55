package io.danmaku.node.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.token.TokenKey;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A document of public keys: a JWK Set (RFC 7517), or blocks of PEM.
 *
 * @param keys at least one, at most {@link #KEYS_MAX}, of them at most {@link #NAMELESS_MAX} without a name
 * @param passedOver why keys of the set are not among them: it may have keys for other purposes
 */
record KeyDocument(List<TokenKey> keys, List<String> passedOver) {
    static final int BYTES_MAX = 64 * 1024;
    static final int KEYS_MAX = 32;
    /** A token is checked with each of them in turn. */
    static final int NAMELESS_MAX = 4;

    private static final int P256_BYTES = 32;
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    KeyDocument {
        keys = List.copyOf(keys);
        passedOver = List.copyOf(passedOver);
    }

    /** Either kind. @throws IllegalArgumentException when it is none, or has no key that can be used */
    static KeyDocument read(byte[] document) {
        String text = new String(document, StandardCharsets.UTF_8);
        return text.stripLeading().startsWith("{") ? jwkSet(document) : checked(pem(text), List.of());
    }

    /** A JWK Set. @throws IllegalArgumentException when it is none, or has no key that can be used */
    static KeyDocument jwkSet(byte[] document) {
        JsonNode all;
        try {
            all = Json.MAPPER.readTree(document).path("keys");
        } catch (IOException notJson) {
            throw new IllegalArgumentException("it is no JSON", notJson);
        }
        if (!all.isArray()) {
            throw new IllegalArgumentException("it is no JWK Set: it has no array of keys");
        }
        if (all.size() > KEYS_MAX) {
            throw new IllegalArgumentException("it has more than " + KEYS_MAX + " keys");
        }
        List<TokenKey> keys = new ArrayList<>();
        List<String> passedOver = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            try {
                keys.add(key(all.get(i)));
            } catch (IllegalArgumentException ofNoUse) {
                passedOver.add("key " + (i + 1) + ": " + ofNoUse.getMessage());
            }
        }
        return checked(keys, passedOver);
    }

    private static KeyDocument checked(List<TokenKey> keys, List<String> passedOver) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("no key in it can be used " + passedOver);
        }
        if (keys.stream().filter(key -> key.kid() == null).count() > NAMELESS_MAX) {
            throw new IllegalArgumentException("it has more than " + NAMELESS_MAX + " keys without a kid");
        }
        return new KeyDocument(keys, passedOver);
    }

    private static List<TokenKey> pem(String text) {
        List<TokenKey> keys = new ArrayList<>();
        Matcher block = PEM.matcher(text);
        while (block.find()) {
            if (!block.group(1).equals("PUBLIC KEY")) {
                throw new IllegalArgumentException("it holds a " + block.group(1) + "; a PUBLIC KEY is wanted");
            }
            keys.add(TokenKey.ofDer(Base64.getMimeDecoder().decode(block.group(2))));
        }
        return keys;
    }

    private static TokenKey key(JsonNode jwk) {
        String kid = jwk.has("kid") ? text(jwk, "kid") : null;
        if (jwk.has("d") || jwk.has("k")) {
            throw new IllegalArgumentException("it is a secret, which a set of public keys does not hold");
        }
        TokenKey key = switch (text(jwk, "kty")) {
            case "RSA" -> TokenKey.rsa(kid, number(bytes(jwk, "n")), number(bytes(jwk, "e")));
            case "EC" -> {
                curve(jwk, "P-256");
                yield TokenKey.p256(kid, coordinate(jwk, "x"), coordinate(jwk, "y"));
            }
            case "OKP" -> {
                curve(jwk, "Ed25519");
                yield TokenKey.ed25519(kid, bytes(jwk, "x"));
            }
            default -> throw new IllegalArgumentException("its kty is none of RSA, EC and OKP");
        };
        if (jwk.has("use") && !text(jwk, "use").equals("sig")) {
            throw new IllegalArgumentException("it is not for signatures");
        }
        if (jwk.has("alg") && !text(jwk, "alg").equals(key.algorithmName())) {
            throw new IllegalArgumentException("it is for another algorithm than " + key.algorithmName());
        }
        if (jwk.has("key_ops") && !verifies(jwk.get("key_ops"))) {
            throw new IllegalArgumentException("it is not to verify with");
        }
        return key;
    }

    private static boolean verifies(JsonNode operations) {
        for (JsonNode operation : operations) {
            if (operation.asText().equals("verify")) {
                return true;
            }
        }
        return false;
    }

    private static void curve(JsonNode jwk, String wanted) {
        if (!text(jwk, "crv").equals(wanted)) {
            throw new IllegalArgumentException("its curve is not " + wanted);
        }
    }

    private static BigInteger coordinate(JsonNode jwk, String member) {
        byte[] bytes = bytes(jwk, member);
        if (bytes.length != P256_BYTES) {
            throw new IllegalArgumentException(member + " has " + P256_BYTES + " bytes");
        }
        return number(bytes);
    }

    private static BigInteger number(byte[] unsigned) {
        return new BigInteger(1, unsigned);
    }

    private static byte[] bytes(JsonNode jwk, String member) {
        return Base64.getUrlDecoder().decode(text(jwk, member));
    }

    private static String text(JsonNode jwk, String member) {
        JsonNode value = jwk.path(member);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(member + " is missing or no text");
        }
        return value.textValue();
    }
}
