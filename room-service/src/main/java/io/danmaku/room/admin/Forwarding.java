package io.danmaku.room.admin;

import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.token.Claims;
import io.danmaku.room.room.Owner;
import io.danmaku.room.room.StateGroups;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a request to the instance that decides for its room. One hop at most: a request that was forwarded and finds
 * nobody who decides is answered with 503, so that two instances that each take the other for the owner do not play ball.
 */
public final class Forwarding {
    /** Set on forwarded requests, to the instance that forwarded. */
    static final String HEADER = "Danmaku-Forwarded-By";

    /** Member of a problem that names the room whose fate is not known. */
    static final String ROOM = "room";

    private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);
    private static final long RETRY_MS = 1_000;
    private static final long CONNECT_MS = 1_000;
    private static final List<String> REQUEST_HEADERS = List.of(
            "Authorization",
            "Content-Type",
            "Accept",
            EventRoutes.KEY_HEADER,
            Requests.IF_MATCH,
            "traceparent",
            "tracestate");
    private static final List<String> RESPONSE_HEADERS =
            List.of("Content-Type", "ETag", "Retry-After", "WWW-Authenticate");

    private final HttpClient http;
    private final StateGroups groups;
    private final long timeoutMs;
    private final long readTimeoutMs;
    private final Counter forwarded;
    private final Counter failed;

    /**
     * @param timeoutMs bound of a forwarded change
     * @param readTimeoutMs bound of a forwarded read: the other one only looks into its memory
     */
    public Forwarding(HttpClient http, StateGroups groups, long timeoutMs, long readTimeoutMs, MeterRegistry registry) {
        this.http = http;
        this.groups = groups;
        this.timeoutMs = timeoutMs;
        this.readTimeoutMs = readTimeoutMs;
        forwarded = registry.counter("danmaku.http.forwarded");
        failed = registry.counter("danmaku.http.forwarded.failed");
    }

    /** Lets a request on whose room is decided here, and forwards others. Reads are answered here when the owner is silent. */
    Handler<RoutingContext> toOwner() {
        return context -> Requests.with(
                context,
                Requests.room(context),
                room -> toOwner(context, room, context.body().buffer(), context::next));
    }

    /**
     * The same for a room that the path does not name.
     *
     * @param here what to do when it is decided here
     */
    void toOwner(RoutingContext context, RoomKey room, Buffer body, Runnable here) {
        if (groups.isActive(room)) {
            here.run();
            return;
        }
        boolean read = isRead(context);
        Owner owner = groups.otherOwner(room);
        // to one that hangs a request would wait for its whole time
        if (owner == null || groups.isHung(owner) || context.request().getHeader(HEADER) != null) {
            if (read) {
                here.run();
            } else {
                Problems.send(context, unavailable());
            }
            return;
        }
        forwarded.increment();
        http.request(options(context, owner))
                .onFailure(notReached -> {
                    failed.increment();
                    groups.suspectOwner(room);
                    if (read) {
                        here.run();
                    } else {
                        Problems.send(context, unavailable());
                    }
                })
                .onSuccess(request -> request.send(body == null ? Buffer.buffer() : body)
                        .compose(response -> response.body().onSuccess(answer -> {
                            if (isDoubtful(response.statusCode(), answer)) {
                                groups.suspectOwner(room);
                            }
                            pass(context, response, answer);
                        }))
                        .onFailure(lost -> {
                            failed.increment();
                            LOG.warn("{} did not answer a forwarded request: {}", owner.url(), lost.getMessage());
                            groups.suspectOwner(room);
                            if (read) {
                                here.run();
                            } else {
                                // which room it is the asker may not know: it lets one be chosen here
                                Problems.send(context, unknown(), Map.of(ROOM, room.room()));
                            }
                        }));
    }

    /**
     * Brings a backend's request to who decides for all rooms of its tenant, and goes on there with the tenant.
     *
     * @param refusal for who shows no admin token
     */
    void toTenantsOwner(RoutingContext context, String refusal, Consumer<String> here) {
        Claims claims = Bearer.claims(context);
        if (claims.admin()) {
            toOwner(
                    context,
                    RoomKey.ofTenant(claims.tenant()),
                    context.body().buffer(),
                    () -> here.accept(claims.tenant()));
        } else {
            Requests.refuse(context, Refusal.of(ErrorCode.FORBIDDEN, refusal));
        }
    }

    /**
     * Brings a request for what one instance alone knows to that instance.
     *
     * @param other null when none is known
     */
    void to(RoutingContext context, Owner other) {
        if (other == null
                || other.instance().equals(groups.self().instance())
                || groups.isHung(other)
                || context.request().getHeader(HEADER) != null) {
            Problems.send(context, notCounted());
            return;
        }
        forwarded.increment();
        http.request(options(context, other))
                .compose(request -> request.send())
                .compose(response -> response.body().onSuccess(answer -> pass(context, response, answer)))
                .onFailure(lost -> {
                    failed.increment();
                    Problems.send(context, notCounted());
                });
    }

    private static boolean isRead(RoutingContext context) {
        return context.request().method().equals(HttpMethod.GET);
    }

    private RequestOptions options(RoutingContext context, Owner other) {
        RequestOptions options = new RequestOptions()
                .setMethod(context.request().method())
                .setAbsoluteURI(other.url() + context.request().uri())
                .setConnectTimeout(CONNECT_MS)
                .setIdleTimeout(isRead(context) ? readTimeoutMs : timeoutMs);
        for (String name : REQUEST_HEADERS) {
            String value = context.request().getHeader(name);
            if (value != null) {
                options.putHeader(name, value);
            }
        }
        options.putHeader(HEADER, groups.self().instance());
        return options.putHeader(Requests.FORWARDED_FOR, Requests.address(context));
    }

    /**
     * Whether an answer may be that of an owner that has lost Pulsar and only answers HTTP still: it does not decide, or its
     * write has no end. Asking the broker costs little, and it grants nothing that is not free.
     */
    static boolean isDoubtful(int status, Buffer body) {
        if (status == ErrorCode.PENDING.httpStatus()) {
            return true;
        }
        if (status != ErrorCode.UNAVAILABLE.httpStatus()) {
            return false;
        }
        try {
            // busy is the same status, of an owner that is well
            return !ErrorCode.BUSY
                    .wireName()
                    .equals(Json.MAPPER.readTree(body.getBytes()).path("code").textValue());
        } catch (IOException notJson) {
            return true;
        }
    }

    private static void pass(RoutingContext context, HttpClientResponse from, Buffer body) {
        context.response().setStatusCode(from.statusCode());
        for (String name : RESPONSE_HEADERS) {
            String value = from.getHeader(name);
            if (value != null) {
                context.response().putHeader(name, value);
            }
        }
        context.response().end(body);
    }

    private static Refusal notCounted() {
        return Refusal.retry(ErrorCode.UNAVAILABLE, "nobody counts who is there at the moment", RETRY_MS);
    }

    private static Refusal unavailable() {
        return Refusal.retry(ErrorCode.UNAVAILABLE, "nobody decides for this room at the moment", RETRY_MS);
    }

    private static Refusal unknown() {
        return Refusal.retry(
                ErrorCode.PENDING, "the one who decides did not answer; read the room to learn its fate", RETRY_MS);
    }
}
