package io.danmaku.node.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors as problem details (RFC 9457) with our {@code code}. */
public final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final long MS_PER_S = 1000;

    /** Media type of problem details. */
    public static final String CONTENT_TYPE = "application/problem+json";

    private Problems() {}

    /** Answers with a refusal; {@code Retry-After} in whole seconds when it says when to come back. */
    public static void send(RoutingContext context, Refusal refusal) {
        send(context, refusal, refusal.code().httpStatus(), Map.of());
    }

    /** The same with members of its own, by name. */
    public static void send(RoutingContext context, Refusal refusal, Map<String, String> members) {
        send(context, refusal, refusal.code().httpStatus(), members);
    }

    private static void send(RoutingContext context, Refusal refusal, int status, Map<String, String> members) {
        if (context.response().headWritten()) {
            context.response().reset();
            return;
        }
        if (refusal.retryMs() > 0) {
            context.response().putHeader("Retry-After", Long.toString((refusal.retryMs() + MS_PER_S - 1) / MS_PER_S));
        }
        if (status == HttpResponseStatus.UNAUTHORIZED.code()) {
            context.response().putHeader("WWW-Authenticate", "Bearer");
        }
        ObjectNode problem = problem(refusal, status);
        members.forEach(problem::put);
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", CONTENT_TYPE)
                .end(Buffer.buffer(Json.bytes(problem)));
    }

    /** The problem details of a refusal. */
    public static ObjectNode problem(Refusal refusal, int status) {
        ObjectNode problem = Json.object()
                .put("type", "about:blank")
                .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
                .put("status", status)
                .put("detail", refusal.message())
                .put("code", refusal.code().wireName());
        if (refusal.retryMs() > 0) {
            problem.put("retryMs", refusal.retryMs());
        }
        return problem;
    }

    /** Answers with JSON. */
    public static void json(RoutingContext context, int status, Object body) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(Json.bytes(body)));
    }

    /** Makes a router answer what it has no route for, and what failed, with problem details too. */
    public static void handleFailures(Router router) {
        router.route()
                .last()
                .handler(context -> send(context, Refusal.of(ErrorCode.NOT_FOUND, "there is no such resource")));
        // a path with a broken escape, which fails before it comes to any route
        router.errorHandler(
                HttpResponseStatus.BAD_REQUEST.code(),
                context -> send(
                        context,
                        Refusal.of(ErrorCode.BAD_COMMAND, "the request cannot be understood"),
                        HttpResponseStatus.BAD_REQUEST.code(),
                        Map.of()));
        router.route().failureHandler(context -> {
            int status = context.statusCode();
            if (status == HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE.code()) {
                send(context, Refusal.of(ErrorCode.TOO_LONG, "the body is too large"), status, Map.of());
            } else if (status >= 400 && status < 500) {
                send(context, Refusal.of(ErrorCode.BAD_COMMAND, "the request cannot be understood"), status, Map.of());
            } else {
                LOG.error(
                        "{} {} failed",
                        context.request().method(),
                        context.request().path(),
                        context.failure());
                send(context, Refusal.of(ErrorCode.INTERNAL, "something went wrong here"));
            }
        });
    }
}
