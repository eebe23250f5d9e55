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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One more process of a service on a hub's engines, started and stopped without a launcher, as a server's init system or a second
 * machine does it.
 */
public final class OwnService implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(90);
    private static final Duration STOP_MAX = Duration.ofSeconds(30);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** What can be started. */
    public enum Kind {
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

    private final String name;
    private final Process process;
    private final URI address;
    private final Path output;

    private OwnService(String name, Process process, URI address, Path output) {
        this.name = name;
        this.process = process;
        this.address = address;
        this.output = output;
    }

    /**
     * Starts one and waits until it is ready.
     *
     * @param environment before the addresses and the secret of the hub
     */
    public static OwnService start(TestHub hub, Kind kind, Map<String, String> environment) throws IOException {
        return begin(hub, kind, environment).awaitReady();
    }

    /** Starts one and does not wait. */
    public static OwnService begin(TestHub hub, Kind kind, Map<String, String> environment) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-" + port;
        Path folder = Up.data("own-" + name, true);
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx192m",
                // only edges have buffers that could leak
                "-Dio.netty.leakDetection.level=" + (kind == Kind.EDGE ? "paranoid" : "disabled"),
                "-cp",
                Home.find().libraries() + "/*",
                kind.main));
        Path output = folder.resolve("out");
        builder.redirectOutput(output.toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("DANMAKU_"));
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
        return new OwnService(name, builder.start(), URI.create("http://127.0.0.1:" + port), output);
    }

    public OwnService awaitReady() throws IOException {
        try {
            Eventually.await(
                    READY_MAX,
                    name + " is ready, see " + output,
                    () -> !process.isAlive() || get("/readyz", Map.of()) == 200);
        } catch (AssertionError late) {
            process.destroyForcibly(); // nobody else would
            throw late;
        }
        if (!process.isAlive()) {
            throw new AssertionError(name + " ended: " + Files.readString(output));
        }
        return this;
    }

    public URI address() {
        return address;
    }

    public URI webSocket() {
        return URI.create("ws://" + address.getAuthority() + "/ws");
    }

    /** The status that a request for this path is answered with. */
    public int get(String path, Map<String, String> headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path));
        headers.forEach(request::header);
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** The sum of a metric over those with all of these labels, each written {@code name="value"}. */
    public double metric(String metric, String... labels) throws IOException, InterruptedException {
        return metric(address, metric, labels);
    }

    /** The same of any service. */
    public static double metric(URI service, String metric, String... labels) throws IOException, InterruptedException {
        return HTTP.send(
                        HttpRequest.newBuilder(service.resolve("/metrics")).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line ->
                        line.startsWith(metric + "{") && Stream.of(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Stops it where it stands: it neither answers nor ends until {@link #resume}. */
    public void pause() {
        TestHub.signal(process.pid(), "STOP");
    }

    public void resume() {
        TestHub.signal(process.pid(), "CONT");
    }

    /** Tells it to stop. */
    public void term() {
        // not Process.destroy(), which closes the child's streams too
        process.toHandle().destroy();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end; its exit code. */
    public int awaitEnd(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still runs after " + atMost + ", see " + output);
        }
        return process.exitValue();
    }

    /** What it wrote to its standard output. */
    public List<String> output() throws IOException {
        return Files.readAllLines(output);
    }

    /** Stops it in order; fails when it does not stop or, an edge, has leaked a buffer. */
    public void stop() throws IOException, InterruptedException {
        term();
        awaitEnd(STOP_MAX);
        List<String> leaks = Leaks.in(output);
        if (!leaks.isEmpty()) {
            throw new AssertionError(name + " leaks, see " + output + ": " + leaks);
        }
    }

    public void kill9() {
        process.destroyForcibly();
        Eventually.await(STOP_MAX, name + " is gone", () -> !process.isAlive());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
