package io.danmaku.bench.peers;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A peer as a child process on loopback. It is ended when this is closed, and with this process at the latest. */
final class PeerServer implements AutoCloseable {
    private static final long START_MS_MAX = 30_000;
    private static final int LOOK_EVERY_MS = 50;
    private static final long END_S_MAX = 5;

    private final String name;
    private final Process process;
    private final Path log;
    private final Thread atExit = new Thread(this::end, "end of a peer");

    /** @param folder for its log; it works there */
    PeerServer(String name, Path folder, List<String> command, Map<String, String> environment) throws IOException {
        this.name = name;
        Files.createDirectories(folder);
        log = folder.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(new File(log.toString()));
        builder.environment().putAll(environment);
        process = builder.start();
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** A port of loopback that nobody has just now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket.getLocalPort();
        }
    }

    /** Waits until it takes connections. */
    void awaitPort(int port) throws IOException, InterruptedException {
        long endMs = System.currentTimeMillis() + START_MS_MAX;
        while (true) {
            if (process.waitFor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)) {
                throw new IOException(name + " ended at its start: " + lastLine());
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), LOOK_EVERY_MS);
                return;
            } catch (IOException notYet) {
                if (System.currentTimeMillis() > endMs) {
                    throw new IOException(name + " does not listen: " + lastLine(), notYet);
                }
            }
        }
    }

    private String lastLine() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    }

    /** It and its workers. */
    List<Long> processes() {
        List<Long> all = new ArrayList<>();
        all.add(process.pid());
        process.descendants().forEach(child -> all.add(child.pid()));
        return all;
    }

    private void end() {
        List<ProcessHandle> workers = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(END_S_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException cut) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        workers.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        end();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
