package io.danmaku.protocol.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTCreator;
import com.auth0.jwt.algorithms.Algorithm;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.room.Role;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class TokensTest {
    private static final String SECRET = "a secret of at least thirty-two bytes";
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Tokens TOKENS = new Tokens(SECRET, Clock.fixed(NOW, ZoneOffset.UTC));

    private static Claims claims(Map<String, Role> rooms, boolean admin) {
        return new Claims(
                "7", "Ann 安", "acme", rooms, admin, NOW.plusSeconds(60).toEpochMilli());
    }

    @Test
    void aTokenSaysWhatWasSigned() {
        Claims claims = claims(Map.of("42", Role.HOST, "43", Role.MODERATOR), false);
        assertEquals(new Tokens.Checked(claims, null), TOKENS.verify(TOKENS.sign(claims)));
        assertEquals(Role.HOST, claims.roleIn("42"));
        assertEquals(Role.VIEWER, claims.roleIn("44"));
        Claims admin = claims(Map.of(), true);
        assertEquals(admin, TOKENS.verify(TOKENS.sign(admin)).claims());
        assertEquals(Role.OWNER, admin.roleIn("44"));
    }

    @Test
    void aTokenDiesOnItsSecond() {
        String token = TOKENS.sign(claims(Map.of(), false));
        assertEquals(
                ErrorCode.TOKEN_EXPIRED,
                new Tokens(SECRET, Clock.fixed(NOW.plusSeconds(61), ZoneOffset.UTC))
                        .verify(token)
                        .refusal()
                        .code());
    }

    @Test
    void aTokenOfAnotherSecretOrAlgorithmIsNotValidHere() {
        JWTCreator.Builder good = JWT.create().withSubject("7").withExpiresAt(NOW.plusSeconds(60));
        assertNull(TOKENS.verify(good.sign(Algorithm.HMAC256(SECRET))).refusal());
        assertBad(good.sign(Algorithm.HMAC256(SECRET + "x")));
        assertBad(good.sign(Algorithm.HMAC512(SECRET)));
        assertBad(good.sign(Algorithm.none()));
        String[] parts = good.sign(Algorithm.HMAC256(SECRET)).split("\\.", -1);
        assertBad(parts[0] + "." + parts[1] + ".");
        assertBad(parts[0] + "." + parts[1]);
        String other = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"sub\":\"1\",\"exp\":9999999999}".getBytes(StandardCharsets.UTF_8));
        assertBad(parts[0] + "." + other + "." + parts[2]);
    }

    @Test
    void claimsThatCannotBeUsedAreRefused() {
        assertBad(JWT.create().withSubject("7"));
        assertBad(alive());
        assertBad(alive().withSubject("a user"));
        assertBad(alive().withSubject("7").withClaim("tenant", "Not A Tenant"));
        assertBad(alive().withSubject("7").withClaim("name", "n".repeat(65)));
        assertBad(alive().withSubject("7").withClaim("rooms", Map.of("42", "king")));
        assertBad(alive().withSubject("7").withClaim("rooms", Map.of("a room", "host")));
        assertBad(alive().withSubject("7").withClaim("rooms", Map.of("42", 7)));
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            many.put("r" + i, "host");
        }
        assertBad(alive().withSubject("7").withClaim("rooms", many));
    }

    @Test
    void timesBeyondWhatCanBeAreRefusedSignedOrNot() {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String h = base64.encodeToString("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8));
        for (String time :
                List.of("1000000000000000000", "10000000000000000", "-1000000000000000000", "1e400", "0.5e9")) {
            for (String claim : List.of("exp", "nbf", "iat")) {
                String json = "{\"sub\":\"7\",\"exp\":9999999999,\"" + claim + "\":" + time + "}";
                String p = base64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
                assertNotNull(TOKENS.verify(h + "." + p + ".c2ln").refusal(), json);
                byte[] signature = Algorithm.HMAC256(SECRET)
                        .sign(h.getBytes(StandardCharsets.UTF_8), p.getBytes(StandardCharsets.UTF_8));
                TOKENS.verify(h + "." + p + "." + base64.encodeToString(signature)); // does not throw
            }
        }
    }

    @Test
    void claimsOfAnotherTypeAreRefusedOrPassedOver() {
        for (JWTCreator.Builder odd : List.of(
                alive().withSubject("7").withClaim("rooms", "all"),
                alive().withSubject("7").withClaim("rooms", List.of("42")),
                alive().withSubject("7").withClaim("name", 7),
                alive().withSubject("7").withClaim("tenant", 7),
                alive().withSubject("7").withClaim("scope", List.of("admin")),
                alive().withSubject("7").withNullClaim("rooms"))) {
            Tokens.Checked checked = TOKENS.verify(odd.sign(Algorithm.HMAC256(SECRET)));
            if (checked.refusal() == null) {
                assertTrue(
                        checked.claims().rooms().isEmpty() && !checked.claims().admin(), checked::toString);
            }
        }
    }

    @Test
    void aNameThatCouldNotBeWrittenAgainIsRefused() {
        String header = "{\"alg\":\"HS256\"}";
        String payload = "{\"sub\":\"7\",\"name\":\"\\ud83d\",\"exp\":"
                + NOW.plusSeconds(60).getEpochSecond() + "}";
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String h = base64.encodeToString(header.getBytes(StandardCharsets.UTF_8));
        String p = base64.encodeToString(payload.getBytes(StandardCharsets.UTF_8));
        byte[] signature =
                Algorithm.HMAC256(SECRET).sign(h.getBytes(StandardCharsets.UTF_8), p.getBytes(StandardCharsets.UTF_8));
        assertBad(h + "." + p + "." + base64.encodeToString(signature));
        assertBad(alive().withSubject("7").withClaim("name", "a\nb"));
    }

    @Test
    void aUserWithoutANameIsShownByItsId() {
        assertEquals(
                "7",
                TOKENS.verify(alive().withSubject("7").sign(Algorithm.HMAC256(SECRET)))
                        .claims()
                        .name());
    }

    @Test
    void aTokenSaysWhatIsShownOfItsUser() {
        Profile profile = new Profile("https://cdn.example/a.png?s=64", 17, List.of("vip", "2026.winner"));
        Claims claims = new Claims(
                "7", "Ann", "acme", Map.of(), false, NOW.plusSeconds(60).toEpochMilli(), profile);
        assertEquals(claims, TOKENS.verify(TOKENS.sign(claims)).claims());
        assertEquals(Profile.NONE, profile(alive()));
        assertEquals(0, profile(alive().withClaim("level", 0)).level());
        assertEquals(1_000, profile(alive().withClaim("level", 1_000)).level());
        assertEquals(
                Profile.NONE,
                profile(alive().withClaim("badges", List.of())
                        .withNullClaim("avatar")
                        .withNullClaim("level")));
        assertEquals(
                500,
                profile(alive().withClaim("avatar", "https://a/" + "x".repeat(490)))
                        .avatar()
                        .length());
    }

    @Test
    void aTokenMaySaySinceWhenThereIsTheAccount() {
        Claims claims = new Claims(
                "7",
                "Ann",
                "acme",
                Map.of(),
                false,
                NOW.plusSeconds(60).toEpochMilli(),
                Profile.NONE,
                Account.UNKNOWN.since(1_700_000_000L));
        assertEquals(claims, TOKENS.verify(TOKENS.sign(claims)).claims());
        assertEquals(0, sinceS(alive()));
        assertEquals(0, sinceS(alive().withNullClaim("since")));
        assertEquals(0, sinceS(alive().withClaim("since", 0)));
        assertBad(alive().withSubject("7").withClaim("since", -1));
        assertBad(alive().withSubject("7").withClaim("since", 1.5));
        assertBad(alive().withSubject("7").withClaim("since", "2026-01-01"));
        // somebody took milliseconds for seconds
        assertBad(alive().withSubject("7").withClaim("since", 1_700_000_000_000L));
    }

    private static long sinceS(JWTCreator.Builder token) {
        return TOKENS.verify(token.withSubject("7").sign(Algorithm.HMAC256(SECRET)))
                .claims()
                .account()
                .sinceS();
    }

    @Test
    void aTokenSaysWhichDeviceItIsFor() {
        Claims claims = new Claims(
                "7",
                "Ann",
                "acme",
                Map.of(),
                false,
                NOW.plusSeconds(60).toEpochMilli(),
                Profile.NONE,
                Account.UNKNOWN.on("ios:4f.A_-"));
        assertEquals(claims, TOKENS.verify(TOKENS.sign(claims)).claims());
        String without = alive().withSubject("7").withNullClaim("device").sign(Algorithm.HMAC256(SECRET));
        assertEquals("", TOKENS.verify(without).claims().account().device());
        for (String bad : List.of("", "a b", "a/b", "x".repeat(65))) {
            assertBad(alive().withSubject("7").withClaim("device", bad));
        }
        assertBad(alive().withSubject("7").withClaim("device", 7));
    }

    private static Profile profile(JWTCreator.Builder token) {
        Tokens.Checked checked = TOKENS.verify(token.withSubject("7").sign(Algorithm.HMAC256(SECRET)));
        assertNull(checked.refusal(), checked::toString);
        return checked.claims().profile();
    }

    @Test
    void aTokenThatShowsWhatCannotBeShownIsRefused() {
        for (String avatar : List.of(
                "",
                "http://cdn.example/a.png",
                "https://",
                "https:///a.png",
                "//cdn.example/a.png",
                "javascript:alert(1)",
                "https://cdn.example/a b.png",
                "https://cdn.example/\"onload=x",
                "https://cdn.example/<b>",
                "https://cdn.example/\u5b89.png",
                "https://cdn.example/\n",
                "https://a/" + "x".repeat(491))) {
            assertBad(alive().withSubject("7").withClaim("avatar", avatar));
        }
        assertBad(alive().withSubject("7").withClaim("avatar", 7));
        assertBad(alive().withSubject("7").withClaim("level", -1));
        assertBad(alive().withSubject("7").withClaim("level", 1_001));
        assertBad(alive().withSubject("7").withClaim("level", 1.5));
        assertBad(alive().withSubject("7").withClaim("level", 4_294_967_297L));
        assertBad(alive().withSubject("7").withClaim("level", "5"));
        assertBad(alive().withSubject("7").withClaim("badges", "vip"));
        assertBad(alive().withSubject("7").withClaim("badges", List.of("vip", 7)));
        assertBad(alive().withSubject("7").withClaim("badges", List.of("")));
        assertBad(alive().withSubject("7").withClaim("badges", List.of("two words")));
        assertBad(alive().withSubject("7").withClaim("badges", List.of("x".repeat(33))));
        assertBad(alive().withSubject("7").withClaim("badges", List.of("1", "2", "3", "4", "5", "6", "7", "8", "9")));
        assertBad(alive().withSubject("7").withClaim("badges", Map.of("vip", true)));
    }

    @Test
    void aTokenSaysWhichRoomsItsUserFollowsAndSinceWhen() {
        Map<String, Long> follows = Map.of("42", 1_764_000_000L, "43", 0L, "44", Account.SECOND_MAX);
        Claims claims = new Claims(
                "7",
                "Ann",
                "acme",
                Map.of(),
                false,
                NOW.plusSeconds(60).toEpochMilli(),
                Profile.NONE,
                Account.UNKNOWN.following(follows));
        assertEquals(claims, TOKENS.verify(TOKENS.sign(claims)).claims());
        assertNull(
                TOKENS.verify(alive().withSubject("7").withNullClaim("follows").sign(Algorithm.HMAC256(SECRET)))
                        .refusal());
        Map<String, Long> most = new HashMap<>();
        for (int i = 0; i < 256; i++) {
            most.put("r" + i, 1L);
        }
        assertNull(TOKENS.verify(
                        alive().withSubject("7").withClaim("follows", most).sign(Algorithm.HMAC256(SECRET)))
                .refusal());
        most.put("more", 1L);
        assertBad(alive().withSubject("7").withClaim("follows", most));
    }

    @Test
    void aTokenThatFollowsWhatCannotBeFollowedIsRefused() {
        assertBad(alive().withSubject("7").withClaim("follows", "42"));
        assertBad(alive().withSubject("7").withClaim("follows", List.of("42")));
        for (Object since : List.of(-1, 1.5, "1764000000", true, 1_764_000_000_000L)) {
            assertBad(alive().withSubject("7").withClaim("follows", Map.of("42", since)));
        }
        assertBad(alive().withSubject("7").withClaim("follows", Map.of("a room", 1)));
    }

    @Property
    void anyTextIsRefused(@ForAll @StringLength(max = 300) String text) {
        assertBad(text);
    }

    @Property(tries = 500)
    void aTokenWithOneCharacterChangedIsRefused(@ForAll @IntRange(max = 1_000) int at) {
        StringBuilder token = new StringBuilder(TOKENS.sign(claims(Map.of("42", Role.HOST), false)));
        // the last character of a part carries unused bits: flip a bit that counts
        int i = at % (token.length() - 1);
        char changed = token.charAt(i) == 'B' ? 'x' : 'B';
        token.setCharAt(i, changed);
        assertNotNull(TOKENS.verify(token.toString()).refusal());
    }

    @Test
    void whatIsMissingOrTooLongIsRefusedUnread() {
        assertBad((String) null);
        assertBad("");
        assertBad("x".repeat(Tokens.TOKEN_CHARS_MAX + 1));
    }

    @Test
    void aShortSecretIsNotTaken() {
        assertThrows(IllegalArgumentException.class, () -> new Tokens("x".repeat(31)));
        assertNotNull(new Tokens("钥".repeat(11)));
    }

    private static JWTCreator.Builder alive() {
        return JWT.create().withExpiresAt(NOW.plusSeconds(60));
    }

    private static void assertBad(JWTCreator.Builder token) {
        assertBad(token.sign(Algorithm.HMAC256(SECRET)));
    }

    private static void assertBad(String token) {
        Tokens.Checked checked = TOKENS.verify(token);
        assertNotNull(checked.refusal(), () -> "accepted " + checked.claims());
        assertEquals(ErrorCode.BAD_TOKEN, checked.refusal().code());
    }
}
