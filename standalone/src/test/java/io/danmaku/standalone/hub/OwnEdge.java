package io.danmaku.standalone.hub;

import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Secret;
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

/**
 * One more edge on the shared hub's engines and services, with settings of a test's own. Netty tells it of every leak, and its end
 * fails the test then.
 */
public final class OwnEdge implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(90);
    private static final Duration STOP_MAX = Duration.ofSeconds(30);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final URI address;
    private final Process process;
    private final Path log;

    private OwnEdge(URI address, Process process, Path log) {
        this.address = address;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts one and waits until it is ready.
     *
     * @param settings environment variables of {@code config/edge.conf}
     */
    public static OwnEdge start(TestHub hub, Map<String, String> settings) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path log = Up.data("own-edge", false).resolve(port + ".log");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx192m",
                "-Dio.netty.leakDetection.level=paranoid",
                "-cp",
                Home.find().root().resolve("standalone/target/lib") + "/*",
                "io.danmaku.edge.EdgeNode");
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("DANMAKU_"));
        environment.putAll(Map.of(
                "DANMAKU_EDGE_PORT",
                Integer.toString(port),
                "DANMAKU_PULSAR_URL",
                hub.address("pulsar"),
                "DANMAKU_PULSAR_ADMIN_URL",
                hub.address("pulsarAdmin"),
                "DANMAKU_REDIS_URL",
                hub.address("redis"),
                "DANMAKU_ROOM_SERVICE_URL",
                hub.roomService().toString(),
                "DANMAKU_DM_SERVICE_URL",
                hub.dmService().toString(),
                Secret.VARIABLE,
                Secret.find(new DataFolder(hub.data())).orElseThrow()));
        environment.putAll(settings);
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        OwnEdge edge = new OwnEdge(URI.create("http://127.0.0.1:" + port), process, log);
        Eventually.await(
                READY_MAX,
                "the edge is ready: " + log,
                () -> !process.isAlive() || edge.get("/readyz").statusCode() == 200);
        if (!process.isAlive()) {
            throw new AssertionError("the edge ended: " + Files.readString(log));
        }
        return edge;
    }

    public URI address() {
        return address;
    }

    public URI webSocket() {
        return URI.create("ws://" + address.getAuthority() + "/ws");
    }

    /** The sum of a metric over its labels. */
    public double metric(String name) throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(address.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Ends it in order. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the edge did not stop");
            }
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
        List<String> leaks = Leaks.in(log);
        if (!leaks.isEmpty()) {
            throw new AssertionError("the edge leaks, see " + log + ": " + leaks);
        }
    }
}
