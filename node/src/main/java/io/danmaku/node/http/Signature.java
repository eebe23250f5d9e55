package io.danmaku.node.http;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Shows a product's backend that a request comes from the hub, and from when it is. */
public final class Signature {
    /** The header that has it. */
    public static final String HEADER = "Danmaku-Signature";

    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    /**
     * {@code t=<seconds>,v1=<hex>}: HMAC-SHA256 with the secret of the seconds, a point and the body.
     *
     * @param secret that both sides know; not empty
     * @param unixSeconds when it is sent: an old one, which somebody may have overheard, is not to be believed
     */
    public static String of(byte[] secret, long unixSeconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            mac.update((unixSeconds + ".").getBytes(StandardCharsets.US_ASCII));
            return "t=" + unixSeconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, missing);
        }
    }
}
