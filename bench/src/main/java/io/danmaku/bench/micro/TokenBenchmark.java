package io.danmaku.bench.micro;

import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.TokenKey;
import io.danmaku.protocol.token.Tokens;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What checking a token costs, once a connection and once a request over HTTP, by how it is signed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TokenBenchmark {
    private static final String SECRET = "a secret of at least thirty-two bytes";
    private static final long AN_HOUR_MS = 3_600_000;

    @Param({"HS256", "RS256", "ES256", "EdDSA"})
    public String algorithm;

    private final Tokens tokens = new Tokens(SECRET, "", "", () -> false);
    private String token;

    @Setup
    public void sign() throws GeneralSecurityException {
        long expiresAtMs = System.currentTimeMillis() + AN_HOUR_MS;
        token = switch (algorithm) {
            case "HS256" -> tokens.sign(new Claims("7", "Ann", Ids.DEFAULT_TENANT, Map.of(), false, expiresAtMs));
            case "RS256" ->
                signed("RSA", new RSAKeyGenParameterSpec(2_048, RSAKeyGenParameterSpec.F4), "SHA256withRSA");
            case "ES256" -> signed("EC", new ECGenParameterSpec("secp256r1"), "SHA256withECDSAinP1363Format");
            default -> signed("Ed25519", NamedParameterSpec.ED25519, "Ed25519");
        };
    }

    private String signed(String kind, AlgorithmParameterSpec parameters, String signature)
            throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
        generator.initialize(parameters);
        KeyPair pair = generator.generateKeyPair();
        tokens.trust(List.of(new TokenKey("k", pair.getPublic())));
        long expiresAtS = (System.currentTimeMillis() + AN_HOUR_MS) / 1_000;
        String content = base64("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\",\"kid\":\"k\"}") + "."
                + base64("{\"sub\":\"7\",\"name\":\"Ann\",\"tenant\":\"default\",\"exp\":" + expiresAtS + "}");
        Signature signer = Signature.getInstance(signature);
        signer.initSign(pair.getPrivate());
        signer.update(content.getBytes(StandardCharsets.US_ASCII));
        return content + "." + base64(signer.sign());
    }

    private static String base64(String json) {
        return base64(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Benchmark
    public Claims check() {
        Tokens.Checked checked = tokens.verify(token);
        if (checked.refusal() != null) {
            throw new IllegalStateException(checked.refusal().toString());
        }
        return checked.claims();
    }
}
