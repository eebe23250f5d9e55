package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.token.ApiKey;
import io.danmaku.room.key.KeyForm;
import io.danmaku.room.key.Keys;
import io.danmaku.room.room.Result;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;

/** {@code /api/keys}: keys of the tenant's backends, for admin tokens. */
final class KeyRoutes {
    private static final int OK = 200;
    private static final int CREATED = 201;

    private final Keys keys;
    private final Forwarding forwarding;

    KeyRoutes(Keys keys, Forwarding forwarding) {
        this.keys = keys;
        this.forwarding = forwarding;
    }

    /** Brings the request to who decides for the tenant's keys, and goes on there with the tenant. */
    private void with(RoutingContext context, Consumer<String> next) {
        forwarding.toTenantsOwner(context, "keys are for admin tokens", next);
    }

    void make(RoutingContext context) {
        with(
                context,
                tenant -> Requests.with(
                        context,
                        Requests.object(context.body().buffer()),
                        body -> Requests.with(
                                context,
                                KeyForm.wanted(body),
                                wanted -> keys.make(tenant, wanted, Requests.actor(context))
                                        .onSuccess(result -> Requests.with(context, result, made -> {
                                            ObjectNode answer = KeyForm.json(made.key());
                                            Problems.json(context, CREATED, answer.put("key", made.text()));
                                        })))));
    }

    void list(RoutingContext context) {
        with(
                context,
                tenant -> Requests.with(context, keys.list(tenant), all -> {
                    ObjectNode answer = Json.object();
                    ArrayNode array = answer.putArray("keys");
                    all.stream().map(KeyForm::json).forEach(array::add);
                    Problems.json(context, OK, answer);
                }));
    }

    void revoke(RoutingContext context) {
        String id = context.pathParam("id");
        with(
                context,
                tenant -> Requests.with(
                        context,
                        ApiKey.isId(id)
                                ? Result.of(id)
                                : Result.<String>refused(ErrorCode.BAD_FIELD, "the id is 16 of 0-9 a-z"),
                        known -> keys.revoke(tenant, known, Requests.actor(context))
                                .onSuccess(result -> Requests.answer(context, OK, json(result)))));
    }

    private static Result<ObjectNode> json(Result<ApiKey> result) {
        return result.isRefused() ? Result.refused(result.refusal()) : Result.of(KeyForm.json(result.value()));
    }
}
