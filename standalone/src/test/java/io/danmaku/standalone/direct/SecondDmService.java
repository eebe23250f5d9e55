package io.danmaku.standalone.direct;

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
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Another instance of dm-service on the shared hub's engines, as a second machine would run it. */
final class SecondDmService implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(90);
    private static final Duration GONE_MAX = Duration.ofSeconds(10);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final URI address;

    private SecondDmService(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    static SecondDmService start(TestHub hub) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path libraries = Home.find().root().resolve("standalone/target/lib");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx160m",
                "-cp",
                libraries + "/*",
                "io.danmaku.dm.DmServiceNode");
        builder.environment()
                .putAll(Map.of(
                        "DANMAKU_DM_PORT",
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
                        Secret.VARIABLE,
                        Secret.find(new DataFolder(Up.data("shared", false))).orElseThrow()));
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(
                        Up.data("second-dm-service", true).resolve("log").toFile())
                .start();
        SecondDmService second = new SecondDmService(process, URI.create("http://127.0.0.1:" + port));
        Eventually.await(
                READY_MAX,
                "the second dm-service is ready",
                () -> second.get("/readyz").statusCode() == 200);
        return second;
    }

    URI address() {
        return address;
    }

    double partitionsOwned() throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("danmaku_dm_partitions_owned"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(address.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    void kill9() {
        process.destroyForcibly();
        Eventually.await(GONE_MAX, "the second dm-service is gone", () -> !process.isAlive());
    }

    @Override
    public void close() {
        kill9();
    }
}
