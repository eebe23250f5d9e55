package io.danmaku.standalone.machine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for one hub, from below the range that systems hand out for outgoing connections. */
public final class FreePorts {
    private static final int FIRST = 21_000;
    private static final int LAST = 31_000;
    private static final int BLOCK = 20;

    private FreePorts() {}

    /** The options of {@code up} that move every port to a free one. */
    public static List<String> options(int edges) {
        while (true) {
            int base = ThreadLocalRandom.current().nextInt(FIRST / BLOCK, LAST / BLOCK) * BLOCK;
            List<String> options = new ArrayList<>();
            int port = base;
            for (String name :
                    List.of("room", "dm", "pulsar", "pulsar-web", "bookie", "cql", "cql-storage", "redis", "edge")) {
                options.add("--" + name + "-port=" + port++);
            }
            options.add("--more-edges-port=" + port);
            if (allFree(base, port + edges)) {
                return options;
            }
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
