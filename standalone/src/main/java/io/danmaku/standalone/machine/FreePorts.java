package io.danmaku.standalone.machine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for one hub, from below the range that systems hand out for outgoing connections. */
public final class FreePorts {
    private static final int FIRST = 21_000;
    private static final int LAST = 31_000;
    private static final int BLOCK = 20;

    /**
     * The last port of each block that was given out, held until this process ends: another process that looks for ports before the
     * hub listens on these goes elsewhere.
     */
    private static final Queue<ServerSocket> CLAIMS = new ConcurrentLinkedQueue<>();

    private FreePorts() {}

    /**
     * The options of {@code up} that move every port to a free one, which no other process is told until this one ends.
     *
     * @param edges of the hub, 1..9
     */
    public static List<String> options(int edges) {
        return options(edges, 1);
    }

    /**
     * The same of a hub with several dm-services.
     *
     * @param edges and {@code dmServices}: each at least 1, at most 10 together
     */
    public static List<String> options(int edges, int dmServices) {
        while (true) {
            int base = ThreadLocalRandom.current().nextInt(FIRST / BLOCK, LAST / BLOCK) * BLOCK;
            List<String> options = new ArrayList<>();
            int port = base;
            for (String name :
                    List.of("room", "dm", "pulsar", "pulsar-web", "bookie", "cql", "cql-storage", "redis", "edge")) {
                options.add("--" + name + "-port=" + port++);
            }
            options.add("--more-edges-port=" + port);
            port += edges - 1;
            options.add("--more-dm-port=" + port);
            port += dmServices - 1;
            if (claim(base + BLOCK - 1) && allFree(base, port)) {
                return options;
            }
        }
    }

    private static boolean claim(int port) {
        try {
            CLAIMS.add(new ServerSocket(port, 1, null));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static boolean allFree(int from, int to) {
        for (int port = from; port < to; port++) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(port));
            } catch (IOException busy) {
                return false;
            }
        }
        return true;
    }
}
