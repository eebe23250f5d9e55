package io.danmaku.room.admin;

import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.node.http.RequestMeter;
import io.danmaku.node.ops.Ops;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.room.membership.MembershipCount;
import io.danmaku.room.membership.StatsTable;
import io.danmaku.room.moderation.Pins;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.moderation.Sanctions;
import io.danmaku.room.moderation.Takedowns;
import io.danmaku.room.moderation.Words;
import io.danmaku.room.posting.Posts;
import io.danmaku.room.room.Owner;
import io.danmaku.room.room.Reports;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.StateGroups;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;

/** All routes of room-service. */
public final class RoomApi {
    private static final String DOCUMENT = "/openapi/room-service.yaml";

    /** Largest body of a word list: ten thousand terms of the greatest length that is usual. */
    private static final int LIST_BYTES_MAX = 1 << 20;

    private final Vertx vertx;
    private final Bearer bearer;
    private final BodyHandler bodies;
    private final RoomRoutes rooms;
    private final SanctionRoutes sanctions;
    private final RoleRoutes grants;
    private final EventRoutes events;
    private final PinRoutes pins;
    private final WordRoutes words;
    private final PresenceRoutes presence;
    private final ReportRoutes reports;
    private final MembershipCount count;
    private final StatsTable stats;
    private final Forwarding forwarding;
    private final RequestMeter meter;
    private final String instance;

    public RoomApi(
            Vertx vertx,
            Tokens tokens,
            int bodyBytesMax,
            Rooms rooms,
            Roles roles,
            Sanctions sanctions,
            Takedowns takedowns,
            Posts posts,
            Pins pins,
            Words words,
            Reports reports,
            StateGroups groups,
            StatsTable stats,
            MembershipCount count,
            Forwarding forwarding,
            RequestMeter meter,
            Clock clock) {
        this.vertx = vertx;
        this.bearer = new Bearer(tokens);
        this.bodies = BodyHandler.create(false).setBodyLimit(bodyBytesMax);
        this.rooms = new RoomRoutes(rooms, roles, groups, stats, forwarding);
        this.sanctions = new SanctionRoutes(sanctions, roles, clock);
        this.grants = new RoleRoutes(roles);
        this.events = new EventRoutes(takedowns, posts, roles);
        this.pins = new PinRoutes(pins, roles);
        this.words = new WordRoutes(words, roles, forwarding);
        this.presence = new PresenceRoutes(vertx, rooms, roles, stats, count);
        this.reports = new ReportRoutes(reports, roles);
        this.count = count;
        this.stats = stats;
        this.forwarding = forwarding;
        this.instance = groups.self().instance();
        this.meter = meter;
    }

    /** The router with everything that this service answers. */
    public Router router(Ops ops) {
        Router router = Router.router(vertx);
        router.route().handler(meter);
        router.route().handler(context -> {
            context.response().putHeader(Owner.HEADER, instance);
            context.next();
        });
        ops.mount(router);
        Buffer document = document();
        router.get(DOCUMENT)
                .handler(context -> context.response()
                        .putHeader("Content-Type", "application/yaml; charset=utf-8")
                        .end(document));
        router.route("/api/*").handler(bearer);
        for (String path : List.of("/api/words/:name", "/api/rooms/:room/words/:name")) {
            router.route(HttpMethod.PUT, path).handler(BodyHandler.create(false).setBodyLimit(LIST_BYTES_MAX));
        }
        router.route("/api/*").handler(bodies);
        open(router, HttpMethod.POST, "/api/rooms", rooms::create);
        open(router, HttpMethod.GET, "/api/rooms", rooms::list);
        decided(router, HttpMethod.GET, "/api/rooms/:room", rooms::read);
        decided(router, HttpMethod.PATCH, "/api/rooms/:room", rooms::change);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room", rooms::close);
        decided(router, HttpMethod.GET, "/api/rooms/:room/presence", presence::numbers);
        counted(router, "/api/rooms/:room/viewers", presence::viewers);
        counted(router, "/api/rooms/:room/viewers/:user", presence::viewer);
        decided(router, HttpMethod.GET, "/api/rooms/:room/reports", reports::list);
        decided(router, HttpMethod.GET, "/api/rooms/:room/reports/:stream", reports::read);
        decided(router, HttpMethod.POST, "/api/rooms/:room/sanctions", sanctions::speak);
        decided(router, HttpMethod.GET, "/api/rooms/:room/sanctions", sanctions::list);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/sanctions/:id", sanctions::lift);
        decided(router, HttpMethod.GET, "/api/rooms/:room/roles", grants::list);
        decided(router, HttpMethod.PUT, "/api/rooms/:room/roles/:user", grants::give);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/roles/:user", grants::take);
        decided(router, HttpMethod.POST, "/api/rooms/:room/events", events::post);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/events", events::deleteAll);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/events/:offset", events::deleteOne);
        decided(router, HttpMethod.PUT, "/api/rooms/:room/pin", pins::put);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/pin", pins::remove);
        for (String path : List.of("/api/words", "/api/rooms/:room/words")) {
            open(router, HttpMethod.GET, path, words::list);
            open(router, HttpMethod.GET, path + "/:name", words::read);
            open(router, HttpMethod.PUT, path + "/:name", words::put);
            open(router, HttpMethod.DELETE, path + "/:name", words::remove);
        }
        Problems.handleFailures(router);
        return router;
    }

    /** A route that any instance answers. */
    private void open(Router router, HttpMethod method, String path, Handler<RoutingContext> handler) {
        router.route(method, path).handler(handler);
    }

    /** A route that the room's owner answers. */
    private void decided(Router router, HttpMethod method, String path, Handler<RoutingContext> handler) {
        router.route(method, path).handler(forwarding.toOwner()).handler(handler);
    }

    /** A route that the instance answers that counts who is there. */
    private void counted(Router router, String path, Handler<RoutingContext> handler) {
        router.get(path)
                .handler(context -> {
                    if (count.isCounting()) {
                        context.next();
                    } else {
                        forwarding.to(context, stats.counter());
                    }
                })
                .handler(handler);
    }

    private static Buffer document() {
        try (InputStream in = RoomApi.class.getResourceAsStream(DOCUMENT)) {
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
