package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.token.Claims;
import io.danmaku.room.membership.StatsTable;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.StateGroups;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** {@code /api/rooms}: create, list, read, change, close. */
final class RoomRoutes {
    private static final int CREATED = 201;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final String ERASE = "erase";
    private static final int ID_CHARS = 10;
    private static final String ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    /** Tries to find an id that is decided here; each of the groups is met soon. */
    private static final int ID_TRIES = 64;

    private final SecureRandom random = new SecureRandom();
    private final Rooms rooms;
    private final Roles roles;
    private final StateGroups groups;
    private final StatsTable stats;
    private final Forwarding forwarding;

    RoomRoutes(Rooms rooms, Roles roles, StateGroups groups, StatsTable stats, Forwarding forwarding) {
        this.rooms = rooms;
        this.roles = roles;
        this.groups = groups;
        this.stats = stats;
        this.forwarding = forwarding;
    }

    /** An id may be given by who has the role host for it in the token; everything else is for backends. */
    void create(RoutingContext context) {
        Requests.with(
                context,
                Requests.object(context.body().buffer()),
                body -> Requests.with(context, RoomForm.wanted(body), wanted -> create(context, body, wanted)));
    }

    private void create(RoutingContext context, ObjectNode body, RoomForm.Wanted wanted) {
        Claims claims = Bearer.claims(context);
        boolean may = claims.admin()
                || (wanted.id() != null && claims.roleIn(wanted.id()).may(Permission.GOVERN));
        if (!may) {
            Requests.refuse(
                    context,
                    Result.refused(ErrorCode.FORBIDDEN, "a room is created by an admin token, or by its host")
                            .refusal());
            return;
        }
        if (!claims.admin() && wanted.owner() != null && !wanted.owner().equals(claims.user())) {
            Requests.refuse(context, Refusal.of(ErrorCode.FORBIDDEN, "an admin token names another owner"));
            return;
        }
        RoomKey key = wanted.id() == null ? newRoom(claims.tenant()) : new RoomKey(claims.tenant(), wanted.id());
        // the owner of the group must take the id chosen here, or it would choose one of another group
        body.put("id", key.room());
        forwarding.toOwner(
                context,
                key,
                Buffer.buffer(Json.bytes(body)),
                () -> rooms.create(key, wanted, Requests.actor(context)).onSuccess(result -> {
                    if (result.isRefused() && result.refusal().code() == ErrorCode.PENDING) {
                        Problems.send(context, result.refusal(), Map.of(Forwarding.ROOM, key.room()));
                    } else {
                        answer(context, CREATED, result);
                    }
                }));
    }

    private RoomKey newRoom(String tenant) {
        RoomKey key = null;
        for (int i = 0; i < ID_TRIES && (key == null || !groups.isActive(key)); i++) {
            StringBuilder id = new StringBuilder(ID_CHARS);
            for (int c = 0; c < ID_CHARS; c++) {
                id.append(ID_ALPHABET.charAt(random.nextInt(ID_ALPHABET.length())));
            }
            key = new RoomKey(tenant, id.toString());
        }
        return key;
    }

    void list(RoutingContext context) {
        Requests.with(
                context,
                Requests.limit(context),
                limit -> Requests.with(
                        context,
                        Requests.cursor(context, Ids::isRoom),
                        cursor -> Requests.with(
                                context,
                                RoomFilter.of(context.queryParams(), stats),
                                wanted -> list(context, limit, cursor.isEmpty() ? null : cursor, wanted))));
    }

    private void list(RoutingContext context, int limit, String after, Predicate<RoomState> wanted) {
        Requests.with(context, rooms.list(Bearer.claims(context).tenant(), after, limit + 1, wanted), page -> {
            ObjectNode answer = Json.object();
            ArrayNode array = answer.putArray("rooms");
            page.stream().limit(limit).map(RoomForm::json).forEach(array::add);
            answer.put("cursor", page.size() > limit ? page.get(limit - 1).key().room() : null);
            Problems.json(context, OK, answer);
        });
    }

    void read(RoutingContext context) {
        Requests.with(context, Requests.room(context), room -> answer(context, OK, rooms.read(room)));
    }

    void change(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.GOVERN),
                room -> Requests.with(
                        context,
                        Requests.object(context.body().buffer()),
                        body -> Requests.with(
                                context,
                                RoomForm.patch(body),
                                patch -> Requests.with(
                                        context,
                                        Requests.ifMatch(context),
                                        tag -> change(context, room, patch, tag.isEmpty() ? null : tag)
                                                .onSuccess(result -> answer(context, OK, result))))));
    }

    private Future<Result<RoomState>> change(RoutingContext context, RoomKey room, RoomForm.Patch patch, String tag) {
        Actor by = Requests.actor(context);
        return patch.end() == null ? rooms.change(room, patch, tag, by) : rooms.end(room, patch.end(), tag, by);
    }

    /** Closes the room, or with {@code erase=true} erases it. */
    void close(RoutingContext context) {
        String erase = context.request().getParam(ERASE);
        // an error in the name would keep what was to be erased, and nobody would know
        if (!Set.of(ERASE).containsAll(context.queryParams().names()) || !(erase == null || erase.equals("true"))) {
            Requests.refuse(context, Refusal.of(ErrorCode.BAD_FIELD, "only erase=true can be asked for"));
            return;
        }
        Requests.with(
                context,
                Requests.room(context, roles, Permission.GOVERN),
                room -> Requests.with(context, Requests.ifMatch(context), tag -> {
                    Actor by = Requests.actor(context);
                    String version = tag.isEmpty() ? null : tag;
                    if (erase == null) {
                        rooms.end(room, RoomState.End.CLOSED, version, by)
                                .onSuccess(result -> answer(context, OK, result));
                    } else {
                        rooms.erase(room, version, by)
                                .onSuccess(result -> Requests.with(
                                        context,
                                        result,
                                        gone -> context.response()
                                                .setStatusCode(NO_CONTENT)
                                                .end()));
                    }
                }));
    }

    private static void answer(RoutingContext context, int status, Result<RoomState> result) {
        Requests.with(context, result, room -> {
            context.response().putHeader("ETag", '"' + RoomForm.tag(room) + '"');
            Problems.json(context, status, RoomForm.json(room));
        });
    }
}
