package io.danmaku.room.admin;

import io.danmaku.node.http.Problems;
import io.danmaku.protocol.json.PinJson;
import io.danmaku.protocol.room.Permission;
import io.danmaku.room.moderation.PinForm;
import io.danmaku.room.moderation.Pins;
import io.danmaku.room.moderation.Roles;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/rooms/{room}/pin}, for moderators and above. */
final class PinRoutes {
    private static final int OK = 200;

    private final Pins pins;
    private final Roles roles;

    PinRoutes(Pins pins, Roles roles) {
        this.pins = pins;
        this.roles = roles;
    }

    void put(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.PIN),
                room -> Requests.with(
                        context,
                        Requests.object(context.body().buffer()),
                        body -> Requests.with(
                                context,
                                PinForm.wanted(body),
                                wanted -> pins.put(room, wanted, Requests.actor(context))
                                        .onSuccess(result -> Requests.with(
                                                context,
                                                result,
                                                pinned -> Problems.json(context, OK, PinJson.of(pinned.pin())))))));
    }

    void remove(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.PIN),
                room -> pins.remove(room, Requests.actor(context))
                        .onSuccess(result ->
                                Requests.with(context, result, bare -> Problems.json(context, OK, PinJson.lifted()))));
    }
}
