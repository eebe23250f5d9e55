package io.danmaku.standalone.service;

import io.danmaku.standalone.machine.Ports;
import java.util.Map;

/** Where the services find the engines. */
public record EngineAddresses(
        String pulsarUrl, String pulsarAdminUrl, String redisUrl, String cqlContactPoints, String cqlDatacenter) {

    /** Of engines that this launcher starts. */
    public static EngineAddresses local(Ports ports) {
        return new EngineAddresses(
                "pulsar://127.0.0.1:" + ports.pulsar(),
                "http://127.0.0.1:" + ports.pulsarWeb(),
                "redis://127.0.0.1:" + ports.redis(),
                "127.0.0.1:" + ports.cql(),
                "datacenter1");
    }

    Map<String, String> environment() {
        return Map.of(
                "DANMAKU_PULSAR_URL", pulsarUrl,
                "DANMAKU_PULSAR_ADMIN_URL", pulsarAdminUrl,
                "DANMAKU_REDIS_URL", redisUrl,
                "DANMAKU_CQL_CONTACT_POINTS", cqlContactPoints,
                "DANMAKU_CQL_DATACENTER", cqlDatacenter);
    }
}
