package io.danmaku.edge.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.node.http.Signature;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.ExternalCheck;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks products' services what becomes of a chat. So many at a time on an edge; one that fails again and again is left alone for a while. Any
 * thread; never blocks.
 */
public final class Checks implements AutoCloseable {
    private static final int UNDER_WAY_MAX = 256;
    /** To one service. */
    private static final int CONNECTIONS_MAX = 64;

    private static final int ANSWER_BYTES_MAX = 4 * 1024;
    private static final int FAILURES_MAX = 5;
    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(5);
    private static final int SERVICES_MAX = 10_000;
    private static final int OK = 200;
    private static final Map<String, Answer> ANSWERS =
            Map.of("allow", Answer.ALLOW, "refuse", Answer.REFUSE, "hold", Answer.HOLD, "shadow", Answer.SHADOW);

    /** What becomes of a chat. */
    public enum Answer {
        ALLOW,
        REFUSE,
        /** It waits for a moderator. */
        HOLD,
        /** It is acknowledged, and told to nobody. */
        SHADOW,
        /** There was no answer. */
        DOWN
    }

    /** Why there was no answer. */
    private enum Down {
        /** None in time. */
        TIMEOUT,
        /** No connection, or it broke. */
        FAILED,
        /** Not one of those above. */
        ANSWER,
        /** As many are asked as may be. */
        BUSY,
        /** It failed before, and is left alone. */
        PAUSED
    }

    private final Vertx vertx;
    private final MeterRegistry registry;
    private final HttpClient http;
    private final AtomicInteger underWay = new AtomicInteger();
    /** By all that is set of a service: another address or secret begins anew. */
    private final Cache<ExternalCheck, Circuit> circuits =
            Caffeine.newBuilder().maximumSize(SERVICES_MAX).build();

    public Checks(Vertx vertx, MeterRegistry registry) {
        this.vertx = vertx;
        this.registry = registry;
        http = vertx.httpClientBuilder()
                .with(new HttpClientOptions().setConnectTimeout(ExternalCheck.TIMEOUT_MS_MAX))
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX).setMaxWaitQueueSize(UNDER_WAY_MAX))
                .build();
        Gauge.builder("danmaku.checks.waiting", underWay, AtomicInteger::get).register(registry);
    }

    /** Why a service has not answered. */
    private static final class NoAnswer extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Down why;

        NoAnswer(Down why) {
            super(why.name(), null, false, false);
            this.why = why;
        }
    }

    /**
     * Asks a service about a chat.
     *
     * @param chat what it is told
     * @return never fails, and comes within the service's time
     */
    public Future<Answer> ask(ExternalCheck service, ObjectNode chat) {
        Circuit circuit = circuits.get(service, s -> new Circuit(FAILURES_MAX, PAUSE_NS));
        boolean free = underWay.incrementAndGet() <= UNDER_WAY_MAX;
        // a service that is slow leaves places to those of other tenants
        free &= circuit.underWay.incrementAndGet() <= CONNECTIONS_MAX;
        if (!free || !circuit.admits(System.nanoTime())) {
            release(circuit);
            return down(free ? Down.PAUSED : Down.BUSY);
        }
        long beganNs = System.nanoTime();
        // what is thrown fails the future, and so counts as no answer
        return Future.<Void>succeededFuture()
                .compose(begun -> send(service, Json.bytes(chat)))
                .onComplete(done -> release(circuit))
                .compose(
                        answer -> {
                            circuit.answered();
                            Timer.builder("danmaku.checks")
                                    .tag("verdict", answer.name().toLowerCase(Locale.ROOT))
                                    .register(registry)
                                    .record(System.nanoTime() - beganNs, TimeUnit.NANOSECONDS);
                            return Future.succeededFuture(answer);
                        },
                        failure -> {
                            circuit.failed(System.nanoTime());
                            return down(failure instanceof NoAnswer none ? none.why : Down.FAILED);
                        });
    }

    private void release(Circuit circuit) {
        underWay.decrementAndGet();
        circuit.underWay.decrementAndGet();
    }

    private Future<Answer> down(Down why) {
        registry.counter("danmaku.checks.down", "reason", why.name().toLowerCase(Locale.ROOT))
                .increment();
        return Future.succeededFuture(Answer.DOWN);
    }

    private Future<Answer> send(ExternalCheck service, byte[] body) {
        Promise<Answer> answered = Promise.promise();
        long nowSeconds = System.currentTimeMillis() / 1_000;
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(service.url())
                .setFollowRedirects(false)
                .putHeader("Content-Type", "application/json")
                .putHeader("Accept", "application/json")
                .putHeader(
                        Signature.HEADER,
                        Signature.of(service.secret().getBytes(StandardCharsets.UTF_8), nowSeconds, body));
        // from here on, also for a place in the pool and a connection
        long timer = vertx.setTimer(service.timeoutMs(), late -> answered.tryFail(new NoAnswer(Down.TIMEOUT)));
        answered.future().onComplete(done -> vertx.cancelTimer(timer));
        http.request(options)
                .onSuccess(request -> {
                    request.exceptionHandler(answered::tryFail);
                    if (answered.future().isComplete()) {
                        request.reset();
                        return;
                    }
                    answered.future().onFailure(given -> request.reset());
                    request.send(Buffer.buffer(body))
                            .onSuccess(response -> take(request, response, answered))
                            .onFailure(answered::tryFail);
                })
                .onFailure(answered::tryFail);
        return answered.future();
    }

    private static void take(HttpClientRequest request, HttpClientResponse response, Promise<Answer> answered) {
        response.exceptionHandler(answered::tryFail);
        if (response.statusCode() != OK) {
            answered.tryFail(new NoAnswer(Down.ANSWER));
            request.reset();
            return;
        }
        Buffer body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > ANSWER_BYTES_MAX) {
                answered.tryFail(new NoAnswer(Down.ANSWER));
                request.reset();
            } else {
                body.appendBuffer(part);
            }
        });
        response.endHandler(end -> {
            Answer answer = answer(body.getBytes());
            if (answer == null) {
                answered.tryFail(new NoAnswer(Down.ANSWER));
            } else {
                answered.tryComplete(answer);
            }
        });
    }

    /** Null when it is none. */
    private static Answer answer(byte[] body) {
        try {
            JsonNode verdict = Json.MAPPER.readTree(body).path("verdict");
            return verdict.isTextual() ? ANSWERS.get(verdict.textValue()) : null;
        } catch (IOException notJson) {
            return null;
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
