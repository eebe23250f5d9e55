package io.danmaku.protocol.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key by which a product's backend asks the HTTP APIs; the value of a record in a state topic. The key itself is told once, to who makes
 * it, and kept nowhere.
 *
 * @param id {@code [0-9a-z]{16}}, at random: no other key of any tenant has it
 * @param name what it is for: a line of 1..{@link #NAME_CHARS_MAX} characters
 * @param scopes what it may be used for, at least one
 * @param secretSha256 SHA-256 of the secret as it is written, in base64url
 * @param by user who made it
 * @param createdAtMs Unix time
 * @param expiresAtMs Unix time; {@link #NEVER_MS} = it does not
 * @param revokedAtMs Unix time; 0 = it is not. A record and not a deletion of it: a reader that was away during compaction may never see that
 */
public record ApiKey(
        String tenant,
        String id,
        String name,
        List<KeyScope> scopes,
        String secretSha256,
        String by,
        long createdAtMs,
        long expiresAtMs,
        long revokedAtMs) {
    public static final int NAME_CHARS_MAX = 64;
    public static final int ID_CHARS = 16;
    public static final int SECRET_BYTES = 32;
    public static final long NEVER_MS = Long.MAX_VALUE;

    private static final String PREFIX = "dmk_";
    private static final Pattern ID = Pattern.compile("[0-9a-z]{" + ID_CHARS + "}");
    private static final Pattern FORM = Pattern.compile(PREFIX + "(" + ID.pattern() + ")_([A-Za-z0-9_-]{43})");

    public ApiKey {
        scopes = List.copyOf(scopes);
    }

    /** A key as a client presents it. */
    public record Presented(String id, String secret) {
        /** Null when the text is not of the form of a key. */
        public static Presented of(String text) {
            Matcher key = FORM.matcher(text);
            return key.matches() ? new Presented(key.group(1), key.group(2)) : null;
        }

        /** As it is written: {@code dmk_<id>_<secret>}. */
        public String text() {
            return PREFIX + id + "_" + secret;
        }
    }

    /** Whether a credential wants to be a key and not a token. */
    public static boolean isMeant(String credential) {
        return credential.startsWith(PREFIX);
    }

    public static boolean isId(String id) {
        return id != null && ID.matcher(id).matches();
    }

    /** What is kept of a secret. It has 256 random bits, so nobody finds it by trying, and one hash will do. */
    public static String sha256(String secret) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash(secret));
    }

    private static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether this is the secret; the time that it takes tells nothing of it. */
    public boolean isOpenedBy(String secret) {
        return MessageDigest.isEqual(hash(secret), Base64.getUrlDecoder().decode(secretSha256));
    }

    /** The same, revoked. */
    public ApiKey revoked(long nowMs) {
        return new ApiKey(tenant, id, name, scopes, secretSha256, by, createdAtMs, expiresAtMs, nowMs);
    }

    public boolean revoked() {
        return revokedAtMs > 0;
    }

    /** Whether it can be used, by who knows its secret. */
    public boolean holds(long nowMs) {
        return !revoked() && nowMs < expiresAtMs;
    }

    /** Who asks by it: a backend of its tenant. No token has this user. */
    public Claims claims() {
        return new Claims("key:" + id, name, tenant, Map.of(), true, expiresAtMs);
    }
}
