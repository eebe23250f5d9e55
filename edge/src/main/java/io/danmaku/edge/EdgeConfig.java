package io.danmaku.edge;

import io.danmaku.edge.connection.ConnectionLimits;
import io.danmaku.edge.overload.Admission;
import io.danmaku.edge.overload.OverloadLimits;
import io.danmaku.edge.roomlog.OpenRooms;
import io.danmaku.edge.service.Instances;
import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import io.danmaku.node.config.TenantQuotas;
import io.danmaku.node.pulsar.PulsarConfig;
import io.danmaku.node.token.TokenConfig;
import java.net.URI;
import java.util.List;

/** The settings of an edge, from {@code config/edge.conf}, where each is explained. */
record EdgeConfig(
        String host,
        int port,
        int eventLoops,
        String transport,
        int ringEntries,
        TokenConfig token,
        PulsarConfig pulsar,
        String redisUrl,
        List<URI> roomService,
        List<URI> dmService,
        int directBacklogMax,
        ConnectionLimits connection,
        TrustedProxies trustedProxies,
        boolean compression,
        int sendBufferBytes,
        Admission.Limits admission,
        OverloadLimits overload,
        OpenRooms.Limits rooms,
        TenantQuotas quotas,
        int newPeersPerHour,
        int historyReads,
        int ringSlots,
        long frameIntervalMs,
        long frameIntervalMsMax,
        int busyPerSecond,
        int batchBytesMax,
        long startMs,
        long drainMs,
        String otlpEndpoint,
        double traceRatio) {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    static EdgeConfig read(Settings s) {
        int cores = Runtime.getRuntime().availableProcessors();
        int loops = s.integer("eventLoops", 0, 64);
        loops = loops == 0 ? Math.min(64, cores) : loops;
        ConnectionLimits connection = new ConnectionLimits(
                s.integer("connection.max", 1, 10_000_000),
                (int) s.bytes("connection.frameMax", KIB, MIB),
                s.integer("connection.roomsMax", 1, 1_000),
                s.integer("connection.commandsPerSecond", 1, 100_000),
                s.integer("connection.sendsPerSecond", 1, 100_000),
                s.integer("connection.moderatorPerSecond", 1, 100_000),
                s.flag("connection.guests"),
                s.millis("connection.authenticateWithin", 100, 600_000),
                s.millis("connection.idleMax", 1_000, 86_400_000),
                s.millis("connection.slowMax", 1_000, 86_400_000),
                s.millis("connection.resultWithin", 100, 60_000),
                s.integer("connection.reconnectPerSecond", 1, 1_000_000));
        OpenRooms.Limits rooms = new OpenRooms.Limits(
                s.integer("room.max", 1, 1_000_000),
                s.millis("room.linger", 0, 86_400_000),
                powerOfTwo("room.tailBatches", s.integer("room.tailBatches", 2, 1 << 20)),
                s.bytes("room.tailMax", 64 * KIB, 1L << 32),
                s.integer("room.pageReaders", 1, 64),
                s.integer("room.pageReadsWaiting", 1, 10_000),
                s.bytes("room.pagesMax", MIB, 1L << 34),
                loops);
        EdgeConfig config = new EdgeConfig(
                s.nonEmpty("host"),
                s.integer("port", 0, 65_535),
                loops,
                s.nonEmpty("transport.kind"),
                powerOfTwo("transport.ringEntries", s.integer("transport.ringEntries", 128, 32_768)),
                TokenConfig.read(s, "tokenSecret"),
                PulsarConfig.read(s),
                s.nonEmpty("redis.url"),
                Instances.read(s, "roomService.url"),
                Instances.read(s, "dmService.url"),
                s.integer("dmService.backlogMax", 1, 10_000_000),
                connection,
                trustedProxies("connection.trustedProxies", s),
                s.flag("connection.compression"),
                (int) s.bytes("connection.sendBuffer", 16 * KIB, 16 * MIB),
                new Admission.Limits(
                        s.integer("connection.acceptPerSecond", 0, 1_000_000),
                        s.integer("connection.memoryPercentMax", 1, 100)),
                OverloadLimits.read(s),
                rooms,
                TenantQuotas.read(
                        s,
                        new TenantQuotas.Quota(
                                s.integer("quota.viewers", 0, 999_999_999),
                                s.integer("quota.messagesPerSecond", 0, 999_999_999),
                                0)),
                s.integer("direct.newPeersPerHour", 0, 10_000),
                s.integer("room.historyReads", 1, 1_000),
                powerOfTwo("broadcast.ringSlots", s.integer("broadcast.ringSlots", 64, 1 << 22)),
                s.millis("broadcast.frameInterval", 1, 1_000),
                s.millis("broadcast.frameIntervalMax", 1, 10_000),
                s.integer("broadcast.busyPerSecond", 0, 1_000_000),
                (int) s.bytes("broadcast.batchMax", KIB, 4 * MIB),
                s.millis("startWithin", 1_000, 3_600_000),
                s.millis("drainWithin", 0, 600_000),
                s.text("otlp.endpoint"),
                s.integer("otlp.sampledPercent", 0, 100) / 100.0);
        s.finish();
        if (config.batchBytesMax > config.rooms.tailBytes()) {
            throw new ConfigurationException("broadcast.batchMax", "is at most room.tailMax");
        }
        if (config.frameIntervalMsMax < config.frameIntervalMs) {
            throw new ConfigurationException("broadcast.frameIntervalMax", "is at least broadcast.frameInterval");
        }
        return config;
    }

    private static TrustedProxies trustedProxies(String key, Settings s) {
        try {
            return TrustedProxies.parse(s.text(key));
        } catch (IllegalArgumentException bad) {
            throw new ConfigurationException(key, bad.getMessage());
        }
    }

    private static int powerOfTwo(String key, int value) {
        if (Integer.bitCount(value) != 1) {
            throw new ConfigurationException(key, "is a power of two, not " + value);
        }
        return value;
    }
}
