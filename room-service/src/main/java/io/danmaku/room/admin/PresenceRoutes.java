package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.token.Profile;
import io.danmaku.room.membership.MembershipCount;
import io.danmaku.room.membership.StatsTable;
import io.danmaku.room.membership.Viewer;
import io.danmaku.room.membership.ViewerPage;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.Rooms;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** How many are in a room, for everybody; who, for moderators and above. */
final class PresenceRoutes {
    private static final int OK = 200;

    private final Vertx vertx;
    private final Rooms rooms;
    private final Roles roles;
    private final StatsTable stats;
    private final MembershipCount count;

    PresenceRoutes(Vertx vertx, Rooms rooms, Roles roles, StatsTable stats, MembershipCount count) {
        this.vertx = vertx;
        this.rooms = rooms;
        this.roles = roles;
        this.stats = stats;
        this.count = count;
    }

    /** As it was last published; any instance knows that. */
    void numbers(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context),
                room -> Requests.with(
                        context,
                        rooms.read(room),
                        state -> Problems.json(context, OK, numbers(state, stats.of(room)))));
    }

    static ObjectNode numbers(RoomState state, RoomStats now) {
        ObjectNode json = Json.object()
                .put("room", state.key().room())
                .put("online", now.online())
                .put("users", now.users())
                .put("usersEstimated", now.usersEstimated())
                .put("peak", now.peak())
                .put("perMinute", now.perMinute());
        ObjectNode devices = json.putObject("devices");
        if (now.devices() != null) {
            now.devices().forEach(devices::put);
        }
        RoomStats.Stream counted = now.stream();
        boolean runs = state.liveSinceMs() > 0;
        boolean isCounted = runs
                && counted != null
                && counted.number() == state.stream()
                && counted.epoch().equals(state.epoch());
        return json.put("liveSince", runs ? Long.valueOf(state.liveSinceMs()) : null)
                .put("stream", runs ? Long.valueOf(state.stream()) : null)
                .put("uniques", isCounted ? counted.uniques() : null)
                .put("messages", runs ? Long.valueOf(isCounted ? counted.messages() : 0) : null)
                .put("watchSeconds", runs ? Long.valueOf(isCounted ? counted.watchSeconds() : 0) : null)
                .put("joins", runs ? Long.valueOf(isCounted ? counted.joins() : 0) : null);
    }

    void viewers(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.SEE_VIEWERS),
                room -> Requests.with(
                        context,
                        rooms.read(room),
                        state -> Requests.with(
                                context,
                                Requests.limit(context),
                                limit -> Requests.with(
                                        context,
                                        Requests.cursor(context, Ids::isUser),
                                        cursor -> answer(count.viewers(room, cursor.isEmpty() ? null : cursor, limit))
                                                .onSuccess(page -> Requests.with(
                                                        context,
                                                        page,
                                                        known -> Problems.json(context, OK, json(known))))))));
    }

    void viewer(RoutingContext context) {
        Requests.with(
                context,
                Requests.user(context),
                user -> Requests.with(
                        context,
                        room(context, user),
                        room -> Requests.with(
                                context,
                                rooms.read(room),
                                state -> answer(count.viewer(room, user))
                                        .onSuccess(found -> Requests.with(
                                                context,
                                                found,
                                                known -> Problems.json(context, OK, here(user, known)))))));
    }

    /** Oneself everybody may ask for. */
    private Result<RoomKey> room(RoutingContext context, String user) {
        return user.equals(Bearer.claims(context).user())
                ? Requests.room(context)
                : Requests.room(context, roles, Permission.SEE_VIEWERS);
    }

    /** Back on the context of the request. */
    private <T> Future<T> answer(CompletionStage<T> counted) {
        return Future.fromCompletionStage(counted, vertx.getOrCreateContext());
    }

    static ObjectNode json(ViewerPage page) {
        ObjectNode json = Json.object();
        ArrayNode viewers = json.putArray("viewers");
        page.viewers().forEach(viewer -> viewers.add(json(viewer)));
        json.put("sampled", page.sampled());
        if (page.sampled()) {
            ArrayNode top = json.putArray("top");
            page.top().forEach(viewer -> top.add(json(viewer)));
        }
        return json.put("cursor", page.cursor());
    }

    private static ObjectNode json(Viewer viewer) {
        ObjectNode json = Json.object()
                .put("user", viewer.user())
                .put("role", viewer.role().wireName());
        if (viewer.level() != Profile.NO_LEVEL) {
            json.put("level", viewer.level());
        }
        return json.put("kind", viewer.kind().wireName()).put("connections", viewer.connections());
    }

    private static ObjectNode here(String user, Optional<Viewer> found) {
        return Json.object()
                .put("user", user)
                .put("here", found.isPresent())
                .put("connections", found.map(Viewer::connections).orElse(0));
    }
}
