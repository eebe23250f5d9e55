package io.danmaku.node.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The value of the header {@code Danmaku-Signature}, by which whoever is called by the hub knows that it was the hub, and when:
 * {@code t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">}.
 */
public final class Signature {
    /** The header that carries it. */
    public static final String HEADER = "Danmaku-Signature";

    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    /**
     * Signs a body.
     *
     * @param secret that both sides know, at least one byte
     * @param unixSeconds when it is sent: the receiver refuses what is too old
     */
    public static String of(byte[] secret, long unixSeconds, byte[] body) {
        ByteArrayOutputStream signed = new ByteArrayOutputStream(body.length + 16);
        signed.writeBytes((unixSeconds + ".").getBytes(StandardCharsets.US_ASCII));
        signed.writeBytes(body);
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return "t=" + unixSeconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(signed.toByteArray()));
        } catch (GeneralSecurityException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
