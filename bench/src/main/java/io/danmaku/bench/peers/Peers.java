package io.danmaku.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.danmaku.bench.peers.vertx.PlainVertx;
import io.danmaku.bench.swarm.Dialog;
import io.danmaku.standalone.machine.Jdk;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** All peers that there are, those that are not installed too, each with the settings that favour it. */
final class Peers {
    private static final String HINT = "not installed: scripts/install-bench-peers";
    private static final Pattern NUMBERS = Pattern.compile("\\d+(\\.\\d+)+");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path installed;
    private final Path files;

    /**
     * @param installed where scripts/install-bench-peers puts them
     * @param files the repository's own for them: programs and configurations
     */
    Peers(Path installed, Path files) {
        this.installed = installed;
        this.files = files;
    }

    List<Peer> all() throws IOException, InterruptedException {
        List<Peer> all = new ArrayList<>();
        all.add(vertx());
        all.add(ws());
        all.add(socketIo());
        all.add(uWebSockets());
        all.add(nats());
        all.add(nchan("all workers", "auto"));
        all.add(nchan("1 worker", "1"));
        all.add(centrifugo());
        all.add(centrifuge());
        return all;
    }

    private static Peer vertx() {
        List<String> command = Jdk.command("-Ddanmaku.bench=PlainVertx");
        command.addAll(List.of("-Xms256m", "-Xmx1g", "-XX:+UseG1GC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), PlainVertx.class.getName()));
        return Peer.relay(
                "plain Vert.x",
                "a write to each socket, 1 event loop, no batching to be had",
                ofJar("vertx-core"),
                (port, folder) -> Stream.concat(command.stream(), Stream.of(Integer.toString(port)))
                        .toList(),
                Map.of());
    }

    private static String ofJar(String name) {
        Matcher jar = Pattern.compile(Pattern.quote(name) + "-([0-9][^/]*)\\.jar")
                .matcher(System.getProperty("java.class.path"));
        return jar.find() ? jar.group(1) : "";
    }

    private Peer ws() throws IOException, InterruptedException {
        return node("ws", "ws.js", "ws", "a send to each socket, no compression, no batching to be had");
    }

    /** A program of ours on Node.js and a package of npm. */
    private Peer node(String name, String program, String module, String setting)
            throws IOException, InterruptedException {
        Path modules = installed.resolve("node_modules");
        Path about = modules.resolve(module).resolve("package.json");
        String node = executable("node");
        if (node.isEmpty()) {
            return Peer.absent(name, "there is no Node.js here");
        }
        if (!Files.exists(about)) {
            return Peer.absent(name, HINT);
        }
        String version = JSON.readTree(about.toFile()).path("version").asText() + ", Node.js " + asked(node, "-v");
        String file = files.resolve(program).toString();
        return Peer.relay(
                name,
                setting,
                version,
                (port, folder) -> List.of(node, file, Integer.toString(port)),
                Map.of("NODE_PATH", modules.toString(), "NODE_ENV", "production"));
    }

    private Peer socketIo() throws IOException, InterruptedException {
        Peer socketIo = node(
                "Socket.IO",
                "socketio.js",
                "socket.io",
                "a room, WebSocket alone, encoded once a message, no compression, no batching to be had");
        // a pong that nobody asked for puts off the next ping
        Dialog dialog =
                Dialog.webSocket("/socket.io/?EIO=4&transport=websocket").keptAliveBy("3");
        Dialog publisher = Dialog.webSocket("/socket.io/?EIO=4&transport=websocket&publishes=1")
                .keptAliveBy("3")
                .saying(List.of("40"), "40{");
        return socketIo.speaking(dialog.saying(List.of("40"), "[\"in\"]"), publisher, "42[\"m\",", "]");
    }

    private Peer uWebSockets() {
        String program = executable("uwebsockets-peer");
        return program.isEmpty()
                ? Peer.absent("uWebSockets", HINT)
                : Peer.relay(
                        "uWebSockets",
                        "a topic, no compression, coalesces what a turn of its loop brought, backpressure limit 16 MiB",
                        "of crate libuwebsockets-sys 0.0.10",
                        (port, folder) -> List.of(program, Integer.toString(port)),
                        Map.of());
    }

    private Peer nats() throws IOException, InterruptedException {
        String program = executable("nats-server");
        if (program.isEmpty()) {
            return Peer.absent("NATS", HINT);
        }
        String connect = "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"bench\",\"version\":\"1\"}\r\n";
        Dialog publisher = new Dialog(connect, false, List.of("PING\r\n"), "PONG", "PONG\r\n");
        return Peer.relay(
                        "NATS",
                        "a subject, over TCP and not WebSocket, coalesces by itself, pending limit 256 MB",
                        asked(program, "-v"),
                        (port, folder) -> List.of(
                                program,
                                "-c",
                                configured("nats.conf", port, "", folder).toString()),
                        Map.of())
                .speaking(
                        publisher.saying(List.of("SUB room 1\r\n", "PING\r\n"), "PONG"),
                        publisher,
                        "PUB room {bytes}\r\n",
                        "\r\n");
    }

    private Peer nchan(String setting, String workers) throws IOException, InterruptedException {
        String name = "Nchan, " + setting;
        String nginx = executable("nginx");
        Path module = installed.resolve("usr/lib/nginx/modules/ngx_nchan_module.so");
        if (nginx.isEmpty() || !Files.exists(module) || !Files.exists(Path.of("/var/lib/nginx"))) {
            return Peer.absent(name, HINT);
        }
        return Peer.relay(
                name,
                "worker_processes " + workers + ", 20,000 messages kept in memory, no batching to be had",
                "1.3.6 in nginx " + asked(nginx, "-v"),
                (port, folder) -> List.of(
                        nginx,
                        "-p",
                        folder.toString(),
                        "-c",
                        configured("nchan.conf", port, workers, folder).toString()),
                Map.of());
    }

    private Peer centrifugo() throws IOException {
        String program = executable("centrifugo");
        if (program.isEmpty()) {
            return Peer.absent("Centrifugo", HINT);
        }
        return speakingCentrifuge(Peer.relay(
                "Centrifugo",
                "a channel without history, JSON, write buffers pooled, queue limit 64 MiB, no batching by time to be had",
                noted("centrifugo"),
                (port, folder) -> List.of(
                        program,
                        "-c",
                        configured("centrifugo.json", port, "", folder).toString()),
                Map.of()));
    }

    private Peer centrifuge() throws IOException {
        String name = "Centrifuge, 50 ms batches";
        String program = executable("centrifuge-peer");
        if (program.isEmpty()) {
            return Peer.absent(name, HINT);
        }
        return speakingCentrifuge(Peer.relay(
                name,
                "the library of Centrifugo, WriteDelay 50 ms with timers, frames of any size, write buffers pooled",
                noted("centrifuge-peer"),
                (port, folder) -> List.of(program, Integer.toString(port)),
                Map.of()));
    }

    private static Peer speakingCentrifuge(Peer peer) {
        Dialog dialog = Dialog.webSocket("/connection/websocket");
        String connect = "{\"id\":1,\"connect\":{}}";
        return peer.speaking(
                dialog.saying(
                        List.of(connect, "{\"id\":2,\"subscribe\":{\"channel\":\"bench\"}}"), "\"id\":2,\"subscribe\""),
                dialog.saying(List.of(connect), "\"connect\""),
                "{\"id\":3,\"publish\":{\"channel\":\"bench\",\"data\":",
                "}}");
    }

    /** What the installer wrote down. */
    private String noted(String program) throws IOException {
        Path version = installed.resolve("bin").resolve(program + ".version");
        return Files.exists(version) ? Files.readString(version).trim() : "of an unknown version";
    }

    /** A configuration of the repository with its blanks filled in. */
    private Path configured(String name, int port, String workers, Path folder) throws IOException {
        String text = Files.readString(files.resolve(name))
                .replace("{port}", Integer.toString(port))
                .replace("{workers}", workers)
                .replace("{installed}", installed.toString());
        return Files.writeString(folder.resolve(name), text);
    }

    /** Where a program is: installed for the bench, else on the path; empty when nowhere. */
    private String executable(String name) {
        List<Path> places = new ArrayList<>();
        for (String folder : List.of("bin", "usr/bin", "usr/sbin")) {
            places.add(installed.resolve(folder));
        }
        for (String folder : System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator), -1)) {
            places.add(Path.of(folder));
        }
        return places.stream()
                .map(place -> place.resolve(name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
    }

    /** The first thing like a version in what a program says of itself. */
    private static String asked(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Matcher version = NUMBERS.matcher(said);
        return version.find() ? version.group() : "of an unknown version";
    }
}
