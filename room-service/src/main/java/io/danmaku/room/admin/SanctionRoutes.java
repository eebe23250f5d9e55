package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.token.Claims;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.moderation.SanctionForm;
import io.danmaku.room.moderation.Sanctions;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.StateGroups;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * {@code /api/rooms/{room}/sanctions}, for moderators and above, and {@code /api/owners/{user}/sanctions}, for the owner of rooms and for
 * backends. Roles that stand in tokens nobody here knows: what a sanction means for a host is for the gate of the edges.
 */
final class SanctionRoutes {
    private static final int OK = 200;
    private static final int CREATED = 201;

    /** A target, in which an address has a slash of its own, and a kind. */
    private static final Pattern PLACE = Pattern.compile("[A-Za-z0-9_.@:/-]{1,80}/[a-z]{1,16}");

    private final Sanctions sanctions;
    private final Roles roles;
    private final StateGroups groups;
    private final Forwarding forwarding;
    private final Clock clock;

    SanctionRoutes(Sanctions sanctions, Roles roles, StateGroups groups, Forwarding forwarding, Clock clock) {
        this.roles = roles;
        this.sanctions = sanctions;
        this.groups = groups;
        this.forwarding = forwarding;
        this.clock = clock;
    }

    /** Goes on with the room of the path, where it is decided already, or where it is decided with all rooms of the owner whom the path names. */
    private void with(RoutingContext context, Consumer<RoomKey> next) {
        if (context.pathParam("room") != null) {
            Requests.with(context, Requests.room(context, roles, Permission.SANCTION), next);
        } else {
            Requests.with(
                    context,
                    owned(context),
                    place -> forwarding.toOwner(context, place, context.body().buffer(), () -> next.accept(place)));
        }
    }

    /**
     * All rooms of the owner whom the path names, when who asks may decide for them. Who has none might fill the state with what holds
     * nowhere; a backend may come before the first room.
     */
    private Result<RoomKey> owned(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        Result<String> user = Requests.user(context);
        if (user.isRefused()) {
            return Result.refused(user.refusal());
        }
        RoomKey owned = RoomKey.ownedBy(claims.tenant(), user.value());
        if (claims.admin()) {
            return Result.of(owned);
        }
        if (!claims.user().equals(user.value())) {
            return Result.refused(ErrorCode.FORBIDDEN, "this is for the owner of the rooms");
        }
        Result<Boolean> has = groups.hasRoomOf(owned);
        if (has.isRefused()) {
            return Result.refused(has.refusal());
        }
        return has.value() ? Result.of(owned) : Result.refused(ErrorCode.FORBIDDEN, "you own no room");
    }

    void speak(RoutingContext context) {
        with(
                context,
                place -> Requests.with(
                        context,
                        Requests.object(context.body().buffer()),
                        body -> Requests.with(
                                context,
                                SanctionForm.wanted(body, !place.namesOwner()),
                                wanted -> sanctions
                                        .speak(place, wanted, Requests.actor(context))
                                        .onSuccess(result -> Requests.with(
                                                context,
                                                result,
                                                spoken ->
                                                        Problems.json(context, CREATED, SanctionForm.json(spoken)))))));
    }

    void list(RoutingContext context) {
        with(
                context,
                place -> Requests.with(
                        context,
                        Requests.limit(context),
                        limit -> Requests.with(
                                context,
                                Requests.cursor(
                                        context, text -> PLACE.matcher(text).matches()),
                                cursor -> Requests.with(
                                        context,
                                        sanctions.list(
                                                place, cursor.isEmpty() ? null : cursor, limit + 1, clock.millis()),
                                        page -> {
                                            ObjectNode answer = Json.object();
                                            ArrayNode array = answer.putArray("sanctions");
                                            page.stream()
                                                    .limit(limit)
                                                    .map(SanctionForm::json)
                                                    .forEach(array::add);
                                            answer.put(
                                                    "cursor",
                                                    page.size() > limit ? Sanctions.place(page.get(limit - 1)) : null);
                                            Problems.json(context, OK, answer);
                                        }))));
    }

    void lift(RoutingContext context) {
        with(
                context,
                place -> sanctions
                        .lift(place, context.pathParam("id"), Requests.actor(context))
                        .onSuccess(result -> Requests.with(
                                context, result, lifted -> Problems.json(context, OK, SanctionForm.json(lifted)))));
    }
}
