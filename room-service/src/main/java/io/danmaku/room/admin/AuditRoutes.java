package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.token.Claims;
import io.danmaku.room.audit.Audit;
import io.danmaku.room.audit.AuditQuery;
import io.danmaku.room.moderation.Roles;
import io.vertx.ext.web.RoutingContext;

/**
 * {@code /api/rooms/{room}/audit} for hosts and above, {@code /api/owners/{user}/audit} for the owner, and {@code /api/audit} for backends: who
 * did what. From where, backends alone are told.
 */
final class AuditRoutes {
    private static final int OK = 200;

    private final Audit audit;
    private final Roles roles;

    AuditRoutes(Audit audit, Roles roles) {
        this.audit = audit;
        this.roles = roles;
    }

    /** Also of a room that is no more. */
    void ofRoom(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.GOVERN),
                room -> look(context, room, true, Json.object().put("room", room.room())));
    }

    void ofOwner(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        Requests.with(context, Requests.user(context), user -> {
            if (claims.admin() || claims.user().equals(user)) {
                look(
                        context,
                        RoomKey.ownedBy(claims.tenant(), user),
                        true,
                        Json.object().put("owner", user));
            } else {
                Requests.refuse(context, Refusal.of(ErrorCode.FORBIDDEN, "this is for the owner of the rooms"));
            }
        });
    }

    void ofTenant(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        if (!claims.admin()) {
            Requests.refuse(
                    context, Refusal.of(ErrorCode.FORBIDDEN, "what was done for all rooms is told to backends"));
            return;
        }
        look(context, RoomKey.ofTenant(claims.tenant()), false, Json.object());
    }

    private void look(RoutingContext context, RoomKey place, boolean ofRoom, ObjectNode answer) {
        Requests.with(
                context,
                AuditQuery.read(context.queryParams()),
                query -> audit.look(place, ofRoom, query)
                        .onSuccess(result -> Requests.with(
                                context,
                                result,
                                page -> Problems.json(
                                        context,
                                        OK,
                                        page.addTo(
                                                answer, Bearer.claims(context).admin())))));
    }
}
