package io.danmaku.protocol.token;

import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTVerifier;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.exceptions.JWTVerificationException;
import com.auth0.jwt.exceptions.SignatureVerificationException;
import com.auth0.jwt.exceptions.TokenExpiredException;
import com.auth0.jwt.interfaces.Claim;
import com.auth0.jwt.interfaces.DecodedJWT;
import com.auth0.jwt.interfaces.Verification;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Signs tokens with one shared secret (HS256), and checks those and, where public keys are trusted, tokens signed for them (RS256, ES256,
 * EdDSA). What a token says of its algorithm chooses among the keys of that algorithm and never how a key is used: the secret checks HS256
 * alone, and a public key what its own kind is for. Thread-safe.
 */
public final class Tokens {
    /** HS256 wants a key at least as long as its hash (RFC 7518, section 3.2). */
    public static final int SECRET_BYTES_MIN = 32;

    /** Longer tokens are refused unread. */
    public static final int TOKEN_CHARS_MAX = 8 * 1024;

    /** Longest name, in UTF-16 units. */
    public static final int NAME_CHARS_MAX = 64;

    private static final int ROOMS_MAX = 256;
    private static final String HS256 = "HS256";
    private static final Set<String> BY_PUBLIC_KEY = Set.of("RS256", "ES256", Ed25519Algorithm.NAME);
    private static final long NEWER_KEYS_RETRY_MS = 1_000;

    private static final String AVATAR = "avatar";
    private static final String LEVEL = "level";
    private static final String BADGES = "badges";
    private static final String SINCE = "since";
    private static final String DEVICE = "device";
    private static final String FOLLOWS = "follows";

    /** A trusted public key, ready to check with. */
    private record Trusted(String kid, String algorithm, JWTVerifier verifier) {
        boolean fits(DecodedJWT jwt) {
            return algorithm.equals(jwt.getAlgorithm()) && (kid == null || kid.equals(jwt.getKeyId()));
        }
    }

    private final JWT decoder = new JWT();
    /** Null where no token is signed with a secret; then the next one is, too. */
    private final Algorithm secretAlgorithm;

    private final JWTVerifier bySecret;
    private final String issuer;
    private final String audience;
    private final BooleanSupplier newerKeys;
    private final Clock clock;
    private volatile List<Trusted> trusted = List.of();

    /** @throws IllegalArgumentException when the secret is shorter than {@link #SECRET_BYTES_MIN} bytes of UTF-8 */
    public Tokens(String secret) {
        this(secret, Clock.systemUTC());
    }

    Tokens(String secret, Clock clock) {
        this(requireLong(secret), "", "", () -> false, clock);
    }

    /**
     * Trusts no public key yet.
     *
     * @param secret empty = no token is signed with a secret
     * @param issuer what {@code iss} is in a token signed for a public key; empty = anything
     * @param audience what is in its {@code aud}; empty = anything
     * @param newerKeys asked, by the thread that checks, when a token names a key that is not trusted: whether other keys may be trusted in
     *     a moment, so that the token should come again
     * @throws IllegalArgumentException when the secret is neither empty nor long enough
     */
    public Tokens(String secret, String issuer, String audience, BooleanSupplier newerKeys) {
        this(secret.isEmpty() ? secret : requireLong(secret), issuer, audience, newerKeys, Clock.systemUTC());
    }

    Tokens(String secret, String issuer, String audience, BooleanSupplier newerKeys, Clock clock) {
        this.issuer = issuer;
        this.audience = audience;
        this.newerKeys = newerKeys;
        this.clock = clock;
        secretAlgorithm = secret.isEmpty() ? null : Algorithm.HMAC256(secret);
        bySecret = secret.isEmpty() ? null : build(require(secretAlgorithm));
    }

    private static String requireLong(String secret) {
        if (secret.getBytes(StandardCharsets.UTF_8).length < SECRET_BYTES_MIN) {
            throw new IllegalArgumentException("a token secret has at least " + SECRET_BYTES_MIN + " bytes");
        }
        return secret;
    }

    private static Verification require(Algorithm algorithm) {
        return JWT.require(algorithm).withClaimPresence("exp");
    }

    private JWTVerifier build(Verification verification) {
        return ((JWTVerifier.BaseVerification) verification).build(clock);
    }

    /** Trusts these public keys from now on, and no others. From any thread. */
    public void trust(Collection<TokenKey> keys) {
        trusted = keys.stream().map(this::trusted).toList();
    }

    private Trusted trusted(TokenKey key) {
        Algorithm algorithm = key.algorithm();
        Verification verification = require(algorithm);
        if (!issuer.isEmpty()) {
            verification.withIssuer(issuer);
        }
        if (!audience.isEmpty()) {
            verification.withAudience(audience);
        }
        return new Trusted(key.kid(), algorithm.getName(), build(verification));
    }

    /** The outcome of a check: the claims, or why not. Exactly one is null. */
    public record Checked(Claims claims, Refusal refusal) {}

    /** @throws IllegalStateException when there is no secret */
    public String sign(Claims claims) {
        if (secretAlgorithm == null) {
            throw new IllegalStateException("tokens are signed elsewhere: there is no secret");
        }
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
        Profile profile = claims.profile();
        if (!profile.avatar().isEmpty()) {
            token.withClaim(AVATAR, profile.avatar());
        }
        if (profile.hasLevel()) {
            token.withClaim(LEVEL, profile.level());
        }
        if (!profile.badges().isEmpty()) {
            token.withClaim(BADGES, profile.badges());
        }
        Account account = claims.account();
        if (account.sinceS() > 0) {
            token.withClaim(SINCE, account.sinceS());
        }
        if (!account.device().isEmpty()) {
            token.withClaim(DEVICE, account.device());
        }
        if (!account.follows().isEmpty()) {
            token.withClaim(FOLLOWS, account.follows());
        }
        return token.sign(secretAlgorithm);
    }

    /**
     * Checks signature, expiry and the form of every claim; never throws for what a client sent. A token of a key that is not trusted yet
     * may be told to come again ({@code unavailable}); that needs {@code newerKeys}.
     */
    public Checked verify(String token) {
        if (token == null || token.length() > TOKEN_CHARS_MAX) {
            return refused(ErrorCode.BAD_TOKEN, "the token is missing or longer than " + TOKEN_CHARS_MAX);
        }
        try {
            DecodedJWT jwt = decoder.decodeJwt(token);
            if (!HS256.equals(jwt.getAlgorithm())) {
                return byPublicKey(jwt);
            }
            return bySecret == null ? notSignedForUs() : read(bySecret.verify(jwt));
        } catch (TokenExpiredException expired) {
            return refused(ErrorCode.TOKEN_EXPIRED, "the token has expired");
        } catch (JWTVerificationException | IllegalArgumentException | DateTimeException | ArithmeticException bad) {
            // the last two: times beyond what can be
            return refused(ErrorCode.BAD_TOKEN, "the token is not valid here");
        }
    }

    @SuppressWarnings("ReferenceEquality") // whether it is another set, whatever is in it
    private Checked byPublicKey(DecodedJWT jwt) {
        List<Trusted> keys = trusted;
        boolean known = false;
        for (Trusted key : keys) {
            if (key.fits(jwt)) {
                known |= Objects.equals(key.kid, jwt.getKeyId());
                try {
                    return read(key.verifier.verify(jwt));
                } catch (SignatureVerificationException ofAnother) {
                    // keys without a name are tried one after another
                }
            }
        }
        if (known || !isByPublicKey(jwt.getAlgorithm())) {
            return notSignedForUs();
        }
        if (newerKeys.getAsBoolean()) {
            return new Checked(
                    null,
                    Refusal.retry(
                            ErrorCode.UNAVAILABLE, "the token's key is looked for: come again", NEWER_KEYS_RETRY_MS));
        }
        // they may have come while these were tried
        return trusted == keys ? notSignedForUs() : byPublicKey(jwt);
    }

    private static boolean isByPublicKey(String algorithm) {
        return algorithm != null && BY_PUBLIC_KEY.contains(algorithm);
    }

    private static Checked notSignedForUs() {
        return refused(ErrorCode.BAD_TOKEN, "the token is not signed with a key that is trusted here");
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
                Role role = Role.givenOfWireName(String.valueOf(e.getValue()));
                if (role == null || !Ids.isRoom(e.getKey())) {
                    return refused(ErrorCode.BAD_TOKEN, "the token's rooms are not room: role");
                }
                roles.put(e.getKey(), role);
            }
        }
        Profile profile;
        long sinceS;
        Map<String, Long> follows;
        try {
            profile = profile(jwt);
            sinceS = sinceS(jwt.getClaim(SINCE));
            follows = follows(jwt);
        } catch (IllegalArgumentException bad) {
            return refused(ErrorCode.BAD_TOKEN, "the token's " + bad.getMessage());
        }
        Claim device = jwt.getClaim(DEVICE);
        if (!isAbsent(device) && !Ids.isDevice(device.asString())) {
            return refused(ErrorCode.BAD_TOKEN, "the token's device is 1..64 of A-Z a-z 0-9 _ . : -");
        }
        boolean admin = "admin".equals(jwt.getClaim("scope").asString());
        long expiresAtMs = jwt.getExpiresAtAsInstant().toEpochMilli();
        Account account = new Account(isAbsent(device) ? "" : device.asString(), sinceS, follows);
        return new Checked(new Claims(user, name, tenant, roles, admin, expiresAtMs, profile, account), null);
    }

    /** @throws IllegalArgumentException naming the claim and its rule, also where the claim is of another type */
    private static Profile profile(DecodedJWT jwt) {
        Claim avatar = jwt.getClaim(AVATAR);
        Claim level = jwt.getClaim(LEVEL);
        Claim badges = jwt.getClaim(BADGES);
        if (isAbsent(avatar) && isAbsent(level) && isAbsent(badges)) {
            return Profile.NONE;
        }
        return new Profile(isAbsent(avatar) ? "" : text(avatar), level(level), badges(badges));
    }

    /** @throws IllegalArgumentException naming the claim and its rule */
    private static Map<String, Long> follows(DecodedJWT jwt) {
        Claim claim = jwt.getClaim(FOLLOWS);
        if (isAbsent(claim)) {
            return Map.of();
        }
        Map<String, Object> rooms = claim.asMap();
        if (rooms == null || rooms.size() > ROOMS_MAX) {
            throw new IllegalArgumentException("follows names at most " + ROOMS_MAX + " rooms");
        }
        Map<String, Long> follows = new HashMap<>();
        rooms.forEach((room, since) -> {
            boolean whole = since instanceof Integer || since instanceof Long;
            long seconds = whole ? ((Number) since).longValue() : -1;
            if (!Ids.isRoom(room) || seconds < 0 || seconds > Account.SECOND_MAX) {
                throw new IllegalArgumentException("follows is not room: Unix seconds");
            }
            follows.put(room, seconds);
        });
        return follows;
    }

    private static boolean isAbsent(Claim claim) {
        return claim.isMissing() || claim.isNull();
    }

    private static String text(Claim avatar) {
        String text = avatar.asString();
        if (text == null || text.isEmpty()) {
            throw new IllegalArgumentException("avatar is no address");
        }
        return text;
    }

    private static int level(Claim level) {
        if (isAbsent(level)) {
            return Profile.NO_LEVEL;
        }
        return (int) whole(level, Profile.LEVEL_MAX, "level");
    }

    private static long sinceS(Claim since) {
        return isAbsent(since) ? 0 : whole(since, Account.SECOND_MAX, SINCE);
    }

    private static long whole(Claim claim, long max, String name) {
        // of a number with a fraction the library would give the whole part
        Double number = claim.asDouble();
        if (number == null || number != Math.rint(number) || number < 0 || number > max) {
            throw new IllegalArgumentException(name + " is a whole number, 0.." + max);
        }
        return number.longValue();
    }

    private static List<String> badges(Claim badges) {
        if (isAbsent(badges)) {
            return List.of();
        }
        List<Object> all = badges.asList(Object.class);
        if (all == null || all.size() > Profile.BADGES_MAX || !all.stream().allMatch(String.class::isInstance)) {
            throw new IllegalArgumentException("badges are a list of at most " + Profile.BADGES_MAX + " ids");
        }
        return all.stream().map(String.class::cast).toList();
    }

    private static Checked refused(ErrorCode code, String message) {
        return new Checked(null, Refusal.of(code, message));
    }
}
