package io.danmaku.standalone.room;

import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.hub.Up;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Another room-service process on the shared hub's Pulsar. */
final class SecondInstance implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(60);

    private final URI address;
    private final Process process;

    private SecondInstance(URI address, Process process) {
        this.address = address;
        this.process = process;
    }

    /** @param pulsarUrl which way it goes to the broker */
    static SecondInstance start(TestHub hub, String pulsarUrl) throws IOException {
        int port = freePort();
        Path target = Home.find().root().resolve("standalone/target");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        target.resolve("danmaku-standalone.jar") + ":" + target.resolve("lib") + "/*",
                        "io.danmaku.room.RoomServiceNode"))
                .redirectErrorStream(true)
                .redirectOutput(target.resolve("it/second-room-service-" + port + ".out")
                        .toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DANMAKU_"));
        builder.environment()
                .putAll(Map.of(
                        "DANMAKU_ROOM_PORT", Integer.toString(port),
                        "DANMAKU_PULSAR_URL", pulsarUrl,
                        "DANMAKU_PULSAR_ADMIN_URL", hub.address("pulsarAdmin"),
                        "DANMAKU_TOKEN_SECRET",
                                Secret.find(new DataFolder(Up.data("shared", false)))
                                        .orElseThrow()));
        return new SecondInstance(URI.create("http://127.0.0.1:" + port), builder.start());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    URI address() {
        return address;
    }

    SecondInstance awaitReady() {
        RoomHttp http = new RoomHttp(address, null);
        Eventually.await(
                READY_MAX,
                "the second room-service is ready",
                () -> http.get("/readyz").status() == 200);
        return this;
    }

    /** Ends it in order. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("room-service did not stop");
            }
        } catch (InterruptedException cut) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
