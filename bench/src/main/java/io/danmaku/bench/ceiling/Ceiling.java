package io.danmaku.bench.ceiling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.bench.machine.ChildLines;
import io.danmaku.bench.machine.Sleep;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * The bare loop: one direct buffer, written to one connection after the other at fixed times, one {@code write(2)} each. Told in lines of JSON:
 * {@code accept} so many connections, {@code write} so much; it ends with its standard input. One thread.
 */
public final class Ceiling {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double NS_PER_S = 1e9;
    private static final int BACKLOG = 1024;

    private final ServerSocketChannel server;
    private final List<SocketChannel> connections = new ArrayList<>();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    private Ceiling(ServerSocketChannel server) {
        this.server = server;
    }

    /**
     * What to write.
     *
     * @param bytes of each write
     * @param groups connections are written to in so many parts, as an edge writes to one room after the other
     * @param perSecond writes a second to each connection
     */
    private record Work(int bytes, int groups, double perSecond, double seconds) {
        static Work of(JsonNode command, String seconds) {
            return new Work(
                    command.path("bytes").asInt(),
                    command.path("groups").asInt(),
                    command.path("perSecond").asDouble(),
                    command.path(seconds).asDouble());
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        ChildLines parent = new ChildLines();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
            Ceiling ceiling = new Ceiling(server);
            parent.say(
                    "ready",
                    JSON.createObjectNode().put("port", ((InetSocketAddress) server.getLocalAddress()).getPort()));
            parent.follow(command -> ceiling.carryOut(command, parent));
        }
    }

    private void carryOut(JsonNode command, ChildLines parent) throws IOException {
        switch (command.path("do").asText()) {
            case "accept" -> {
                accept(command.path("connections").asInt());
                parent.say("accepted", JSON.createObjectNode());
            }
            case "write" -> {
                write(Work.of(command, "warmUpSeconds")); // compiled by then
                parent.say("written", write(Work.of(command, "seconds")));
            }
            default -> throw new IllegalArgumentException("what is " + command + "?");
        }
    }

    private void accept(int count) throws IOException {
        while (connections.size() < count) {
            SocketChannel connection = server.accept();
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connection.configureBlocking(false);
            connections.add(connection);
        }
    }

    private ObjectNode write(Work work) throws IOException {
        ByteBuffer frame = ByteBuffer.allocateDirect(work.bytes);
        long turns = (long) (work.seconds * work.perSecond * work.groups);
        long writes = 0;
        long bytes = 0;
        long partial = 0;
        long startNs = System.nanoTime();
        long startCpuNs = threads.getCurrentThreadCpuTime();
        for (long turn = 0; turn < turns; turn++) {
            long dueNs = startNs + (long) (turn / (work.perSecond * work.groups) * NS_PER_S);
            Sleep.until(dueNs);
            for (int i = (int) (turn % work.groups); i < connections.size(); i += work.groups) {
                frame.clear();
                bytes += connections.get(i).write(frame);
                writes++;
                // a full socket loses the rest: there is nothing in it to be understood
                partial += frame.hasRemaining() ? 1 : 0;
            }
        }
        double cpuS = (threads.getCurrentThreadCpuTime() - startCpuNs) / NS_PER_S;
        return JSON.createObjectNode()
                .put("writes", writes)
                .put("bytes", bytes)
                .put("partial", partial)
                .put("seconds", (System.nanoTime() - startNs) / NS_PER_S)
                .put("cpuS", cpuS);
    }
}
