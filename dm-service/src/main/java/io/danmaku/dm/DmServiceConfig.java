package io.danmaku.dm;

import io.danmaku.dm.api.AbuseConfig;
import io.danmaku.dm.api.ApiBounds;
import io.danmaku.dm.delivery.DeliveryConfig;
import io.danmaku.dm.inbound.InboundConfig;
import io.danmaku.dm.job.JobsConfig;
import io.danmaku.dm.store.CqlConfig;
import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import io.danmaku.node.pulsar.PulsarConfig;
import io.danmaku.node.token.TokenConfig;

/** What {@code config/dm-service.conf} says, read and checked once; the meaning of each key stands there. */
public record DmServiceConfig(
        String host,
        int port,
        int bodyBytesMax,
        int idleTimeoutMs,
        ApiBounds api,
        AbuseConfig abuse,
        TokenConfig token,
        PulsarConfig pulsar,
        String redisUrl,
        CqlConfig cql,
        InboundConfig inbound,
        DeliveryConfig delivery,
        JobsConfig jobs,
        int contactsRowsMax,
        String traceEndpoint,
        int tracePercent,
        long startWithinMs,
        long drainWithinMs) {

    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 60 * MINUTE_MS;

    /** @throws ConfigurationException naming the key that is wrong */
    public static DmServiceConfig read(Settings s) {
        DmServiceConfig config = new DmServiceConfig(
                s.nonEmpty("http.host"),
                s.integer("http.port", 1, 65_535),
                (int) s.bytes("http.bodyMax", 1 << 10, 1 << 20),
                (int) s.millis("http.idleTimeout", 1_000, HOUR_MS),
                ApiBounds.read(s),
                AbuseConfig.read(s),
                TokenConfig.read(s, "token.secret"),
                PulsarConfig.read(s),
                s.nonEmpty("redis.url"),
                CqlConfig.read(s),
                InboundConfig.read(s),
                DeliveryConfig.read(s),
                JobsConfig.read(s),
                s.integer("contacts.rowsMax", 1, 1_000_000),
                s.text("trace.endpoint"),
                s.integer("trace.percent", 0, 100),
                s.millis("startWithin", 1_000, HOUR_MS),
                s.millis("drainWithin", 0, MINUTE_MS));
        s.finish();
        return config;
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return "DmServiceConfig[" + host + ":" + port + "]";
    }
}
