package io.danmaku.room.admin;

import io.danmaku.node.http.Problems;
import io.danmaku.protocol.json.Json;
import io.danmaku.room.moderation.CheckForm;
import io.danmaku.room.moderation.ExternalChecks;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;

/** {@code /api/check}: which service of the tenant's own is asked about chats, for backends. */
final class CheckRoutes {
    private static final int OK = 200;

    private final ExternalChecks checks;
    private final Forwarding forwarding;

    CheckRoutes(ExternalChecks checks, Forwarding forwarding) {
        this.checks = checks;
        this.forwarding = forwarding;
    }

    /** Brings the request to who decides for the tenant, and goes on there. */
    private void with(RoutingContext context, Consumer<String> next) {
        forwarding.toTenantsOwner(context, "what is asked about chats is for backends", next);
    }

    void put(RoutingContext context) {
        with(
                context,
                tenant -> Requests.with(
                        context,
                        Requests.object(context.body().buffer()),
                        body -> Requests.with(
                                context,
                                CheckForm.wanted(body),
                                wanted -> checks.put(tenant, wanted, Requests.actor(context))
                                        .onSuccess(result -> Requests.with(
                                                context,
                                                result,
                                                check -> Problems.json(context, OK, CheckForm.json(check)))))));
    }

    void read(RoutingContext context) {
        with(
                context,
                tenant -> Requests.with(
                        context, checks.read(tenant), check -> Problems.json(context, OK, CheckForm.json(check))));
    }

    void remove(RoutingContext context) {
        with(
                context,
                tenant -> checks.remove(tenant, Requests.actor(context))
                        .onSuccess(result -> Requests.with(
                                context,
                                result,
                                gone -> Problems.json(context, OK, Json.object().put("removed", true)))));
    }
}
