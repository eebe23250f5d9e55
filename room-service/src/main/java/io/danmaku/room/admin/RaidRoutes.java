package io.danmaku.room.admin;

import io.danmaku.node.http.Problems;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.room.moderation.RaidForm;
import io.danmaku.room.moderation.Raids;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.room.Result;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;

/** {@code /api/rooms/{room}/raid}, for moderators and above: they are there at night. */
final class RaidRoutes {
    private static final int OK = 200;

    private final Raids raids;
    private final Roles roles;
    private final Clock clock;

    RaidRoutes(Raids raids, Roles roles, Clock clock) {
        this.raids = raids;
        this.roles = roles;
        this.clock = clock;
    }

    void read(RoutingContext context) {
        Requests.with(
                context, Requests.room(context, roles, Permission.SANCTION), room -> answer(context, raids.read(room)));
    }

    void put(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.SANCTION),
                room -> Requests.with(
                        context,
                        Requests.object(context.body().buffer()),
                        body -> Requests.with(
                                context,
                                RaidForm.wanted(body),
                                wanted -> raids.put(room, wanted, Requests.actor(context))
                                        .onSuccess(result -> answer(context, result)))));
    }

    void release(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.SANCTION),
                room -> raids.release(room, Requests.actor(context)).onSuccess(result -> answer(context, result)));
    }

    private void answer(RoutingContext context, Result<RoomState> result) {
        Requests.with(context, result, room -> Problems.json(context, OK, RaidForm.json(room, clock.millis())));
    }
}
