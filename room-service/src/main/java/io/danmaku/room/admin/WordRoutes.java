package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Permission;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.moderation.WordForm;
import io.danmaku.room.moderation.Words;
import io.danmaku.room.room.Result;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiConsumer;

/**
 * {@code /api/rooms/{room}/words} and {@code /api/words}: lists of words that are not wanted, of a room (for its hosts) and for all rooms of
 * the tenant (for backends).
 */
final class WordRoutes {
    private static final int OK = 200;

    private final Words words;
    private final Roles roles;
    private final Forwarding forwarding;

    WordRoutes(Words words, Roles roles, Forwarding forwarding) {
        this.words = words;
        this.roles = roles;
        this.forwarding = forwarding;
    }

    /** Brings the request to who decides for the place of the lists, and goes on there with tenant and room (empty: all). */
    private void with(RoutingContext context, BiConsumer<String, String> next) {
        if (context.pathParam("room") != null) {
            Requests.with(
                    context,
                    Requests.room(context),
                    room -> forwarding.toOwner(
                            context,
                            room,
                            context.body().buffer(),
                            () -> Requests.with(
                                    context,
                                    Requests.room(context, roles, Permission.GOVERN),
                                    mine -> next.accept(mine.tenant(), mine.room()))));
        } else {
            forwarding.toTenantsOwner(
                    context, "the lists for all rooms are for backends", tenant -> next.accept(tenant, ""));
        }
    }

    private static Result<String> name(RoutingContext context) {
        String name = context.pathParam("name");
        return Ids.isList(name)
                ? Result.of(name)
                : Result.refused(ErrorCode.BAD_FIELD, "the name is 1..64 of A-Z a-z 0-9 _ -");
    }

    void list(RoutingContext context) {
        with(
                context,
                (tenant, room) -> Requests.with(context, words.list(tenant, room), lists -> {
                    ObjectNode answer = Json.object();
                    ArrayNode array = answer.putArray("lists");
                    lists.stream().map(WordForm::brief).forEach(array::add);
                    Problems.json(context, OK, answer);
                }));
    }

    void read(RoutingContext context) {
        with(
                context,
                (tenant, room) -> Requests.with(
                        context,
                        name(context),
                        name -> Requests.with(
                                context,
                                words.read(tenant, room, name),
                                list -> Problems.json(context, OK, WordForm.json(list)))));
    }

    void put(RoutingContext context) {
        Requests.with(
                context,
                Requests.object(context.body().buffer()),
                body -> Requests.with(context, WordForm.wanted(body), wanted -> put(context, wanted)));
    }

    void remove(RoutingContext context) {
        put(context, WordForm.Wanted.NONE);
    }

    private void put(RoutingContext context, WordForm.Wanted wanted) {
        with(
                context,
                (tenant, room) -> Requests.with(
                        context,
                        name(context),
                        name -> words.put(tenant, room, name, wanted, Requests.actor(context))
                                .onSuccess(result -> Requests.with(
                                        context, result, list -> Problems.json(context, OK, WordForm.brief(list))))));
    }
}
