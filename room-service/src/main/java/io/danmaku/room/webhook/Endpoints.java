package io.danmaku.room.webhook;

import io.danmaku.node.http.Signature;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.room.Webhook;
import io.vertx.core.Context;
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
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Posts events to webhooks. From any thread; the connections are on an event loop of their own, so that no handshake of TLS holds up a decision. */
final class Endpoints {
    private static final int OK_MIN = 200;
    private static final int OK_MAX = 299;
    private static final int IDLE_S = 30;
    private static final int HEADERS_BYTES_MAX = 8_192;
    private static final int FAILURE_CHARS_MAX = 200;

    private final HttpClient http;
    private final Context connections;
    private final long timeoutMs;
    private final Clock clock;

    Endpoints(Vertx vertx, Context connections, HookBounds bounds, Clock clock) {
        this.connections = connections;
        this.clock = clock;
        timeoutMs = bounds.timeoutMs();
        http = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout((int) timeoutMs)
                        .setIdleTimeout(IDLE_S)
                        .setMaxHeaderSize(HEADERS_BYTES_MAX),
                // of one host too, because many webhooks may have the same: the bound of each is its lane's
                new PoolOptions().setHttp1MaxSize(bounds.atOnceMax()).setMaxWaitQueueSize(bounds.atOnceMax()));
    }

    /** Posts an event once. Succeeds in any case: with null when it was taken, that is answered with 2xx in time, else with why not. */
    Future<String> post(Webhook hook, HookRecord event) {
        Promise<String> told = Promise.promise();
        connections.runOnContext(v -> {
            try {
                send(hook, event).onComplete(answered -> told.complete(outcome(answered.result(), answered.cause())));
            } catch (RuntimeException fault) {
                told.complete(outcome(null, fault));
            }
        });
        return told.future();
    }

    private static String outcome(Integer status, Throwable failure) {
        if (failure != null) {
            String why =
                    failure instanceof TimeoutException ? "no answer in time" : String.valueOf(failure.getMessage());
            return why.substring(0, Math.min(why.length(), FAILURE_CHARS_MAX));
        }
        return status >= OK_MIN && status <= OK_MAX ? null : "answered with " + status;
    }

    private Future<Integer> send(Webhook hook, HookRecord event) {
        byte[] body = Json.bytes(HookForm.event(event));
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(hook.url())
                .setFollowRedirects(false)
                .setConnectTimeout(timeoutMs)
                .putHeader("Content-Type", "application/json")
                .putHeader("User-Agent", "danmaku-hub")
                .putHeader(
                        Signature.HEADER,
                        Signature.of(
                                hook.secret().getBytes(StandardCharsets.US_ASCII),
                                TimeUnit.MILLISECONDS.toSeconds(clock.millis()),
                                body));
        HttpClientRequest[] begun = new HttpClientRequest[1];
        boolean[] late = new boolean[1];
        return http.request(options)
                .compose(request -> {
                    begun[0] = request;
                    if (late[0]) {
                        request.reset();
                        return Future.failedFuture("too late");
                    }
                    return request.send(Buffer.buffer(body));
                })
                .map(Endpoints::status)
                .timeout(timeoutMs, TimeUnit.MILLISECONDS)
                .onFailure(failure -> {
                    late[0] = true;
                    if (begun[0] != null) {
                        begun[0].reset();
                    }
                });
    }

    /** What an endpoint has to say beside the status nobody wants to know; of one that says much the connection is ended. */
    private static int status(HttpClientResponse response) {
        int[] bytes = new int[1];
        response.exceptionHandler(cut -> {});
        response.handler(part -> {
            bytes[0] += part.length();
            if (bytes[0] > HEADERS_BYTES_MAX) {
                response.request().reset();
            }
        });
        return response.statusCode();
    }

    void close() {
        http.close();
    }
}
