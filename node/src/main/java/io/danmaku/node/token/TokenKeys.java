package io.danmaku.node.token;

import io.danmaku.node.ops.Ops;
import io.danmaku.protocol.token.TokenKey;
import io.danmaku.protocol.token.Tokens;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the public keys that tokens are checked with: those of the configured file, and those of a JWK Set at an address, which is fetched at
 * the start, again after an interval, and when a token names a key that is not known, then at most once in {@code keysAgainAfter}. What was
 * fetched last holds until a fetch succeeds. All of that is done on a thread of its own, and nobody who checks a token waits for it.
 */
public final class TokenKeys implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TokenKeys.class);
    private static final int OK = 200;
    private static final double NS_PER_S = 1e9;
    private static final long NS_PER_MS = 1_000_000;

    private final TokenConfig config;
    private final Tokens tokens;
    /** Null where nothing is fetched. */
    private final HttpClient http;

    private final Counter fetched;
    private final Counter failed;
    private final ScheduledThreadPoolExecutor thread;
    /** A fetch runs, or will at once. */
    private final AtomicBoolean looking = new AtomicBoolean();

    private volatile boolean ready;
    private volatile int trusted;
    private volatile long begunNs;
    private volatile long doneNs = System.nanoTime();
    /** The next fetch by the clock, and what was told of the last set. On the thread only. */
    private ScheduledFuture<?> next;

    private String told = "";

    private TokenKeys(TokenConfig config, MeterRegistry registry) {
        this.config = config;
        tokens = new Tokens(config.secret(), config.issuer(), config.audience(), this::look);
        http = config.keysUrl() == null
                ? null
                : HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofMillis(config.keysWithinMs()))
                        .build();
        fetched = registry.counter("danmaku.token.keys.fetched");
        failed = registry.counter("danmaku.token.keys.failed");
        Gauge.builder("danmaku.token.keys", this, keys -> keys.trusted).register(registry);
        thread = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread made = new Thread(task, "token-keys");
                    made.setDaemon(true);
                    return made;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        thread.setRemoveOnCancelPolicy(true);
    }

    /** What checks tokens by the secret alone, or by public keys too; those of an address are needed for readiness, as {@code tokenKeys}. */
    public static TokenKeys start(TokenConfig config, Ops ops) {
        TokenKeys keys = new TokenKeys(config, ops.registry());
        keys.trust(List.of());
        if (config.keysUrl() != null) {
            Gauge.builder("danmaku.token.keys.age", keys, k -> (System.nanoTime() - k.doneNs) / NS_PER_S)
                    .baseUnit("seconds")
                    .register(ops.registry());
            ops.need("tokenKeys", keys::isReady);
            keys.looking.set(true);
            keys.thread.execute(keys::fetch);
        }
        return keys;
    }

    /** Whether a set was fetched once; asked on event loops. */
    boolean isReady() {
        return ready;
    }

    /** Checks tokens, always by the keys of the moment. */
    public Tokens tokens() {
        return tokens;
    }

    /**
     * A token names a key that is not known: looks for newer ones, unless that was done just now. From any thread, and never waits.
     *
     * @return whether there may be others in a moment
     */
    private boolean look() {
        if (config.keysUrl() == null) {
            return false;
        }
        if (!looking.compareAndSet(false, true)) {
            return true;
        }
        if (System.nanoTime() - begunNs < config.keysAgainMs() * NS_PER_MS) {
            looking.set(false);
            // while there never were any, the token may be as good as others
            return !ready;
        }
        thread.execute(this::fetch);
        return true;
    }

    private void fetch() {
        begunNs = System.nanoTime();
        long nextMs = config.keysAgainMs();
        try {
            KeyDocument document = KeyDocument.jwkSet(download());
            trust(document.keys());
            ready = true;
            doneNs = System.nanoTime();
            fetched.increment();
            nextMs = config.keysIntervalMs();
            tell(document);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException bad) {
            failed.increment();
            LOG.warn(
                    "the token keys of {} could not be fetched: {}; {}",
                    config.keysUrl(),
                    bad.getMessage() == null ? bad.toString() : bad.getMessage(),
                    ready ? "those of before stay" : "none were there yet");
        } finally {
            looking.set(false);
            if (next != null) {
                next.cancel(false);
            }
            next = thread.schedule(this::fetchByTheClock, nextMs, TimeUnit.MILLISECONDS);
        }
    }

    private void fetchByTheClock() {
        looking.set(true);
        fetch();
    }

    private void trust(List<TokenKey> ofAddress) {
        List<TokenKey> all = new ArrayList<>(config.keys());
        all.addAll(ofAddress);
        tokens.trust(all);
        trusted = all.size();
    }

    /** One line when the keys are others than before. */
    private void tell(KeyDocument document) {
        List<String> names = document.keys().stream()
                .map(key -> key.algorithmName() + " " + key.kid())
                .toList();
        String now = names + (document.passedOver().isEmpty() ? "" : ", passed over: " + document.passedOver());
        if (!now.equals(told)) {
            told = now;
            LOG.info("token keys of {}: {}", config.keysUrl(), now);
        }
    }

    @SuppressWarnings("Interruption") // nothing else ends an exchange that is under way
    private byte[] download() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(config.keysUrl())
                .timeout(Duration.ofMillis(config.keysWithinMs()))
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer = http.sendAsync(request, head -> new BoundedBody());
        try {
            // the request's own bound ends with the head of the answer; this one is for all of it
            HttpResponse<byte[]> response = answer.get(config.keysWithinMs(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != OK) {
                throw new IOException("it was answered " + response.statusCode());
            }
            return response.body();
        } catch (TimeoutException late) {
            throw new IOException("no whole answer within " + config.keysWithinMs() + " ms", late);
        } catch (ExecutionException lost) {
            throw new IOException(String.valueOf(lost.getCause()), lost);
        } finally {
            answer.cancel(true);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    /** A body of at most {@link KeyDocument#BYTES_MAX}; a larger one fails, and no more of it is taken in. */
    private static final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private Flow.Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return whole;
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            begun.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                if (taken.size() + part.remaining() > KeyDocument.BYTES_MAX) {
                    subscription.cancel();
                    whole.completeExceptionally(
                            new IOException("the document is larger than " + KeyDocument.BYTES_MAX + " bytes"));
                    return;
                }
                byte[] bytes = new byte[part.remaining()];
                part.get(bytes);
                taken.writeBytes(bytes);
            }
        }

        @Override
        public void onError(Throwable lost) {
            whole.completeExceptionally(lost);
        }

        @Override
        public void onComplete() {
            whole.complete(taken.toByteArray());
        }
    }
}
