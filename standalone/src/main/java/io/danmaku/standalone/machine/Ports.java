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
import java.util.stream.IntStream;

/**
 * The ports of one hub.
 *
 * @param edges one for each edge
 * @param dms one for each dm-service
 * @param bookie Pulsar's storage
 * @param cqlStorage Cassandra's port between nodes
 */
public record Ports(
        List<Integer> edges,
        int room,
        List<Integer> dms,
        int pulsar,
        int pulsarWeb,
        int bookie,
        int cql,
        int cqlStorage,
        int redis) {
    private static final int PORT_MAX = 65_535;
    private static final String DM_SERVICE = "dm-service";

    public Ports {
        edges = List.copyOf(edges);
        dms = List.copyOf(dms);
    }

    public Ports withBookie(int port) {
        return new Ports(edges, room, dms, pulsar, pulsarWeb, port, cql, cqlStorage, redis);
    }

    /** The first one's port, then as many further ones as are wanted, from {@code further} on, past ports that others have. They may come to numbers that are no port, see {@link #problems}. */
    public static List<Integer> several(int count, int first, int further, List<Integer> taken) {
        List<Integer> all = new ArrayList<>();
        all.add(first);
        for (int port = further; all.size() < count; port++) {
            if (port != first && !taken.contains(port)) {
                all.add(port);
            }
        }
        return all;
    }

    /** Ports of the services by the option that moves them. */
    public Map<String, List<Integer>> services() {
        return services(List.of());
    }

    /** The same without the services of these names, which others run: theirs may be busy. */
    public Map<String, List<Integer>> services(Collection<String> without) {
        Map<String, List<Integer>> byOption = new LinkedHashMap<>();
        put(byOption, edgeNames(), edges, without, "--edge-port", "--more-edges-port");
        if (!without.contains("room-service")) {
            byOption.put("--room-port", List.of(room));
        }
        put(byOption, dmNames(), dms, without, "--dm-port", "--more-dm-port");
        return byOption;
    }

    private static void put(
            Map<String, List<Integer>> byOption,
            List<String> names,
            List<Integer> ports,
            Collection<String> without,
            String first,
            String further) {
        for (int i = 0; i < ports.size(); i++) {
            if (!without.contains(names.get(i))) {
                byOption.computeIfAbsent(i == 0 ? first : further, option -> new ArrayList<>())
                        .add(ports.get(i));
            }
        }
    }

    /** What the edges are called, in their order. */
    public List<String> edgeNames() {
        return names("edge-1", "edge", edges);
    }

    /** What the dm-services are called, in their order: one alone has no number. */
    public List<String> dmNames() {
        return names(DM_SERVICE, DM_SERVICE, dms);
    }

    private static List<String> names(String alone, String numbered, List<Integer> ports) {
        return ports.size() == 1
                ? List.of(alone)
                : IntStream.rangeClosed(1, ports.size())
                        .mapToObj(number -> numbered + "-" + number)
                        .toList();
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
