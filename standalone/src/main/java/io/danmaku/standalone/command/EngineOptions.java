package io.danmaku.standalone.command;

import io.danmaku.standalone.machine.Ports;
import io.danmaku.standalone.service.EngineAddresses;
import picocli.CommandLine.Option;

/** Whose engines the services use, and where those are. */
final class EngineOptions {
    /** Who runs the engines. */
    enum Mode {
        LOCAL,
        EXTERNAL
    }

    @Option(
            names = "--engines",
            paramLabel = "local|external",
            defaultValue = "local",
            description =
                    "local: start Pulsar, Cassandra and Redis here. external: start the services alone, with the engines of "
                            + "the next five options (default: ${DEFAULT-VALUE}).")
    private Mode mode;

    @Option(
            names = "--pulsar-url",
            defaultValue = "${env:DANMAKU_PULSAR_URL:-pulsar://127.0.0.1:6650}",
            description = "Or DANMAKU_PULSAR_URL.")
    private String pulsar;

    @Option(
            names = "--pulsar-admin-url",
            defaultValue = "${env:DANMAKU_PULSAR_ADMIN_URL:-http://127.0.0.1:8085}",
            description = "Or DANMAKU_PULSAR_ADMIN_URL.")
    private String pulsarAdmin;

    @Option(
            names = "--redis-url",
            defaultValue = "${env:DANMAKU_REDIS_URL:-redis://127.0.0.1:6379}",
            description = "Or DANMAKU_REDIS_URL.")
    private String redis;

    @Option(
            names = "--cql-contact-points",
            defaultValue = "${env:DANMAKU_CQL_CONTACT_POINTS:-127.0.0.1:9042}",
            description = "Host:port, more with commas; or DANMAKU_CQL_CONTACT_POINTS.")
    private String cql;

    @Option(
            names = "--cql-datacenter",
            defaultValue = "${env:DANMAKU_CQL_DATACENTER:-datacenter1}",
            description = "Or DANMAKU_CQL_DATACENTER.")
    private String datacenter;

    boolean local() {
        return mode == Mode.LOCAL;
    }

    EngineAddresses addresses(Ports ports) {
        return local()
                ? EngineAddresses.local(ports)
                : new EngineAddresses(pulsar, pulsarAdmin, redis, cql, datacenter);
    }
}
