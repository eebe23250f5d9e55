package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.HeldId;
import io.danmaku.protocol.room.Permission;
import io.danmaku.room.moderation.HeldChats;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.room.Result;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/rooms/{room}/held/{id}}: answers chats that wait, for moderators and above. Which ones wait is told by an edge. */
final class HeldRoutes {
    private static final int OK = 200;
    private static final String APPROVE = "approve";

    private final HeldChats held;
    private final Roles roles;

    HeldRoutes(HeldChats held, Roles roles) {
        this.held = held;
        this.roles = roles;
    }

    void answer(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.REVIEW),
                room -> Requests.with(
                        context,
                        id(context),
                        id -> Requests.with(
                                context,
                                approve(context),
                                approve -> held.answer(room, id, approve, Requests.actor(context))
                                        .onSuccess(result -> Requests.with(
                                                context,
                                                result,
                                                answer -> Problems.json(context, OK, json(answer)))))));
    }

    private static Result<HeldId> id(RoutingContext context) {
        HeldId id = HeldId.of(context.pathParam("id"));
        return id == null
                ? Result.refused(ErrorCode.BAD_FIELD, "the id is one that the held chats have")
                : Result.of(id);
    }

    private static Result<Boolean> approve(RoutingContext context) {
        Result<ObjectNode> body = Requests.object(context.body().buffer());
        if (body.isRefused()) {
            return Result.refused(body.refusal());
        }
        return body.value().size() == 1 && body.value().path(APPROVE).isBoolean()
                ? Result.of(body.value().get(APPROVE).booleanValue())
                : Result.refused(ErrorCode.BAD_FIELD, "approve is true or false, and there is nothing else");
    }

    private static ObjectNode json(HeldAnswer answer) {
        ObjectNode json = Json.object()
                .put("o", answer.offset())
                .put("approved", answer.approved())
                .put("by", answer.by())
                .put("at", answer.atMs());
        if (answer.approved()) {
            json.putObject("event").put("o", answer.eventOffset()).put("ts", answer.eventAtMs());
        }
        return json;
    }
}
