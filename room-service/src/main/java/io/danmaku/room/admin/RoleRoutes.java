package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Grant;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.Role;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** {@code /api/rooms/{room}/roles}: who is what in a room, beside what tokens say. For hosts and owners. */
final class RoleRoutes {
    private static final int OK = 200;
    private static final Set<String> FIELDS = Set.of("role");

    private final Roles roles;

    RoleRoutes(Roles roles) {
        this.roles = roles;
    }

    void give(RoutingContext context) {
        Requests.with(
                context,
                Requests.object(context.body().buffer()),
                body -> Requests.with(context, wanted(body), role -> give(context, role)));
    }

    void take(RoutingContext context) {
        give(context, Role.VIEWER);
    }

    private static Result<Role> wanted(ObjectNode body) {
        String strange = RoomForm.strangeField(body, FIELDS);
        if (strange != null) {
            return Result.refused(ErrorCode.BAD_FIELD, strange + " is not a field of a role that is given");
        }
        Role role = Role.givenOfWireName(body.path("role").asText());
        return role == null || role == Role.VIEWER
                ? Result.refused(ErrorCode.BAD_FIELD, "role is member, vip, moderator, host or owner")
                : Result.of(role);
    }

    private void give(RoutingContext context, Role role) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.APPOINT),
                room -> Requests.with(
                        context,
                        Requests.user(context),
                        user -> roles.give(room, user, role, Requests.actor(context))
                                .onSuccess(result -> Requests.with(
                                        context, result, given -> Problems.json(context, OK, json(given))))));
    }

    void list(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.APPOINT),
                room -> Requests.with(
                        context,
                        Requests.limit(context),
                        limit -> Requests.with(
                                context,
                                Requests.cursor(context, Ids::isUser),
                                cursor -> Requests.with(
                                        context,
                                        roles.list(room, cursor.isEmpty() ? null : cursor, limit + 1),
                                        page -> {
                                            ObjectNode answer = Json.object();
                                            ArrayNode array = answer.putArray("roles");
                                            page.stream()
                                                    .limit(limit)
                                                    .map(RoleRoutes::json)
                                                    .forEach(array::add);
                                            answer.put(
                                                    "cursor",
                                                    page.size() > limit
                                                            ? page.get(limit - 1)
                                                                    .user()
                                                            : null);
                                            Problems.json(context, OK, answer);
                                        }))));
    }

    private static ObjectNode json(Grant grant) {
        return Json.object()
                .put("user", grant.user())
                .put("role", grant.role().wireName())
                .put("by", grant.by())
                .put("at", grant.atMs());
    }
}
