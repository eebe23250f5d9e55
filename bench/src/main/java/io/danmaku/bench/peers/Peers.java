package io.danmaku.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.danmaku.bench.peers.vertx.PlainVertx;
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
