package io.danmaku.protocol.token;

import com.auth0.jwt.algorithms.Algorithm;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;

/**
 * A public key that tokens may be signed for: RSA of 2,048 to 8,192 bits (RS256), P-256 (ES256) or Ed25519 (EdDSA). The key's own kind
 * decides the one algorithm that it is used with.
 *
 * @param kid the name by which tokens mean it; null = it is tried for tokens of any name and of none
 */
public record TokenKey(String kid, PublicKey key) {
    /** Longest name of a key, in UTF-16 units. */
    public static final int KID_CHARS_MAX = 256;

    /** Shorter RSA keys are within reach of who can pay. */
    public static final int RSA_BITS_MIN = 2_048;

    /** Longer ones would hold up an event loop. */
    public static final int RSA_BITS_MAX = 8_192;

    /** The same: usual ones have 17 bits. */
    private static final int RSA_EXPONENT_BITS_MAX = 32;

    /** Bytes of an Ed25519 public key. */
    public static final int ED25519_BYTES = 32;

    private static final int SIGN_BIT = 0x80;
    private static final String RSA = "RSA";
    private static final String EC = "EC";
    private static final String ED25519 = "Ed25519";
    private static final ECParameterSpec P256 = p256();

    /** @throws IllegalArgumentException when no token can be checked with it, saying why */
    public TokenKey {
        if (kid != null && (kid.isEmpty() || kid.length() > KID_CHARS_MAX)) {
            throw new IllegalArgumentException("a key's id has 1.." + KID_CHARS_MAX + " characters");
        }
        String fault = fault(key);
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
    }

    /** An RSA key. @throws IllegalArgumentException as above */
    public static TokenKey rsa(String kid, BigInteger modulus, BigInteger exponent) {
        return new TokenKey(kid, made(RSA, new RSAPublicKeySpec(modulus, exponent)));
    }

    /** A key of the curve P-256. @throws IllegalArgumentException as above */
    public static TokenKey p256(String kid, BigInteger x, BigInteger y) {
        return new TokenKey(kid, made(EC, new ECPublicKeySpec(new ECPoint(x, y), P256)));
    }

    /** An Ed25519 key of {@link #ED25519_BYTES} bytes (RFC 8032, section 5.1.5). @throws IllegalArgumentException as above */
    public static TokenKey ed25519(String kid, byte[] bytes) {
        if (bytes.length != ED25519_BYTES) {
            throw new IllegalArgumentException("an Ed25519 key has " + ED25519_BYTES + " bytes");
        }
        byte[] y = new byte[ED25519_BYTES];
        for (int i = 0; i < ED25519_BYTES; i++) {
            y[i] = bytes[ED25519_BYTES - 1 - i];
        }
        boolean odd = (y[0] & SIGN_BIT) != 0;
        y[0] = (byte) (y[0] & ~SIGN_BIT);
        EdECPoint point = new EdECPoint(odd, new BigInteger(1, y));
        return new TokenKey(kid, made(ED25519, new EdECPublicKeySpec(NamedParameterSpec.ED25519, point)));
    }

    /** A key without a name, of its X.509 form (what a PEM block holds). @throws IllegalArgumentException as above */
    public static TokenKey ofDer(byte[] der) {
        for (String algorithm : List.of(RSA, EC, ED25519)) {
            PublicKey key;
            try {
                key = KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
            } catch (InvalidKeySpecException ofAnother) {
                continue;
            } catch (GeneralSecurityException everyPlatformHasIt) {
                throw new IllegalStateException(everyPlatformHasIt);
            }
            return new TokenKey(null, key);
        }
        throw new IllegalArgumentException("it is no public key of RSA, P-256 or Ed25519");
    }

    /** Checks signatures by this key. */
    Algorithm algorithm() {
        if (key instanceof RSAPublicKey rsa) {
            return Algorithm.RSA256(rsa, null);
        }
        if (key instanceof ECPublicKey ec) {
            return Algorithm.ECDSA256(ec, null);
        }
        return new Ed25519Algorithm((EdECPublicKey) key);
    }

    /** The {@code alg} of the tokens that it is for. */
    public String algorithmName() {
        return algorithm().getName();
    }

    private static PublicKey made(String algorithm, KeySpec spec) {
        try {
            return KeyFactory.getInstance(algorithm).generatePublic(spec);
        } catch (GeneralSecurityException bad) {
            throw new IllegalArgumentException("it is no key of " + algorithm, bad);
        }
    }

    private static String fault(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            BigInteger exponent = rsa.getPublicExponent();
            if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
                return "an RSA key has " + RSA_BITS_MIN + ".." + RSA_BITS_MAX + " bits, not " + bits;
            }
            return exponent.bitLength() < 2 || exponent.bitLength() > RSA_EXPONENT_BITS_MAX || !exponent.testBit(0)
                    ? "the exponent of an RSA key is odd, from 3, and has at most " + RSA_EXPONENT_BITS_MAX + " bits"
                    : null;
        }
        if (key instanceof ECPublicKey ec) {
            return isP256(ec.getParams()) && isOnP256(ec.getW()) ? null : "a key of elliptic curves is one of P-256";
        }
        return key instanceof EdECPublicKey ed && ED25519.equals(ed.getParams().getName())
                ? null
                : "it is no public key of RSA, P-256 or Ed25519";
    }

    private static boolean isP256(ECParameterSpec parameters) {
        return parameters.getCurve().equals(P256.getCurve())
                && parameters.getGenerator().equals(P256.getGenerator())
                && parameters.getOrder().equals(P256.getOrder());
    }

    /** The platform does not look at it when it makes a key. */
    private static boolean isOnP256(ECPoint point) {
        BigInteger p = ((ECFieldFp) P256.getCurve().getField()).getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        if (x == null || y == null || x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
            return false;
        }
        BigInteger right = x.multiply(x)
                .add(P256.getCurve().getA())
                .multiply(x)
                .add(P256.getCurve().getB())
                .mod(p);
        return y.multiply(y).mod(p).equals(right);
    }

    private static ECParameterSpec p256() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance(EC);
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
