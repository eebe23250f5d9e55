package io.danmaku.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.Up;
import io.danmaku.standalone.supervise.UpRecord.PartRecord;
import io.danmaku.standalone.supervise.UpRecord.PartState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The lives and deaths of {@code up} and its children, with real engines; a whole hub is in {@code lifecycle}. */
class UpIT {
    private static final Duration NONE_LEFT_MAX = Duration.ofSeconds(10);
    private static final Duration BACK_MAX = Duration.ofMinutes(2);

    private final List<String> options = new ArrayList<>(Up.freePorts(1));

    UpIT() {
        options.add("--only-engines");
    }

    @Test
    void aLauncherThatIsKilledLeavesNoProcessBehindAndTheNextOneGoesOnWithTheData() throws Exception {
        Path data = Up.data("killed", true);
        try (Up first = Up.start(data, options).awaitReady()) {
            assertEquals("+OK", redis(first, "SET kept 1"));
            assertEquals(204, pulsarTopic(first, "PUT"));
            first.process().destroyForcibly().waitFor();
            Eventually.await(
                    NONE_LEFT_MAX, "no child is left", () -> first.children().isEmpty());
        }
        try (Up second = Up.start(data, options).awaitReady()) {
            assertEquals("$1", redis(second, "GET kept"));
            assertEquals(200, pulsarTopic(second, "GET"));
        }
    }

    @Test
    void theNextLauncherSweepsWhatIsLeftWhenTheWatchersWereKilledToo() throws Exception {
        Path data = Up.data("swept", true);
        long orphan;
        try (Up first = Up.start(data, options).awaitReady()) {
            orphan = first.record().part("redis").pid();
            List<ProcessHandle> watchers = first.record().parts().stream()
                    .map(part -> ProcessHandle.of(part.watcher()).orElseThrow())
                    .toList();
            // first each watcher's reader of the pipe, which would stop the child
            watchers.forEach(watcher -> watcher.children()
                    .filter(process -> process.info().commandLine().orElse("").contains("watcher.sh"))
                    .forEach(ProcessHandle::destroyForcibly));
            first.process().toHandle().destroyForcibly();
            watchers.forEach(ProcessHandle::destroyForcibly);
            Eventually.await(
                    NONE_LEFT_MAX,
                    "the launcher is gone",
                    () -> !first.process().isAlive());
            assertTrue(first.runs(orphan), "nobody was left to stop Redis");
            try (Up second = Up.start(data, options).awaitReady()) {
                assertFalse(first.runs(orphan));
                assertTrue(second.output().contains("stopped what an earlier run left"), second.output());
            }
        }
    }

    @Test
    void aChildThatDiesIsStartedAgainAndTold() throws Exception {
        try (Up up = Up.start(Up.data("restart", true), options).awaitReady()) {
            for (String name : List.of("redis", "cassandra", "pulsar")) {
                PartRecord before = up.record().part(name);
                ProcessHandle.of(before.pid()).orElseThrow().destroyForcibly();
                Eventually.await(BACK_MAX, name + " is back", () -> {
                    PartRecord now = up.record().part(name);
                    return now.restarts() == before.restarts() + 1
                            && now.state() == PartState.READY
                            && now.pid() != before.pid();
                });
                assertTrue(up.output().contains(name + " died (signal 9); next start in 0.5 s"), up.output());
                // told when the record is written already
                Eventually.await(
                        BACK_MAX,
                        name + " is told to be back",
                        () -> up.output().contains(name + " is back after"));
            }
        }
    }

    @Test
    void aBusyPortIsOneLine() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            options.removeIf(option -> option.startsWith("--redis-port"));
            options.add("--redis-port=" + busy.getLocalPort());
            Up up = Up.start(Up.data("busy", true), options);
            assertTrue(up.process().waitFor(30, TimeUnit.SECONDS));
            assertEquals(1, up.process().exitValue());
            assertEquals(
                    "danmaku: port " + busy.getLocalPort()
                            + " is busy; stop what listens there, or choose another with --redis-port\n",
                    up.output());
        }
    }

    @Test
    void aRoomServiceThatRunsElsewhereMayHoldItsPortAndComeLater() throws Exception {
        HttpServer elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", request -> {
            request.sendResponseHeaders(503, -1);
            request.close();
        });
        elsewhere.start();
        options.remove("--only-engines");
        options.removeIf(option -> option.startsWith("--room-port"));
        options.add("--room-port=" + elsewhere.getAddress().getPort());
        options.add("--without=room-service,dm-service");
        try (Up up = Up.start(Up.data("without", true), options).awaitReady()) {
            assertTrue(
                    up.output()
                            .contains("room-service does not create the demo room: HTTP 503: no reason given;"
                                    + " `danmaku room create 1` makes it later\n"),
                    up.output());
            assertEquals(
                    List.of("redis", "cassandra", "pulsar", "edge-1"),
                    up.record().parts().stream().map(PartRecord::name).toList());
        } finally {
            elsewhere.stop(0);
        }
    }

    @Test
    void anUnknownPartCannotBeLeftOut() throws Exception {
        options.remove("--only-engines");
        options.add("--without=rooms");
        Up up = Up.start(Up.data("unknown", true), options);
        assertTrue(up.process().waitFor(30, TimeUnit.SECONDS));
        assertEquals(1, up.process().exitValue());
        assertEquals("danmaku: --without: there is no rooms, only room-service, dm-service, edge-1\n", up.output());
    }

    @Test
    void tooLittleMemoryIsOneLine() throws Exception {
        options.add("--memory-min=99999999");
        Up up = Up.start(Up.data("memory", true), options);
        assertTrue(up.process().waitFor(30, TimeUnit.SECONDS));
        assertEquals(1, up.process().exitValue());
        assertEquals(1, up.output().lines().count(), up.output());
        assertTrue(up.output().startsWith("danmaku: too little memory: "), up.output());
    }

    @Test
    void twoHubsOnOneFolderAreRefusedInOneLine() throws Exception {
        Path data = Up.data("locked", true);
        try (Up first = Up.start(data, options)) {
            Eventually.await(BACK_MAX, "the first one has begun", () -> first.isRecorded());
            Process second = Up.command(List.of("up", "--data", data.toString()))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(1, second.waitFor());
            assertEquals(
                    "danmaku: a hub already runs on " + data + " (pid "
                            + first.process().pid() + "); stop it, or choose another --data\n",
                    said);
        }
    }

    private static String redis(Up up, String command) throws IOException {
        int port = up.record().part("redis").ports().get("redis");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((command + "\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.lines().findFirst().orElseThrow();
        }
    }

    /** PUT creates a topic, GET of its statistics says whether it is known. */
    private static int pulsarTopic(Up up, String method) throws IOException, InterruptedException {
        URI topic = URI.create(up.record().addresses().get("pulsarAdmin") + "/admin/v2/persistent/public/default/kept"
                + (method.equals("GET") ? "/stats" : ""));
        HttpRequest request = HttpRequest.newBuilder(topic)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return status(request);
    }

    private static int status(HttpRequest request) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
