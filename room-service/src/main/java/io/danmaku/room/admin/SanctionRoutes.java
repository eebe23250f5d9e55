package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Permission;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.moderation.SanctionForm;
import io.danmaku.room.moderation.Sanctions;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.regex.Pattern;

/**
 * {@code /api/rooms/{room}/sanctions}, for moderators and above. Roles that stand in tokens nobody here knows: what a sanction means
 * for a host is for the gate of the edges.
 */
final class SanctionRoutes {
    private static final int OK = 200;
    private static final int CREATED = 201;

    private static final Pattern PLACE = Pattern.compile("[A-Za-z0-9_.@-]{1,64}/[a-z]{1,16}");

    private final Sanctions sanctions;
    private final Roles roles;
    private final Clock clock;

    SanctionRoutes(Sanctions sanctions, Roles roles, Clock clock) {
        this.roles = roles;
        this.sanctions = sanctions;
        this.clock = clock;
    }

    void speak(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.SANCTION),
                room -> Requests.with(
                        context,
                        Requests.object(context.body().buffer()),
                        body -> Requests.with(
                                context,
                                SanctionForm.wanted(body),
                                wanted -> sanctions
                                        .speak(room, wanted, Requests.actor(context))
                                        .onSuccess(result -> Requests.with(
                                                context,
                                                result,
                                                spoken ->
                                                        Problems.json(context, CREATED, SanctionForm.json(spoken)))))));
    }

    void list(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.SANCTION),
                room -> Requests.with(
                        context,
                        Requests.limit(context),
                        limit -> Requests.with(
                                context,
                                Requests.cursor(
                                        context, text -> PLACE.matcher(text).matches()),
                                cursor -> Requests.with(
                                        context,
                                        sanctions.list(
                                                room, cursor.isEmpty() ? null : cursor, limit + 1, clock.millis()),
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
        Requests.with(
                context,
                Requests.room(context, roles, Permission.SANCTION),
                room -> sanctions
                        .lift(room, context.pathParam("id"), Requests.actor(context))
                        .onSuccess(result -> Requests.with(
                                context, result, lifted -> Problems.json(context, OK, SanctionForm.json(lifted)))));
    }
}
