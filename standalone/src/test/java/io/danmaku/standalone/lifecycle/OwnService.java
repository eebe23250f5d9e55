package io.danmaku.standalone.lifecycle;

import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.hub.Up;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One more process of a service on a hub's engines, started and stopped without a launcher, as a server's init system does it. */
final class OwnService implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(90);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** What can be started. */
    enum Kind {
        EDGE("io.danmaku.edge.EdgeNode", "DANMAKU_EDGE_PORT"),
        ROOM_SERVICE("io.danmaku.room.RoomServiceNode", "DANMAKU_ROOM_PORT"),
        DM_SERVICE("io.danmaku.dm.DmServiceNode", "DANMAKU_DM_PORT");

        private final String main;
        private final String portVariable;

        Kind(String main, String portVariable) {
            this.main = main;
            this.portVariable = portVariable;
        }
    }

    private final Process process;
    private final URI address;
    private final Path output;

    private OwnService(Process process, URI address, Path output) {
        this.process = process;
        this.address = address;
        this.output = output;
    }

    /** @param environment beside the addresses and the secret of the hub */
    static OwnService start(TestHub hub, Kind kind, Map<String, String> environment) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path folder = Up.data("own-" + kind.name(), true);
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx160m",
                "-cp",
                Home.find().libraries() + "/*",
                kind.main));
        Path output = folder.resolve("out");
        builder.redirectOutput(output.toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DANMAKU_"));
        builder.environment()
                .putAll(Map.of(
                        kind.portVariable,
                        Integer.toString(port),
                        "DANMAKU_PULSAR_URL",
                        hub.address("pulsar"),
                        "DANMAKU_PULSAR_ADMIN_URL",
                        hub.address("pulsarAdmin"),
                        "DANMAKU_REDIS_URL",
                        hub.address("redis"),
                        "DANMAKU_CQL_CONTACT_POINTS",
                        hub.address("cql"),
                        "DANMAKU_CQL_DATACENTER",
                        hub.address("cqlDatacenter"),
                        "DANMAKU_ROOM_SERVICE_URL",
                        hub.roomService().toString(),
                        "DANMAKU_DM_SERVICE_URL",
                        hub.dmService().toString(),
                        Secret.VARIABLE,
                        Secret.find(new DataFolder(hub.data())).orElseThrow()));
        builder.environment().putAll(environment);
        OwnService service = new OwnService(builder.start(), URI.create("http://127.0.0.1:" + port), output);
        Eventually.await(READY_MAX, kind + " is ready, see " + folder, () -> service.get("/readyz", Map.of()) == 200);
        return service;
    }

    URI address() {
        return address;
    }

    URI webSocket() {
        return URI.create("ws://" + address.getAuthority() + "/ws");
    }

    /** The status that a request for this path is answered with. */
    int get(String path, Map<String, String> headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path));
        headers.forEach(request::header);
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** Tells it to stop. */
    void term() {
        // not Process.destroy(), which closes the child's streams too
        process.toHandle().destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end; its exit code. */
    int awaitEnd(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still runs after " + atMost + ", see " + output);
        }
        return process.exitValue();
    }

    /** What it wrote to its standard output. */
    List<String> output() throws IOException {
        return Files.readAllLines(output);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
