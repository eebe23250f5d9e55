package io.danmaku.protocol.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import io.danmaku.protocol.command.ErrorCode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Tokens that are signed with a private key and checked with its public half. */
final class PublicKeysTest {
    private static final String SECRET = "a secret of at least thirty-two bytes";
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final long ALIVE = NOW.plusSeconds(60).getEpochSecond();
    private static final Map<String, String> SIGNATURES =
            Map.of("RS256", "SHA256withRSA", "ES256", "SHA256withECDSAinP1363Format", "EdDSA", "Ed25519");
    /** Of the keys that {@link #trustAll} names. */
    private static final Map<String, String> KIDS = Map.of("RS256", "r", "ES256", "e", "EdDSA", "d");

    private static final Map<String, KeyPair> PAIRS =
            Map.of("RS256", pair("RSA", 2_048), "ES256", pair("secp256r1"), "EdDSA", pair("Ed25519", 0));
    private static final Map<String, KeyPair> OTHERS =
            Map.of("RS256", pair("RSA", 2_048), "ES256", pair("secp256r1"), "EdDSA", pair("Ed25519", 0));

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicBoolean newerAreComing = new AtomicBoolean();
    private final Tokens tokens = tokens(SECRET, "", "");

    private Tokens tokens(String secret, String issuer, String audience) {
        return new Tokens(
                secret,
                issuer,
                audience,
                () -> {
                    asked.incrementAndGet();
                    return newerAreComing.get();
                },
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static KeyPair pair(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static KeyPair pair(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static TokenKey key(String kid, String algorithm) {
        return new TokenKey(kid, PAIRS.get(algorithm).getPublic());
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String base64(String json) {
        return base64(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String header(String algorithm, String kid) {
        return kid == null
                ? "{\"alg\":\"" + algorithm + "\"}"
                : "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + kid + "\"}";
    }

    private static String signed(String header, String payload, String signature, KeyPair pair) {
        String content = base64(header) + "." + base64(payload);
        try {
            Signature signer = Signature.getInstance(signature);
            signer.initSign(pair.getPrivate());
            signer.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + base64(signer.sign());
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static String token(String algorithm, String kid, KeyPair pair, String claims) {
        return signed(header(algorithm, kid), "{\"sub\":\"7\"," + claims + "}", SIGNATURES.get(algorithm), pair);
    }

    private static String token(String algorithm, String kid) {
        return token(algorithm, kid, PAIRS.get(algorithm), "\"exp\":" + ALIVE);
    }

    private static void assertTaken(Tokens checks, String token) {
        Tokens.Checked checked = checks.verify(token);
        assertNull(checked.refusal(), checked::toString);
        assertEquals("7", checked.claims().user());
    }

    private static void assertRefused(ErrorCode code, Tokens checks, String token) {
        Tokens.Checked checked = checks.verify(token);
        assertNotNull(checked.refusal(), () -> "accepted " + token);
        assertEquals(code, checked.refusal().code());
    }

    private void trustAll() {
        tokens.trust(List.of(key("r", "RS256"), key("e", "ES256"), key("d", "EdDSA")));
    }

    @Test
    void aTokenIsTakenWhenItIsSignedWithTheKeyThatItNames() {
        trustAll();
        KIDS.forEach((algorithm, kid) -> {
            assertTaken(tokens, token(algorithm, kid));
            assertRefused(
                    ErrorCode.BAD_TOKEN, tokens, token(algorithm, kid, OTHERS.get(algorithm), "\"exp\":" + ALIVE));
            String[] parts = token(algorithm, kid).split("\\.", -1);
            String other = base64("{\"sub\":\"1\",\"exp\":" + ALIVE + "}");
            assertRefused(ErrorCode.BAD_TOKEN, tokens, parts[0] + "." + other + "." + parts[2]);
            assertRefused(ErrorCode.BAD_TOKEN, tokens, parts[0] + "." + parts[1] + ".");
            assertRefused(ErrorCode.BAD_TOKEN, tokens, parts[0] + "." + parts[1] + ".AA");
            // r and s of nothing, which some platforms took for a signature of everything
            assertRefused(ErrorCode.BAD_TOKEN, tokens, parts[0] + "." + parts[1] + "." + base64(new byte[64]));
        });
        assertEquals(0, asked.get(), "the keys are known");
        assertTaken(
                tokens,
                JWT.create().withSubject("7").withExpiresAt(NOW.plusSeconds(60)).sign(Algorithm.HMAC256(SECRET)));
    }

    @Test
    void aKeyIsUsedForItsOwnAlgorithmWhateverTheTokenSays() {
        Tokens withoutSecret = tokens("", "", "");
        String payload = "{\"sub\":\"7\",\"exp\":" + ALIVE + "}";
        for (Tokens checks : List.of(tokens, withoutSecret)) {
            checks.trust(List.of(key("k", "RS256"), key(null, "ES256"), key(null, "EdDSA")));
            byte[] der = PAIRS.get("RS256").getPublic().getEncoded();
            String pem = "-----BEGIN PUBLIC KEY-----\n"
                    + Base64.getMimeEncoder().encodeToString(der) + "\n-----END PUBLIC KEY-----\n";
            for (byte[] asSecret : List.of(der, pem.getBytes(StandardCharsets.US_ASCII))) {
                assertRefused(
                        ErrorCode.BAD_TOKEN,
                        checks,
                        JWT.create()
                                .withKeyId("k")
                                .withSubject("7")
                                .withExpiresAt(NOW.plusSeconds(60))
                                .sign(Algorithm.HMAC256(asSecret)));
            }
            for (String algorithm : SIGNATURES.keySet()) {
                SIGNATURES.forEach((other, signature) -> {
                    if (!other.equals(algorithm)) {
                        assertRefused(
                                ErrorCode.BAD_TOKEN,
                                checks,
                                signed(header(algorithm, "k"), payload, signature, PAIRS.get(other)));
                    }
                });
            }
            assertRefused(
                    ErrorCode.BAD_TOKEN,
                    checks,
                    signed(header("RS512", "k"), payload, "SHA512withRSA", PAIRS.get("RS256")));
            for (String none : List.of("none", "None", "")) {
                assertRefused(ErrorCode.BAD_TOKEN, checks, base64(header(none, "k")) + "." + base64(payload) + ".");
            }
            assertRefused(ErrorCode.BAD_TOKEN, checks, base64("{\"kid\":\"k\"}") + "." + base64(payload) + ".");
        }
    }

    @Test
    void whereThereIsNoSecretNoTokenIsSignedWithOne() {
        Tokens checks = tokens("", "", "");
        checks.trust(List.of(key("k", "EdDSA")));
        assertTaken(checks, token("EdDSA", "k"));
        for (String secret : List.of(SECRET, "x")) {
            assertRefused(
                    ErrorCode.BAD_TOKEN,
                    checks,
                    JWT.create()
                            .withSubject("7")
                            .withExpiresAt(NOW.plusSeconds(60))
                            .sign(Algorithm.HMAC256(secret)));
        }
        Claims claims = new Claims("7", "7", "default", Map.of(), false, 0);
        assertThrows(IllegalStateException.class, () -> checks.sign(claims));
        assertThrows(IllegalArgumentException.class, () -> new Tokens("short", "", "", () -> false));
    }

    @Test
    void anExpiredTokenIsToldAsSuchOnlyWhenItsSignatureIsGood() {
        trustAll();
        String expired = "\"exp\":" + NOW.minusSeconds(1).getEpochSecond();
        KIDS.forEach((algorithm, kid) -> {
            assertRefused(ErrorCode.TOKEN_EXPIRED, tokens, token(algorithm, kid, PAIRS.get(algorithm), expired));
            assertRefused(ErrorCode.BAD_TOKEN, tokens, token(algorithm, kid, OTHERS.get(algorithm), expired));
            assertRefused(ErrorCode.BAD_TOKEN, tokens, token(algorithm, kid, PAIRS.get(algorithm), "\"a\":1"));
        });
    }

    @Test
    void issuerAndAudienceAreAskedOfTokensByPublicKeys() {
        Tokens checks = tokens(SECRET, "https://id.example", "hub");
        checks.trust(List.of(key("r", "RS256")));
        for (String taken : List.of("\"aud\":\"hub\"", "\"aud\":[\"shop\",\"hub\"]")) {
            assertTaken(checks, of("\"iss\":\"https://id.example\"," + taken));
        }
        for (String wrong : List.of(
                "\"iss\":\"https://id.example\"",
                "\"iss\":\"https://id.example\",\"aud\":\"shop\"",
                "\"iss\":\"https://id.example\",\"aud\":[]",
                "\"aud\":\"hub\"",
                "\"iss\":\"https://id.example/\",\"aud\":\"hub\"",
                "\"iss\":[\"https://id.example\"],\"aud\":\"hub\"")) {
            assertRefused(ErrorCode.BAD_TOKEN, checks, of(wrong));
        }
        assertTaken(
                checks,
                JWT.create().withSubject("7").withExpiresAt(NOW.plusSeconds(60)).sign(Algorithm.HMAC256(SECRET)));
    }

    private static String of(String claims) {
        return token("RS256", "r", PAIRS.get("RS256"), "\"exp\":" + ALIVE + "," + claims);
    }

    @Test
    void aTokenOfAKeyThatIsNotKnownComesAgainWhileNewerKeysMayCome() {
        trustAll();
        String unknown = token("RS256", "new");
        assertRefused(ErrorCode.BAD_TOKEN, tokens, unknown);
        assertEquals(1, asked.get());
        newerAreComing.set(true);
        assertRefused(ErrorCode.UNAVAILABLE, tokens, unknown);
        assertTrue(tokens.verify(unknown).refusal().retryMs() > 0);
        // a key without a name fits every token, and says nothing of the one that is named
        tokens.trust(List.of(new TokenKey(null, OTHERS.get("RS256").getPublic())));
        assertRefused(ErrorCode.UNAVAILABLE, tokens, unknown);
    }

    @Test
    void nobodyIsAskedForKeysByTokensThatNoKeyCouldMakeGood() {
        trustAll();
        newerAreComing.set(true);
        String payload = base64("{\"sub\":\"7\",\"exp\":" + ALIVE + "}");
        for (String algorithm : List.of("none", "HS256", "HS512", "PS256", "RS512")) {
            assertRefused(ErrorCode.BAD_TOKEN, tokens, base64(header(algorithm, "new")) + "." + payload + ".AAAA");
        }
        assertRefused(ErrorCode.BAD_TOKEN, tokens, token("RS256", "r", OTHERS.get("RS256"), "\"exp\":" + ALIVE));
        assertEquals(0, asked.get());
    }

    @Test
    void withOtherKeysTheOldOnesAreGone() {
        tokens.trust(List.of(key("r", "RS256")));
        assertTaken(tokens, token("RS256", "r"));
        tokens.trust(List.of(
                key("e", "ES256"), new TokenKey("r2", OTHERS.get("RS256").getPublic())));
        assertRefused(ErrorCode.BAD_TOKEN, tokens, token("RS256", "r"));
        assertTaken(tokens, token("ES256", "e"));
        assertTaken(tokens, token("RS256", "r2", OTHERS.get("RS256"), "\"exp\":" + ALIVE));
    }

    @Test
    void keysWithoutANameAreTriedForAnyAndNamedOnesForTheirOwnAlone() {
        tokens.trust(
                List.of(new TokenKey(null, OTHERS.get("RS256").getPublic()), key(null, "RS256"), key("e", "ES256")));
        assertTaken(tokens, token("RS256", null));
        assertTaken(tokens, token("RS256", "any"));
        assertTaken(tokens, token("ES256", "e"));
        assertRefused(ErrorCode.BAD_TOKEN, tokens, token("ES256", null));
        assertRefused(ErrorCode.BAD_TOKEN, tokens, token("ES256", "any"));
    }

    @Test
    void aKeyIsReadFromItsPartsAndFromItsX509Form() {
        RSAPublicKey rsa = (RSAPublicKey) PAIRS.get("RS256").getPublic();
        ECPublicKey ec = (ECPublicKey) PAIRS.get("ES256").getPublic();
        byte[] ed = PAIRS.get("EdDSA").getPublic().getEncoded();
        tokens.trust(List.of(
                TokenKey.rsa("r", rsa.getModulus(), rsa.getPublicExponent()),
                TokenKey.p256("e", ec.getW().getAffineX(), ec.getW().getAffineY()),
                TokenKey.ed25519("d", Arrays.copyOfRange(ed, ed.length - TokenKey.ED25519_BYTES, ed.length))));
        KIDS.forEach((algorithm, kid) -> assertTaken(tokens, token(algorithm, kid)));
        PAIRS.forEach((algorithm, pair) -> {
            TokenKey key = TokenKey.ofDer(pair.getPublic().getEncoded());
            assertEquals(algorithm, key.algorithmName());
            tokens.trust(List.of(key));
            assertTaken(tokens, token(algorithm, null));
        });
    }

    @Test
    void aKeyThatIsWeakOrOfAnotherKindIsNotTaken() {
        assertNoKey(() -> new TokenKey("k", pair("RSA", 1_024).getPublic()));
        assertNoKey(() -> new TokenKey("k", pair("secp384r1").getPublic()));
        assertNoKey(() -> new TokenKey("k", pair("Ed448", 0).getPublic()));
        assertNoKey(() -> new TokenKey("k", pair("DSA", 2_048).getPublic()));
        assertNoKey(() -> new TokenKey("", PAIRS.get("RS256").getPublic()));
        assertNoKey(() -> new TokenKey("k".repeat(257), PAIRS.get("RS256").getPublic()));
        BigInteger modulus = ((RSAPublicKey) PAIRS.get("RS256").getPublic()).getModulus();
        for (long exponent : new long[] {1, 4, (1L << 40) + 1}) {
            assertNoKey(() -> TokenKey.rsa("k", modulus, BigInteger.valueOf(exponent)));
        }
        ECPublicKey ec = (ECPublicKey) PAIRS.get("ES256").getPublic();
        BigInteger x = ec.getW().getAffineX();
        assertNoKey(() -> TokenKey.p256("k", x, ec.getW().getAffineY().add(BigInteger.ONE)));
        assertNoKey(() -> TokenKey.p256("k", BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE), BigInteger.TEN));
        assertNoKey(() -> TokenKey.ed25519("k", new byte[31]));
        assertNoKey(() -> TokenKey.ofDer(pair("Ed448", 0).getPublic().getEncoded()));
        assertNoKey(() -> TokenKey.ofDer(PAIRS.get("RS256").getPrivate().getEncoded()));
        assertNoKey(() -> TokenKey.ofDer(new byte[] {1, 2, 3}));
        assertNoKey(() -> TokenKey.ofDer(new byte[0]));
    }

    private static void assertNoKey(Executable made) {
        assertNotNull(assertThrows(IllegalArgumentException.class, made).getMessage());
    }
}
