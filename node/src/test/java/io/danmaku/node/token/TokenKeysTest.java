package io.danmaku.node.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.danmaku.node.ops.Ops;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.token.TokenKey;
import io.danmaku.protocol.token.Tokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that are fetched from a server of the test. */
final class TokenKeysTest {
    private static final String SECRET = "a secret of at least thirty-two bytes";
    private static final long NEVER_MS = 86_400_000;
    private static final long AT_ONCE_MS = 20;
    private static final long WITHIN_MS = 400;
    private static final KeyPair OLD = Jwk.rsa(2_048);
    private static final KeyPair NEW = Jwk.p256();
    private static final KeyPair FILED = Jwk.rsa(2_048);

    /** One answer of the server. */
    @FunctionalInterface
    private interface Page {
        void answer(HttpExchange asked) throws IOException;
    }

    private final Ops ops = new Ops("test");
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Page page = set("old", OLD);
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", asked -> {
            requests.incrementAndGet();
            try (asked) {
                page.answer(asked);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
        ops.close();
    }

    private static Page body(int status, byte[] body) {
        return asked -> {
            asked.sendResponseHeaders(status, body.length);
            asked.getResponseBody().write(body);
        };
    }

    private static Page set(String kid, KeyPair pair) {
        return body(200, Jwk.set(Jwk.of(kid, pair.getPublic())));
    }

    private TokenKeys start(long intervalMs, long againMs, TokenKey... filed) {
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
        return TokenKeys.start(
                new TokenConfig(SECRET, List.of(filed), address, intervalMs, againMs, WITHIN_MS, "", ""), ops);
    }

    private static String token(String kid, KeyPair pair) {
        Algorithm algorithm = pair.getPublic() instanceof RSAPublicKey rsa
                ? Algorithm.RSA256(rsa, (RSAPrivateKey) pair.getPrivate())
                : Algorithm.ECDSA256((ECPublicKey) pair.getPublic(), (ECPrivateKey) pair.getPrivate());
        return JWT.create()
                .withKeyId(kid)
                .withSubject("7")
                .withExpiresAt(Instant.now().plusSeconds(600))
                .sign(algorithm);
    }

    /** What a token is refused with, or null. */
    private static ErrorCode refused(TokenKeys keys, String token) {
        Tokens.Checked checked = keys.tokens().verify(token);
        return checked.refusal() == null ? null : checked.refusal().code();
    }

    private static void await(String what, BooleanSupplier condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, what);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private double failed() {
        return ops.registry().get("danmaku.token.keys.failed").counter().count();
    }

    @Test
    void aFetchedKeyIsTrustedBesideTheFileAndTheSecret() {
        try (TokenKeys keys = start(NEVER_MS, NEVER_MS, new TokenKey("filed", FILED.getPublic()))) {
            await("fetched", keys::isReady);
            assertEquals(null, refused(keys, token("old", OLD)));
            assertEquals(null, refused(keys, token("filed", FILED)));
            String bySecret = JWT.create()
                    .withSubject("7")
                    .withExpiresAt(Instant.now().plusSeconds(600))
                    .sign(Algorithm.HMAC256(SECRET));
            assertEquals(null, refused(keys, bySecret));
            assertEquals(ErrorCode.BAD_TOKEN, refused(keys, token("old", FILED)));
            assertEquals(2, ops.registry().get("danmaku.token.keys").gauge().value());
        }
    }

    @Test
    void withoutAnAddressTheKeysOfTheFileAreAllThereIs() {
        TokenConfig config = new TokenConfig(
                "", List.of(new TokenKey(null, FILED.getPublic())), null, NEVER_MS, AT_ONCE_MS, WITHIN_MS, "", "");
        try (TokenKeys keys = TokenKeys.start(config, ops)) {
            assertEquals(null, refused(keys, token("any", FILED)));
            assertEquals(ErrorCode.BAD_TOKEN, refused(keys, token("old", OLD)));
        }
    }

    @Test
    void aTokenOfANewKeyBringsItAndTakesTheOldOneAway() {
        try (TokenKeys keys = start(NEVER_MS, 200)) {
            await("fetched", keys::isReady);
            assertEquals(null, refused(keys, token("old", OLD)));
            page = set("new", NEW);
            assertEquals(null, refused(keys, token("old", OLD)), "nobody has looked yet");
            await("the new key is looked for", () -> refused(keys, token("new", NEW)) == ErrorCode.UNAVAILABLE);
            await("the new key is there", () -> refused(keys, token("new", NEW)) == null);
            assertTrue(refused(keys, token("old", OLD)) != null);
            await("the old key is gone", () -> refused(keys, token("old", OLD)) == ErrorCode.BAD_TOKEN);
        }
    }

    @Test
    void keysChangeByTheClockToo() {
        try (TokenKeys keys = start(AT_ONCE_MS, NEVER_MS)) {
            await("fetched", keys::isReady);
            page = set("new", NEW);
            await("the old key is gone", () -> refused(keys, token("old", OLD)) == ErrorCode.BAD_TOKEN);
            assertEquals(null, refused(keys, token("new", NEW)));
            int before = requests.get();
            await("it goes on", () -> requests.get() > before + 3);
        }
    }

    @Test
    void aFloodOfUnknownKeysFetchesNoMoreThanTheBoundAllows() {
        try (TokenKeys keys = start(NEVER_MS, NEVER_MS)) {
            await("fetched, and done with it", () -> refused(keys, token("k", NEW)) == ErrorCode.BAD_TOKEN);
            for (int i = 0; i < 200; i++) {
                assertEquals(ErrorCode.BAD_TOKEN, refused(keys, token("k" + i, NEW)));
            }
            assertEquals(1, requests.get());
        }
        try (TokenKeys keys = start(NEVER_MS, 300)) {
            await("fetched", keys::isReady);
            long begun = System.nanoTime();
            requests.set(0);
            await("so many are asked for", () -> {
                refused(keys, token("unknown", NEW));
                return requests.get() >= 3;
            });
            // the first one may come at once, when the start is long ago
            assertTrue(System.nanoTime() - begun >= TimeUnit.MILLISECONDS.toNanos(550));
        }
    }

    @Test
    void aFetchThatFailsLeavesTheKeysAsTheyWere() {
        for (Page bad : List.<Page>of(
                body(500, Jwk.set(Jwk.of("new", NEW.getPublic()))),
                body(404, new byte[] {'x'}),
                body(200, new byte[] {'{'}),
                body(200, Jwk.set()),
                body(200, Jwk.set(Jwk.of("weak", Jwk.rsa(1_024).getPublic()))),
                body(200, new byte[KeyDocument.BYTES_MAX + 1]),
                this::endless,
                this::silent,
                this::stuck,
                this::elsewhere,
                asked -> {
                    throw new IOException("the server breaks off");
                })) {
            page = set("old", OLD);
            try (TokenKeys keys = start(AT_ONCE_MS, AT_ONCE_MS)) {
                await("fetched", keys::isReady);
                page = bad;
                double before = failed();
                await("failed twice", () -> failed() >= before + 2);
                assertTrue(keys.isReady());
                assertEquals(null, refused(keys, token("old", OLD)));
                page = set("new", NEW);
                await("fetched again", () -> refused(keys, token("new", NEW)) == null);
            }
        }
    }

    /** Never says how long it is, nor ends. */
    private void endless(HttpExchange asked) throws IOException {
        asked.sendResponseHeaders(200, 0);
        byte[] chunk = new byte[8_192];
        while (over.getCount() > 0) {
            asked.getResponseBody().write(chunk);
        }
    }

    /** Does not answer. */
    private void silent(HttpExchange asked) throws IOException {
        hang();
        asked.sendResponseHeaders(200, -1);
    }

    /** Answers, and stays away with the rest. */
    private void stuck(HttpExchange asked) throws IOException {
        byte[] set = Jwk.set(Jwk.of("new", NEW.getPublic()));
        asked.sendResponseHeaders(200, set.length);
        asked.getResponseBody().write(set, 0, set.length / 2);
        asked.getResponseBody().flush();
        hang();
    }

    private void hang() throws IOException {
        try {
            over.await();
        } catch (InterruptedException cut) {
            throw new IOException(cut);
        }
    }

    /** To a place that has a set. */
    private void elsewhere(HttpExchange asked) throws IOException {
        if (asked.getRequestURI().getPath().equals("/moved")) {
            set("new", NEW).answer(asked);
            return;
        }
        asked.getResponseHeaders().add("Location", "/moved");
        asked.sendResponseHeaders(302, -1);
    }

    @Test
    void withoutAFirstSetNothingIsReadyAndTokensComeAgain() {
        page = body(503, new byte[] {'x'});
        try (TokenKeys keys = start(NEVER_MS, AT_ONCE_MS, new TokenKey("filed", FILED.getPublic()))) {
            await("tried again", () -> failed() >= 2);
            assertFalse(keys.isReady());
            assertEquals(ErrorCode.UNAVAILABLE, refused(keys, token("old", OLD)));
            assertEquals(null, refused(keys, token("filed", FILED)));
            page = set("old", OLD);
            await("it heals by itself", keys::isReady);
            assertEquals(null, refused(keys, token("old", OLD)));
        }
    }

    @Test
    void whileThereIsNoFirstSetTokensDoNotFetchMoreOften() {
        page = body(503, new byte[] {'x'});
        try (TokenKeys keys = start(NEVER_MS, NEVER_MS)) {
            await("tried", () -> failed() >= 1);
            for (int i = 0; i < 200; i++) {
                assertEquals(ErrorCode.UNAVAILABLE, refused(keys, token("old", OLD)));
            }
            assertEquals(1, requests.get());
        }
    }
}
