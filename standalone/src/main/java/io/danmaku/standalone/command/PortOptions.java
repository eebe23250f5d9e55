package io.danmaku.standalone.command;

import io.danmaku.standalone.machine.Ports;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** One option for every port of the hub. */
final class PortOptions {
    @Option(names = "--edge-port", defaultValue = "8080", description = "First edge (default: ${DEFAULT-VALUE}).")
    private int edge;

    @Option(
            names = "--more-edges-port",
            defaultValue = "8083",
            description = "Second edge; further ones follow, past other parts' ports (default: ${DEFAULT-VALUE}).")
    private int moreEdges;

    @Option(names = "--room-port", defaultValue = "8081", description = "room-service (default: ${DEFAULT-VALUE}).")
    private int room;

    @Option(names = "--dm-port", defaultValue = "8082", description = "dm-service (default: ${DEFAULT-VALUE}).")
    private int dm;

    @Option(
            names = "--more-dm-port",
            defaultValue = "8182",
            description =
                    "Second dm-service; further ones follow, past other parts' ports (default: ${DEFAULT-VALUE}).")
    private int moreDms;

    @Option(names = "--pulsar-port", defaultValue = "6650", description = "Pulsar (default: ${DEFAULT-VALUE}).")
    private int pulsar;

    @Option(
            names = "--pulsar-web-port",
            defaultValue = "8085",
            description = "Pulsar's admin API (default: ${DEFAULT-VALUE}).")
    private int pulsarWeb;

    @Option(
            names = "--bookie-port",
            defaultValue = "3181",
            description = "Pulsar's storage; data keeps the port it was made with (default: ${DEFAULT-VALUE}).")
    private int bookie;

    @Option(names = "--cql-port", defaultValue = "9042", description = "Cassandra (default: ${DEFAULT-VALUE}).")
    private int cql;

    @Option(
            names = "--cql-storage-port",
            defaultValue = "7000",
            description = "Cassandra's port between nodes (default: ${DEFAULT-VALUE}).")
    private int cqlStorage;

    @Option(names = "--redis-port", defaultValue = "6379", description = "Redis (default: ${DEFAULT-VALUE}).")
    private int redis;

    Ports ports(int edges, int dmServices) {
        List<Integer> others =
                new ArrayList<>(List.of(edge, room, dm, pulsar, pulsarWeb, bookie, cql, cqlStorage, redis));
        List<Integer> dms = Ports.several(dmServices, dm, moreDms, others);
        others.addAll(dms);
        return new Ports(
                Ports.several(edges, edge, moreEdges, others),
                room,
                dms,
                pulsar,
                pulsarWeb,
                bookie,
                cql,
                cqlStorage,
                redis);
    }
}
