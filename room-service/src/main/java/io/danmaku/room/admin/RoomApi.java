package io.danmaku.room.admin;

import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.node.http.RequestMeter;
import io.danmaku.node.http.RequestRates;
import io.danmaku.node.ops.Ops;
import io.danmaku.protocol.token.KeyScope;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.room.audit.Audit;
import io.danmaku.room.key.Keys;
import io.danmaku.room.membership.MembershipCount;
import io.danmaku.room.membership.StatsTable;
import io.danmaku.room.moderation.ExternalChecks;
import io.danmaku.room.moderation.HeldChats;
import io.danmaku.room.moderation.Pins;
import io.danmaku.room.moderation.Raids;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.moderation.Sanctions;
import io.danmaku.room.moderation.Takedowns;
import io.danmaku.room.moderation.Words;
import io.danmaku.room.posting.Posts;
import io.danmaku.room.room.Owner;
import io.danmaku.room.room.Reports;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.webhook.Webhooks;
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
    private final TrustedProxies proxies;
    private final RequestRates rates;
    private final BodyHandler bodies;
    private final RoomRoutes rooms;
    private final SanctionRoutes sanctions;
    private final RoleRoutes grants;
    private final EventRoutes events;
    private final PinRoutes pins;
    private final RaidRoutes raids;
    private final WordRoutes words;
    private final KeyRoutes keys;
    private final HeldRoutes held;
    private final CheckRoutes checks;
    private final AuditRoutes audit;
    private final WebhookRoutes webhooks;
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
            TrustedProxies proxies,
            RequestRates rates,
            int bodyBytesMax,
            Rooms rooms,
            Roles roles,
            Sanctions sanctions,
            Takedowns takedowns,
            Posts posts,
            Pins pins,
            Raids raids,
            Words words,
            Keys keys,
            HeldChats held,
            ExternalChecks checks,
            Audit audit,
            Webhooks webhooks,
            Reports reports,
            StateGroups groups,
            StatsTable stats,
            MembershipCount count,
            Forwarding forwarding,
            RequestMeter meter,
            Clock clock) {
        this.vertx = vertx;
        this.bearer = new Bearer(tokens, groups);
        this.proxies = proxies;
        this.rates = rates;
        this.bodies = BodyHandler.create(false).setBodyLimit(bodyBytesMax);
        this.rooms = new RoomRoutes(rooms, roles, groups, stats, forwarding);
        this.sanctions = new SanctionRoutes(sanctions, roles, groups, forwarding, clock);
        this.grants = new RoleRoutes(roles);
        this.events = new EventRoutes(takedowns, posts, roles);
        this.pins = new PinRoutes(pins, roles);
        this.raids = new RaidRoutes(raids, roles, clock);
        this.words = new WordRoutes(words, roles, forwarding);
        this.keys = new KeyRoutes(keys, forwarding);
        this.held = new HeldRoutes(held, roles);
        this.checks = new CheckRoutes(checks, forwarding);
        this.audit = new AuditRoutes(audit, roles);
        this.webhooks = new WebhookRoutes(webhooks, forwarding);
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
        router.route("/api/*").handler(Requests.from(proxies)).handler(bearer).handler(rates);
        for (String path : List.of("/api/words/:name", "/api/rooms/:room/words/:name")) {
            router.route(HttpMethod.PUT, path).handler(BodyHandler.create(false).setBodyLimit(LIST_BYTES_MAX));
        }
        router.route("/api/*").handler(bodies);
        open(router, HttpMethod.POST, "/api/rooms", KeyScope.ROOMS_WRITE, rooms::create);
        open(router, HttpMethod.GET, "/api/rooms", KeyScope.ROOMS_READ, rooms::list);
        decided(router, HttpMethod.GET, "/api/rooms/:room", KeyScope.ROOMS_READ, rooms::read);
        decided(router, HttpMethod.PATCH, "/api/rooms/:room", KeyScope.ROOMS_WRITE, rooms::change);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room", KeyScope.ROOMS_WRITE, rooms::close);
        decided(router, HttpMethod.GET, "/api/rooms/:room/presence", KeyScope.ROOMS_READ, presence::numbers);
        counted(router, "/api/rooms/:room/viewers", presence::viewers);
        counted(router, "/api/rooms/:room/viewers/:user", presence::viewer);
        decided(router, HttpMethod.GET, "/api/rooms/:room/reports", KeyScope.MODERATE, reports::list);
        decided(router, HttpMethod.GET, "/api/rooms/:room/reports/:stream", KeyScope.MODERATE, reports::read);
        decided(router, HttpMethod.POST, "/api/rooms/:room/sanctions", KeyScope.MODERATE, sanctions::speak);
        decided(router, HttpMethod.GET, "/api/rooms/:room/sanctions", KeyScope.MODERATE, sanctions::list);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/sanctions/:id", KeyScope.MODERATE, sanctions::lift);
        open(router, HttpMethod.POST, "/api/owners/:user/sanctions", KeyScope.MODERATE, sanctions::speak);
        open(router, HttpMethod.GET, "/api/owners/:user/sanctions", KeyScope.MODERATE, sanctions::list);
        open(router, HttpMethod.DELETE, "/api/owners/:user/sanctions/:id", KeyScope.MODERATE, sanctions::lift);
        decided(router, HttpMethod.GET, "/api/rooms/:room/roles", KeyScope.ROLES, grants::list);
        decided(router, HttpMethod.PUT, "/api/rooms/:room/roles/:user", KeyScope.ROLES, grants::give);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/roles/:user", KeyScope.ROLES, grants::take);
        decided(router, HttpMethod.POST, "/api/rooms/:room/events", KeyScope.EVENTS, events::post);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/events", KeyScope.MODERATE, events::deleteAll);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/events/:offset", KeyScope.MODERATE, events::deleteOne);
        decided(router, HttpMethod.PUT, "/api/rooms/:room/pin", KeyScope.MODERATE, pins::put);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/pin", KeyScope.MODERATE, pins::remove);
        decided(router, HttpMethod.POST, "/api/rooms/:room/held/:id", KeyScope.MODERATE, held::answer);
        // also of a room that is no more, and no change comes in between: any instance will do
        open(router, HttpMethod.GET, "/api/rooms/:room/audit", audit::ofRoom);
        open(router, HttpMethod.GET, "/api/owners/:user/audit", audit::ofOwner);
        open(router, HttpMethod.GET, "/api/audit", audit::ofTenant);
        open(router, HttpMethod.GET, "/api/webhooks", webhooks::list);
        open(router, HttpMethod.GET, "/api/webhooks/:name", webhooks::read);
        open(router, HttpMethod.PUT, "/api/webhooks/:name", webhooks::put);
        open(router, HttpMethod.DELETE, "/api/webhooks/:name", webhooks::remove);
        open(router, HttpMethod.GET, "/api/webhooks/:name/dead", webhooks::dead);
        open(router, HttpMethod.DELETE, "/api/webhooks/:name/dead", webhooks::clearDead);
        open(router, HttpMethod.POST, "/api/webhooks/:name/dead/retry", webhooks::retryDead);
        open(router, HttpMethod.POST, "/api/webhooks/:name/dead/:n/retry", webhooks::retryOneDead);
        decided(router, HttpMethod.GET, "/api/rooms/:room/raid", KeyScope.MODERATE, raids::read);
        decided(router, HttpMethod.PUT, "/api/rooms/:room/raid", KeyScope.MODERATE, raids::put);
        decided(router, HttpMethod.DELETE, "/api/rooms/:room/raid", KeyScope.MODERATE, raids::release);
        for (String path : List.of("/api/words", "/api/rooms/:room/words")) {
            open(router, HttpMethod.GET, path, KeyScope.WORDS, words::list);
            open(router, HttpMethod.GET, path + "/:name", KeyScope.WORDS, words::read);
            open(router, HttpMethod.PUT, path + "/:name", KeyScope.WORDS, words::put);
            open(router, HttpMethod.DELETE, path + "/:name", KeyScope.WORDS, words::remove);
        }
        open(router, HttpMethod.GET, "/api/check", checks::read);
        open(router, HttpMethod.PUT, "/api/check", checks::put);
        open(router, HttpMethod.DELETE, "/api/check", checks::remove);
        open(router, HttpMethod.POST, "/api/keys", keys::make);
        open(router, HttpMethod.GET, "/api/keys", keys::list);
        open(router, HttpMethod.DELETE, "/api/keys/:id", keys::revoke);
        Problems.handleFailures(router);
        return router;
    }

    /** A route that any instance answers, and that is for no key. */
    private static void open(Router router, HttpMethod method, String path, Handler<RoutingContext> handler) {
        open(router, method, path, null, handler);
    }

    /**
     * A route that any instance answers.
     *
     * @param scope what a key needs for it
     */
    private static void open(
            Router router, HttpMethod method, String path, KeyScope scope, Handler<RoutingContext> handler) {
        router.route(method, path).handler(Bearer.within(scope)).handler(handler);
    }

    /** A route that the room's owner answers; as above. */
    private void decided(
            Router router, HttpMethod method, String path, KeyScope scope, Handler<RoutingContext> handler) {
        router.route(method, path)
                .handler(Bearer.within(scope))
                .handler(forwarding.toOwner())
                .handler(handler);
    }

    /** A route that the instance answers that counts who is there. */
    private void counted(Router router, String path, Handler<RoutingContext> handler) {
        router.get(path)
                .handler(Bearer.within(KeyScope.MODERATE))
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
