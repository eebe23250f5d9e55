package io.danmaku.edge.direct;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.service.Instances;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Asks dm-service for pages and other short answers. */
final class PageClient implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 16;
    private static final int CONNECT_MS_MAX = 1_000;
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int AWAY = 503;
    /** By how much fewer entries are asked for when a page has too many bytes: the longest messages fit then. */
    private static final int FEWER = 4;

    private static final Outcome TOO_LARGE =
            Outcome.refused(ErrorCode.UNAVAILABLE, "the answer is too large: ask for fewer");
    private static final Map<String, ErrorCode> CODES =
            Arrays.stream(ErrorCode.values()).collect(Collectors.toMap(ErrorCode::wireName, Function.identity()));

    private final Vertx vertx;
    private final HttpClient http;
    private final Instances instances;
    private final DirectBounds bounds;
    private final AtomicInteger running = new AtomicInteger();

    PageClient(Vertx vertx, Instances instances, DirectBounds bounds) {
        this.vertx = vertx;
        this.instances = instances;
        this.bounds = bounds;
        http = vertx.httpClientBuilder()
                .with(new HttpClientOptions().setConnectTimeout(CONNECT_MS_MAX))
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX).setMaxWaitQueueSize(bounds.pagesMax()))
                .build();
    }

    /**
     * The page, as dm-service answers it: for who has the token, as a part of the trace. One with too many bytes is asked for
     * again with fewer entries, so that who asked gets on.
     */
    CompletionStage<Outcome> page(PageRequest page, String token, Context trace) {
        if (page.body() != null) {
            Asked change = new Asked(page.method(), page.uri(), Buffer.buffer(Json.bytes(page.body())));
            return bounded(() -> ask(change, token, trace), unknown());
        }
        return bounded(
                () -> ask(new Asked(HttpMethod.GET, page.uri(), null), token, trace)
                        .compose(outcome -> outcome == TOO_LARGE && page.limit() > 1
                                ? ask(
                                        new Asked(
                                                HttpMethod.GET,
                                                page.withFewer(FEWER).uri(),
                                                null),
                                        token,
                                        trace)
                                : Future.succeededFuture(outcome)),
                unavailable());
    }

    /** Asks for what is no page; a POST carries no body. */
    CompletionStage<Outcome> call(HttpMethod method, String uri, String token, Context trace) {
        return bounded(() -> ask(new Asked(method, uri, null), token, trace), unavailable());
    }

    /** @param body null = none */
    private record Asked(HttpMethod method, String uri, Buffer body) {}

    /** @param unanswered what is said where no instance answers */
    private CompletionStage<Outcome> bounded(Supplier<Future<Outcome>> asking, Outcome unanswered) {
        if (running.incrementAndGet() > bounds.pagesMax()) {
            running.decrementAndGet();
            return CompletableFuture.completedFuture(
                    Outcome.refused(ErrorCode.BUSY, "too much is read of direct messages at once"));
        }
        return asking.get()
                .otherwise(away -> unanswered)
                .onComplete(done -> running.decrementAndGet())
                .toCompletionStage();
    }

    private Future<Outcome> ask(Asked what, String token, Context trace) {
        // what changes something may have been carried out
        return instances
                .ask(
                        instance -> askOne(instance, what, token, trace),
                        lost -> what.method.equals(HttpMethod.GET) || notDone(lost))
                .recover(lost -> lost instanceof Unavailable away
                        ? Future.succeededFuture(away.outcome)
                        : Future.failedFuture(lost));
    }

    private static boolean notDone(Throwable lost) {
        return lost instanceof NotSent || lost instanceof Unavailable;
    }

    /** The instance cannot answer now: it starts, or what it needs is away. Another one may. */
    private static final class Unavailable extends VertxException {
        private static final long serialVersionUID = 1L;

        private final transient Outcome outcome;

        Unavailable(Outcome.Refused outcome) {
            super(outcome.refusal().message(), true);
            this.outcome = outcome;
        }
    }

    /** No connection came to be: the instance has not seen the request. */
    private static final class NotSent extends VertxException {
        private static final long serialVersionUID = 1L;

        NotSent(Throwable cause) {
            super(String.valueOf(cause), true);
        }
    }

    /** Fails when the instance cannot be reached, does not answer in time and in full, or says that it cannot answer now. */
    private Future<Outcome> askOne(URI instance, Asked what, String token, Context trace) {
        Promise<Outcome> outcome = Promise.promise();
        RequestOptions options = new RequestOptions()
                .setMethod(what.method)
                .setAbsoluteURI(instance + what.uri)
                .setConnectTimeout(CONNECT_MS_MAX)
                .putHeader("Authorization", "Bearer " + token)
                .putHeader("Accept", "application/json");
        W3CTraceContextPropagator.getInstance().inject(trace, options, RequestOptions::putHeader);
        http.request(options)
                .onSuccess(request -> {
                    long timer = vertx.setTimer(bounds.pageWithinMs() / instances.tries(), late -> {
                        outcome.tryFail("no answer in time");
                        request.reset();
                    });
                    outcome.future().onComplete(done -> vertx.cancelTimer(timer));
                    Future<HttpClientResponse> sent = what.body == null ? request.send() : request.send(what.body);
                    sent.onSuccess(response -> take(request, response, outcome)).onFailure(outcome::tryFail);
                })
                .onFailure(lost -> outcome.tryFail(new NotSent(lost)));
        return outcome.future();
    }

    private void take(HttpClientRequest request, HttpClientResponse response, Promise<Outcome> outcome) {
        Buffer body = Buffer.buffer();
        response.exceptionHandler(outcome::tryFail);
        response.handler(part -> {
            if (body.length() + part.length() > bounds.pageBytesMax()) {
                outcome.tryComplete(TOO_LARGE);
                request.reset();
            } else {
                body.appendBuffer(part);
            }
        });
        response.endHandler(end -> {
            Outcome answer = outcome(response.statusCode(), body.getBytes());
            if (response.statusCode() == AWAY
                    && answer instanceof Outcome.Refused refused
                    && refused.refusal().code() == ErrorCode.UNAVAILABLE) {
                outcome.tryFail(new Unavailable(refused));
            } else {
                outcome.tryComplete(answer);
            }
        });
    }

    private static Outcome outcome(int status, byte[] body) {
        JsonNode answer;
        try {
            answer = Json.MAPPER.readTree(body);
        } catch (IOException notJson) {
            return unavailable();
        }
        if (status == OK || status == CREATED) {
            return answer instanceof ObjectNode ok ? new Outcome.Done(ok) : unavailable();
        }
        ErrorCode code = CODES.get(answer.path("code").asText());
        if (code == null) {
            return unavailable();
        }
        return new Outcome.Refused(new Refusal(
                code,
                answer.path("detail").asText(code.wireName()),
                Math.max(0, answer.path("retryMs").asLong())));
    }

    /** Of a change: an instance may have carried it out. */
    private static Outcome unknown() {
        return Outcome.refused(ErrorCode.PENDING, "no answer: it may have been carried out; asking again does no harm");
    }

    private static Outcome unavailable() {
        return Outcome.refused(ErrorCode.UNAVAILABLE, "direct messages cannot be read now");
    }

    @Override
    public void close() {
        http.close();
    }
}
