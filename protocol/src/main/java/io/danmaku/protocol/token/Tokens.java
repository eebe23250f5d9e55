package io.danmaku.protocol.token;

import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTVerifier;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.exceptions.JWTVerificationException;
import com.auth0.jwt.exceptions.TokenExpiredException;
import com.auth0.jwt.interfaces.DecodedJWT;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Signs and checks tokens with one shared secret (HS256). Thread-safe. */
public final class Tokens {
    /** HS256 wants a key at least as long as its hash (RFC 7518, section 3.2). */
    public static final int SECRET_BYTES_MIN = 32;

    /** Longer tokens are refused unread. */
    public static final int TOKEN_CHARS_MAX = 8 * 1024;

    /** Longest name, in UTF-16 units. */
    public static final int NAME_CHARS_MAX = 64;

    private static final int ROOMS_MAX = 256;

    private final Algorithm algorithm;
    private final JWTVerifier verifier;
    private final Clock clock;

    /** @throws IllegalArgumentException when the secret is shorter than {@link #SECRET_BYTES_MIN} bytes of UTF-8 */
    public Tokens(String secret) {
        this(secret, Clock.systemUTC());
    }

    Tokens(String secret, Clock clock) {
        if (secret.getBytes(StandardCharsets.UTF_8).length < SECRET_BYTES_MIN) {
            throw new IllegalArgumentException("a token secret has at least " + SECRET_BYTES_MIN + " bytes");
        }
        this.clock = clock;
        algorithm = Algorithm.HMAC256(secret);
        verifier = ((JWTVerifier.BaseVerification) JWT.require(algorithm).withClaimPresence("exp")).build(clock);
    }

    /** The outcome of a check: the claims, or why not. Exactly one is null. */
    public record Checked(Claims claims, Refusal refusal) {}

    public String sign(Claims claims) {
        Map<String, String> rooms = new HashMap<>();
        claims.rooms().forEach((room, role) -> rooms.put(room, role.wireName()));
        var token = JWT.create()
                .withSubject(claims.user())
                .withClaim("name", claims.name())
                .withClaim("tenant", claims.tenant())
                .withIssuedAt(clock.instant())
                .withExpiresAt(Instant.ofEpochMilli(claims.expiresAtMs()));
        if (!rooms.isEmpty()) {
            token.withClaim("rooms", rooms);
        }
        if (claims.admin()) {
            token.withClaim("scope", "admin");
        }
        return token.sign(algorithm);
    }

    /** Checks signature, expiry and the form of every claim; never throws for what a client sent. */
    public Checked verify(String token) {
        if (token == null || token.length() > TOKEN_CHARS_MAX) {
            return refused(ErrorCode.BAD_TOKEN, "the token is missing or longer than " + TOKEN_CHARS_MAX);
        }
        try {
            return read(verifier.verify(token));
        } catch (TokenExpiredException expired) {
            return refused(ErrorCode.TOKEN_EXPIRED, "the token has expired");
        } catch (JWTVerificationException | IllegalArgumentException | DateTimeException | ArithmeticException bad) {
            // the last two: times beyond what can be
            return refused(ErrorCode.BAD_TOKEN, "the token is not valid here");
        }
    }

    private static Checked read(DecodedJWT jwt) {
        String user = jwt.getSubject();
        String tenant = jwt.getClaim("tenant").asString();
        tenant = tenant == null ? Ids.DEFAULT_TENANT : tenant;
        if (!Ids.isUser(user) || !Ids.isTenant(tenant)) {
            return refused(ErrorCode.BAD_TOKEN, "the token's sub or tenant is not an identifier");
        }
        String name = jwt.getClaim("name").asString();
        if (name == null || name.isBlank()) {
            name = user;
        } else if (name.length() > NAME_CHARS_MAX) {
            return refused(ErrorCode.BAD_TOKEN, "the token's name is longer than " + NAME_CHARS_MAX);
        }
        if (!Ids.isUnicode(name) || name.chars().anyMatch(Character::isISOControl)) {
            return refused(ErrorCode.BAD_TOKEN, "the token's name has characters that cannot be shown");
        }
        Map<String, Role> roles = new HashMap<>();
        Map<String, Object> rooms = jwt.getClaim("rooms").asMap();
        if (rooms != null) {
            if (rooms.size() > ROOMS_MAX) {
                return refused(ErrorCode.BAD_TOKEN, "the token names more than " + ROOMS_MAX + " rooms");
            }
            for (Map.Entry<String, Object> e : rooms.entrySet()) {
                Role role = Role.ofWireName(String.valueOf(e.getValue()));
                if (role == null || !Ids.isRoom(e.getKey())) {
                    return refused(ErrorCode.BAD_TOKEN, "the token's rooms are not room: role");
                }
                roles.put(e.getKey(), role);
            }
        }
        boolean admin = "admin".equals(jwt.getClaim("scope").asString());
        long expiresAtMs = jwt.getExpiresAtAsInstant().toEpochMilli();
        return new Checked(new Claims(user, name, tenant, roles, admin, expiresAtMs), null);
    }

    private static Checked refused(ErrorCode code, String message) {
        return new Checked(null, Refusal.of(code, message));
    }
}
