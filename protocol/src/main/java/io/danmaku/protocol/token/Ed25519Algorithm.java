package io.danmaku.protocol.token;

import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.exceptions.SignatureGenerationException;
import com.auth0.jwt.exceptions.SignatureVerificationException;
import com.auth0.jwt.interfaces.DecodedJWT;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.util.Base64;

/** EdDSA with a key of Ed25519 (RFC 8037), which the JWT library does not have. It checks and does not sign. */
final class Ed25519Algorithm extends Algorithm {
    static final String NAME = "EdDSA";

    private static final String CURVE = "Ed25519";

    private final EdECPublicKey key;

    Ed25519Algorithm(EdECPublicKey key) {
        super(NAME, CURVE);
        this.key = key;
    }

    @Override
    public void verify(DecodedJWT jwt) {
        boolean good;
        try {
            Signature signature = Signature.getInstance(CURVE);
            signature.initVerify(key);
            signature.update((jwt.getHeader() + "." + jwt.getPayload()).getBytes(StandardCharsets.UTF_8));
            good = signature.verify(Base64.getUrlDecoder().decode(jwt.getSignature()));
        } catch (GeneralSecurityException | IllegalArgumentException bad) {
            throw new SignatureVerificationException(this, bad);
        }
        if (!good) {
            throw new SignatureVerificationException(this);
        }
    }

    @Override
    public byte[] sign(byte[] contentBytes) {
        throw new SignatureGenerationException(this, new UnsupportedOperationException("there is no private key here"));
    }
}
