package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Webhook;
import io.danmaku.room.room.Result;
import io.danmaku.room.webhook.HookForm;
import io.danmaku.room.webhook.Webhooks;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** {@code /api/webhooks}: addresses of a product's backend that are told of events, and what they did not take. For backends. */
final class WebhookRoutes {
    private static final int OK = 200;
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,15}");

    private final Webhooks webhooks;
    private final Forwarding forwarding;

    WebhookRoutes(Webhooks webhooks, Forwarding forwarding) {
        this.webhooks = webhooks;
        this.forwarding = forwarding;
    }

    /** Brings a backend's request to who decides for its tenant's webhooks, and goes on there with the tenant. */
    private void with(RoutingContext context, Consumer<String> next) {
        forwarding.toTenantsOwner(context, "webhooks are for backends", next);
    }

    /** The same with the name that the path has. */
    private void named(RoutingContext context, BiConsumer<String, String> next) {
        String name = context.pathParam("name");
        with(
                context,
                tenant -> Requests.with(
                        context,
                        Ids.isList(name)
                                ? Result.of(name)
                                : Result.<String>refused(ErrorCode.BAD_FIELD, "the name is 1..64 of A-Z a-z 0-9 _ -"),
                        well -> next.accept(tenant, well)));
    }

    /** The same with the webhook of that name. */
    private void known(RoutingContext context, Consumer<Webhook> next) {
        named(context, (tenant, name) -> Requests.with(context, webhooks.read(tenant, name), next));
    }

    void list(RoutingContext context) {
        with(
                context,
                tenant -> Requests.with(context, webhooks.list(tenant), all -> {
                    ObjectNode answer = Json.object();
                    ArrayNode array = answer.putArray("webhooks");
                    all.stream().map(HookForm::json).forEach(array::add);
                    Problems.json(context, OK, answer);
                }));
    }

    void read(RoutingContext context) {
        known(context, hook -> Problems.json(context, OK, HookForm.json(hook)));
    }

    void put(RoutingContext context) {
        named(
                context,
                (tenant, name) -> Requests.with(
                        context,
                        Requests.object(context.body().buffer()),
                        body -> Requests.with(
                                context,
                                HookForm.wanted(body),
                                wanted -> webhooks.put(tenant, name, wanted, Requests.actor(context))
                                        .onSuccess(result -> told(context, result)))));
    }

    void remove(RoutingContext context) {
        named(
                context,
                (tenant, name) -> webhooks.remove(tenant, name, Requests.actor(context))
                        .onSuccess(result -> Requests.with(
                                context,
                                result,
                                gone -> Problems.json(context, OK, Json.object().put("name", name)))));
    }

    private static void told(RoutingContext context, Result<Webhook> result) {
        Requests.with(context, result, hook -> Problems.json(context, OK, HookForm.json(hook)));
    }

    void dead(RoutingContext context) {
        known(
                context,
                hook -> Requests.with(
                        context,
                        before(context),
                        before -> Requests.with(
                                context,
                                Requests.limit(context),
                                limit -> webhooks.dead(hook, before, limit)
                                        .onSuccess(result -> Requests.answer(context, OK, result)))));
    }

    private static Result<Long> before(RoutingContext context) {
        String text = context.request().getParam("before");
        if (text == null) {
            return Result.of(Long.MAX_VALUE);
        }
        return number(text, "before is the number that the page before gave");
    }

    private static Result<Long> number(String text, String rule) {
        return NUMBER.matcher(text).matches()
                ? Result.of(Long.parseLong(text))
                : Result.refused(ErrorCode.BAD_FIELD, rule);
    }

    void retryDead(RoutingContext context) {
        known(
                context,
                hook -> webhooks.retryDead(hook, Requests.actor(context))
                        .onSuccess(result -> Requests.answer(context, OK, result)));
    }

    void retryOneDead(RoutingContext context) {
        known(
                context,
                hook -> Requests.with(
                        context,
                        number(context.pathParam("n"), "n is the number of a dead letter"),
                        number -> webhooks.retryDead(hook, number, Requests.actor(context))
                                .onSuccess(result -> Requests.answer(context, OK, result))));
    }

    void clearDead(RoutingContext context) {
        known(
                context,
                hook -> webhooks.clearDead(hook, Requests.actor(context)).onSuccess(result -> told(context, result)));
    }
}
