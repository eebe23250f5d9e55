package io.danmaku.standalone.machine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ports of one hub.
 *
 * @param edges one for each edge
 * @param bookie Pulsar's storage
 * @param cqlStorage Cassandra's port between nodes
 */
public record Ports(
        List<Integer> edges,
        int room,
        int dm,
        int pulsar,
        int pulsarWeb,
        int bookie,
        int cql,
        int cqlStorage,
        int redis) {
    private static final int PORT_MAX = 65_535;

    public Ports {
        edges = List.copyOf(edges);
    }

    public Ports withBookie(int port) {
        return new Ports(edges, room, dm, pulsar, pulsarWeb, port, cql, cqlStorage, redis);
    }

    /** The first edge's port, then as many further ones as are wanted, from {@code further} on, past ports that others have. */
    public static List<Integer> edges(int count, int first, int further, List<Integer> taken) {
        List<Integer> edges = new ArrayList<>();
        edges.add(first);
        for (int port = further; edges.size() < count && port <= PORT_MAX; port++) {
            if (port != first && !taken.contains(port)) {
                edges.add(port);
            }
        }
        return edges;
    }

    /** Ports of the services by the option that moves them. */
    public Map<String, List<Integer>> services() {
        return services(List.of());
    }

    /** The same without the services of these names, which others run: theirs may be busy. */
    public Map<String, List<Integer>> services(Collection<String> without) {
        Map<String, List<Integer>> byOption = new LinkedHashMap<>();
        for (int i = 0; i < edges.size(); i++) {
            if (!without.contains("edge-" + (i + 1))) {
                byOption.computeIfAbsent(i == 0 ? "--edge-port" : "--more-edges-port", option -> new ArrayList<>())
                        .add(edges.get(i));
            }
        }
        if (!without.contains("room-service")) {
            byOption.put("--room-port", List.of(room));
        }
        if (!without.contains("dm-service")) {
            byOption.put("--dm-port", List.of(dm));
        }
        return byOption;
    }

    /** Ports of the engines by the option that moves them. */
    public Map<String, List<Integer>> engines() {
        Map<String, List<Integer>> byOption = new LinkedHashMap<>();
        byOption.put("--pulsar-port", List.of(pulsar));
        byOption.put("--pulsar-web-port", List.of(pulsarWeb));
        byOption.put("--bookie-port", List.of(bookie));
        byOption.put("--cql-port", List.of(cql));
        byOption.put("--cql-storage-port", List.of(cqlStorage));
        byOption.put("--redis-port", List.of(redis));
        return byOption;
    }

    /** One sentence for each port that cannot be used, because it is busy, out of range or asked for twice. */
    public static List<String> problems(Map<String, List<Integer>> byOption) {
        List<String> problems = new ArrayList<>();
        Map<Integer, String> seen = new TreeMap<>();
        byOption.forEach((option, ports) -> ports.forEach(port -> {
            String other = seen.putIfAbsent(port, option);
            if (port < 1 || port > PORT_MAX) {
                problems.add(option + ": " + port + " is no port");
            } else if (other != null) {
                problems.add("port " + port + " is asked for by both " + other + " and " + option);
            } else if (isBusy(port)) {
                problems.add("port " + port + " is busy; stop what listens there, or choose another with " + option);
            }
        }));
        return problems;
    }

    static boolean isBusy(int port) {
        return !canBind(InetAddress.getLoopbackAddress(), port) || !canBind(null, port);
    }

    private static boolean canBind(InetAddress address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // connections of an earlier run that linger in TIME_WAIT are no reason to refuse
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
            return true;
        } catch (IOException busy) {
            return false;
        }
    }
}
