package io.danmaku.standalone.system;

import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTCreator;
import com.auth0.jwt.algorithms.Algorithm;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Who signs tokens for a product with private keys of its own, and publishes the public ones. */
final class KeyProvider implements AutoCloseable {
    static final String ISSUER = "https://id.example";
    /** A name of a key with it in is of such a key. */
    static final String EDWARDS = "Ed25519";

    private static final int EDWARDS_BYTES = 32;

    private final Map<String, KeyPair> pairs = new ConcurrentHashMap<>();
    private final HttpServer server;
    /** The one key that is published; null = the server fails. */
    private volatile String published;

    KeyProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", asked -> {
            String kid = published;
            byte[] body = (kid == null ? "out of order" : "{\"keys\":[" + jwk(kid) + "]}")
                    .getBytes(StandardCharsets.US_ASCII);
            asked.sendResponseHeaders(kid == null ? 503 : 200, body.length);
            asked.getResponseBody().write(body);
            asked.close();
        });
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks.json";
    }

    /** Publishes this key and no other. */
    void publish(String kid) {
        published = kid;
    }

    /** Fails from now on. */
    void fail() {
        published = null;
    }

    /** The begin of a token that is valid for long. */
    static JWTCreator.Builder claims(String user) {
        return JWT.create()
                .withSubject(user)
                .withIssuer(ISSUER)
                .withExpiresAt(Instant.now().plusSeconds(3_600));
    }

    /** Signs with the key of this name, which is made when there is none: of RSA, or of the kind that a name with {@code Ed25519} says. */
    String sign(String kid, JWTCreator.Builder claims) {
        KeyPair pair = pair(kid);
        if (isEdwards(kid)) {
            return signEdwards(kid, pair, claims);
        }
        return claims.withKeyId(kid)
                .sign(Algorithm.RSA256((RSAPublicKey) pair.getPublic(), (RSAPrivateKey) pair.getPrivate()));
    }

    /** The library that signs knows no such keys, the JDK does. */
    private static String signEdwards(String kid, KeyPair pair, JWTCreator.Builder claims) {
        String payload = claims.sign(Algorithm.none()).split("\\.", -1)[1];
        String head = base64(("{\"alg\":\"EdDSA\",\"kid\":\"" + kid + "\"}").getBytes(StandardCharsets.US_ASCII));
        try {
            Signature signature = Signature.getInstance(EDWARDS);
            signature.initSign(pair.getPrivate());
            signature.update((head + "." + payload).getBytes(StandardCharsets.US_ASCII));
            return head + "." + payload + "." + base64(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static boolean isEdwards(String kid) {
        return kid.contains(EDWARDS);
    }

    private String jwk(String kid) {
        if (isEdwards(kid)) {
            byte[] der = pair(kid).getPublic().getEncoded();
            return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"use\":\"sig\",\"alg\":\"EdDSA\",\"kid\":\"" + kid
                    + "\",\"x\":\"" + base64(Arrays.copyOfRange(der, der.length - EDWARDS_BYTES, der.length)) + "\"}";
        }
        RSAPublicKey key = (RSAPublicKey) pair(kid).getPublic();
        return "{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"" + kid + "\",\"n\":\""
                + base64(key.getModulus()) + "\",\"e\":\"" + base64(key.getPublicExponent()) + "\"}";
    }

    private static String base64(BigInteger number) {
        return base64(number.toByteArray());
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private KeyPair pair(String kid) {
        return pairs.computeIfAbsent(kid, made -> {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance(isEdwards(kid) ? EDWARDS : "RSA");
                if (!isEdwards(kid)) {
                    generator.initialize(2_048);
                }
                return generator.generateKeyPair();
            } catch (GeneralSecurityException impossible) {
                throw new AssertionError(impossible);
            }
        });
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
