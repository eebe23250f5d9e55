package io.danmaku.room;

import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import io.danmaku.node.config.TenantQuotas;
import io.danmaku.node.http.RequestRates;
import io.danmaku.node.pulsar.PulsarConfig;
import io.danmaku.node.token.TokenConfig;
import io.danmaku.room.membership.MembershipBounds;
import io.danmaku.room.room.EventBounds;
import io.danmaku.room.room.RoomBounds;
import io.danmaku.room.room.StateBounds;
import io.danmaku.room.webhook.HookBounds;
import java.net.URI;

/**
 * What {@code config/room-service.conf} says, read and checked once; the meaning of each key stands there.
 *
 * @param advertisedUrl without a slash at its end, never empty
 */
public record RoomServiceConfig(
        String host,
        int port,
        String advertisedUrl,
        TrustedProxies trustedProxies,
        int bodyBytesMax,
        RequestRates.Allowance requests,
        int idleTimeoutMs,
        long forwardTimeoutMs,
        long forwardReadTimeoutMs,
        PulsarConfig pulsar,
        long pulsarStartWithinMs,
        TokenConfig token,
        String redisUrl,
        RoomBounds rooms,
        long sweepIntervalMs,
        StateBounds state,
        EventBounds events,
        MembershipBounds membership,
        int auditReads,
        HookBounds webhooks,
        String traceEndpoint,
        int tracePercent) {

    private static final int BURST_SECONDS = 5;
    private static final long MINUTE_MS = 60_000;
    /** An instance that stands still for {@link io.danmaku.room.room.Standstill#LONGEST_MS} says nothing any more; none is replaced sooner. */
    private static final long WATCH_INTERVAL_MS_MIN = 1_000;

    private static final long HOUR_MS = 60 * MINUTE_MS;
    private static final long YEAR_MS = 365 * 24 * HOUR_MS;

    public RoomServiceConfig {
        if (forwardTimeoutMs <= 3 * state.writeTimeoutMs()) {
            throw new ConfigurationException("http.forwardTimeout", "is longer than three state.writeTimeout");
        }
        if (forwardReadTimeoutMs > forwardTimeoutMs) {
            throw new ConfigurationException("http.forwardReadTimeout", "is at most http.forwardTimeout");
        }
        if (webhooks.backoffMinMs() > webhooks.backoffMaxMs()) {
            throw new ConfigurationException("webhooks.backoffMin", "is at most webhooks.backoffMax");
        }
        if (webhooks.perWebhookMax() > webhooks.atOnceMax()) {
            throw new ConfigurationException("webhooks.atOncePerWebhook", "is at most webhooks.atOnce");
        }
        if (rooms.quotas().each().rooms() > rooms.allTenantsMax()) {
            throw new ConfigurationException("rooms.perTenantMax", "is at most rooms.allTenantsMax");
        }
    }

    /** @throws ConfigurationException naming the key that is wrong */
    public static RoomServiceConfig read(Settings s) {
        int port = s.integer("http.port", 1, 65_535);
        RoomServiceConfig config = new RoomServiceConfig(
                s.nonEmpty("http.host"),
                port,
                url(s.text("http.advertisedUrl"), port),
                proxies(s),
                (int) s.bytes("http.bodyMax", 1 << 10, 1 << 20),
                new RequestRates.Allowance(
                        s.integer("http.requestsPerSecond", 1, 100_000),
                        s.integer("http.backendPerSecond", 1, 100_000),
                        BURST_SECONDS,
                        s.integer("http.usersMax", 1, 10_000_000)),
                (int) s.millis("http.idleTimeout", 1_000, HOUR_MS),
                s.millis("http.forwardTimeout", 1_000, 5 * MINUTE_MS),
                s.millis("http.forwardReadTimeout", 100, 5 * MINUTE_MS),
                PulsarConfig.read(s),
                s.millis("pulsar.startWithin", 0, HOUR_MS),
                TokenConfig.read(s, "token.secret"),
                s.nonEmpty("redis.url"),
                new RoomBounds(
                        TenantQuotas.read(
                                s,
                                new TenantQuotas.Quota(
                                        0,
                                        0,
                                        s.integer("rooms.perTenantMax", 1, 1_000_000),
                                        s.integer("rooms.sanctionsPerTenantMax", 1, 100_000_000),
                                        s.integer("rooms.wordsPerTenantMax", 1, 100_000_000))),
                        s.integer("rooms.allTenantsMax", 1, 1_000_000),
                        s.millis("rooms.closedKept", 1_000, YEAR_MS),
                        s.integer("rooms.sanctionsPerRoomMax", 1, 100_000),
                        s.integer("rooms.rolesPerRoomMax", 1, 100_000),
                        s.integer("rooms.deletionsPerRoomMax", 1, 100_000),
                        s.integer("rooms.postedPerRoomMax", 1, 1_000_000),
                        s.millis("rooms.postedKept", 2 * MINUTE_MS, YEAR_MS)),
                s.millis("rooms.sweepInterval", 100, HOUR_MS),
                new StateBounds(
                        s.integer("state.queueMax", 1, 10_000),
                        s.millis("state.writeTimeout", 500, MINUTE_MS),
                        s.millis("state.claimTimeout", 1_000, HOUR_MS),
                        s.millis("state.watchInterval", WATCH_INTERVAL_MS_MIN, MINUTE_MS),
                        s.millis("state.retryInterval", 100, HOUR_MS)),
                new EventBounds(
                        s.integer("events.openLogsMax", 1, 10_000),
                        s.integer("events.waitingPerRoomMax", 1, 10_000),
                        s.millis("events.appendTimeout", 100, MINUTE_MS)),
                new MembershipBounds(
                        s.integer("membership.edgesMax", 1, 100_000),
                        s.integer("membership.usersMax", 1, 100_000_000),
                        s.integer("membership.roomUsersMax", 1_000, 10_000_000),
                        s.millis("membership.statsInterval", 100, MINUTE_MS),
                        s.millis("membership.forgetAfter", 1_000, YEAR_MS),
                        s.millis("membership.reconnectGrace", 0, HOUR_MS)),
                s.integer("audit.reads", 1, 1_000),
                new HookBounds(
                        s.integer("webhooks.tries", 2, 1_000),
                        s.millis("webhooks.backoffMin", 100, HOUR_MS),
                        s.millis("webhooks.backoffMax", 100, 24 * HOUR_MS),
                        s.millis("webhooks.timeout", 100, MINUTE_MS),
                        s.integer("webhooks.atOnce", 1, 10_000),
                        s.integer("webhooks.atOncePerWebhook", 1, 1_000)),
                s.text("trace.endpoint"),
                s.integer("trace.percent", 0, 100));
        s.finish();
        return config;
    }

    private static TrustedProxies proxies(Settings s) {
        try {
            return TrustedProxies.parse(s.text("http.trustedProxies"));
        } catch (IllegalArgumentException bad) {
            throw new ConfigurationException("http.trustedProxies", bad.getMessage());
        }
    }

    private static String url(String configured, int port) {
        if (configured.isBlank()) {
            return "http://127.0.0.1:" + port;
        }
        try {
            URI uri = URI.create(configured.trim());
            if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
                throw new ConfigurationException("http.advertisedUrl", "is http://host:port");
            }
        } catch (IllegalArgumentException notUri) {
            throw new ConfigurationException("http.advertisedUrl", "is http://host:port");
        }
        return configured.trim().replaceAll("/+$", "");
    }
}
