package io.danmaku.standalone.hub;

import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * What somebody may show in place of a good token.
 *
 * @param what in words
 * @param code with which it is refused
 */
public record ForgedToken(String what, String token, String code) {
    private static final String BAD = "bad_token";
    private static final long HOUR_MS = 3_600_000;

    /** Those of who wants to be a backend of a tenant. */
    public static List<ForgedToken> of(TestHub hub, String tenant, String user) {
        long nowMs = System.currentTimeMillis();
        Claims wanted = admin(tenant, user, nowMs + HOUR_MS);
        String[] good = hub.token(wanted).split("\\.", -1);
        String[] elsewhere =
                hub.token(admin(tenant + "-x", user, nowMs + HOUR_MS)).split("\\.", -1);
        return List.of(
                new ForgedToken("another signature", good[0] + "." + good[1] + "." + elsewhere[2], BAD),
                new ForgedToken("no signature", good[0] + "." + good[1] + ".", BAD),
                new ForgedToken("a piece of it", good[0] + "." + good[1], BAD),
                new ForgedToken("alg none", header("none") + "." + good[1] + ".", BAD),
                new ForgedToken("alg none and a signature", header("none") + "." + good[1] + "." + good[2], BAD),
                new ForgedToken("another alg", header("RS256") + "." + good[1] + "." + good[2], BAD),
                new ForgedToken("another tenant's claims", elsewhere[0] + "." + elsewhere[1] + "." + good[2], BAD),
                new ForgedToken(
                        "the secret of another hub",
                        new Tokens("the secret of some other hub, 32 bytes and more").sign(wanted),
                        BAD),
                new ForgedToken("a user who can be none", hub.token(admin(tenant, "a/b", nowMs + HOUR_MS)), BAD),
                new ForgedToken("no token at all", "token", BAD),
                new ForgedToken("an old one", hub.token(admin(tenant, user, nowMs - HOUR_MS)), "token_expired"));
    }

    private static Claims admin(String tenant, String user, long expiresAtMs) {
        return new Claims(user, user, tenant, Map.of(), true, expiresAtMs);
    }

    private static String header(String algorithm) {
        byte[] json = ("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}").getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json);
    }
}
