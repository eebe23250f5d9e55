package io.danmaku.bench.fanout;

import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.machine.Jdk;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A hub of a test's own: {@code danmaku up} as a child, on free ports, which ends with the test's JVM. */
final class OwnHub implements AutoCloseable {
    private static final long READY_NS_MAX = TimeUnit.SECONDS.toNanos(150);
    private static final long STOP_S_MAX = 50;
    private static final List<String> PORTS = List.of(
            "edge", "more-edges", "room", "dm", "pulsar", "pulsar-web", "bookie", "cql", "cql-storage", "redis");
    // below the range that systems hand out for outgoing connections, above the one that standalone's tests take
    private static final int FIRST_PORT = 31_000;
    private static final int LAST_PORT = 32_700;

    private final Path data;
    private final Path output;
    private final Process process;

    private OwnHub(Path data, Path output, Process process) {
        this.data = data;
        this.output = output;
        this.process = process;
    }

    /** Starts one with two edges, and waits until it is ready. */
    static OwnHub start(Path data) throws IOException {
        Path target = Home.find().root().resolve("standalone/target");
        List<String> command =
                new ArrayList<>(Jdk.command("-Ddanmaku.home=" + Home.find().root()));
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-cp",
                target.resolve("danmaku-standalone.jar") + ":" + target.resolve("lib") + "/*",
                "io.danmaku.standalone.Danmaku",
                "up",
                "--stop-with-stdin",
                "--edges=2",
                "--data=" + data));
        int port = freePorts();
        for (String name : PORTS) {
            command.add("--" + name + "-port=" + port++);
        }
        Path output = data.resolveSibling(data.getFileName() + ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DANMAKU_"));
        Jdk.forShortLives(builder.environment());
        OwnHub hub = new OwnHub(data, output, builder.start());
        try {
            hub.awaitReady();
        } catch (IOException | RuntimeException | Error failed) {
            hub.close();
            throw failed;
        }
        return hub;
    }

    private void awaitReady() throws IOException {
        long endNs = System.nanoTime() + READY_NS_MAX;
        while (!UpFile.running(new DataFolder(data))
                .filter(up -> up.state() == UpRecord.State.READY)
                .isPresent()) {
            if (!process.isAlive() || System.nanoTime() > endNs) {
                throw new AssertionError("no hub:\n" + Files.readString(output));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    private static int freePorts() {
        while (true) {
            int first = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT - PORTS.size());
            if (allFree(first)) {
                return first;
            }
        }
    }

    private static boolean allFree(int first) {
        for (int port = first; port < first + PORTS.size(); port++) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(port));
            } catch (IOException busy) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        process.toHandle().destroy();
        try {
            if (!process.waitFor(STOP_S_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException cut) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
