package io.danmaku.standalone.service;

import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.machine.Jdk;
import io.danmaku.standalone.machine.Ports;
import io.danmaku.standalone.supervise.Part;
import io.danmaku.standalone.supervise.Probe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says how room-service, dm-service and the edges are started on this machine. */
public final class Services {
    private static final List<String> SMALL = List.of(
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-Dio.netty.tryReflectionSetAccessible=true",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED");
    /** They start fast and seldom run hot. The edge keeps the second compiler: its broadcast loop earns it. */
    private static final List<String> SERVICE =
            List.of("-Xms32m", "-Xmx160m", "-XX:MaxDirectMemorySize=96m", "-XX:TieredStopAtLevel=1");

    private static final List<String> EDGE = List.of("-Xms48m", "-Xmx256m", "-XX:MaxDirectMemorySize=160m");

    private final Path libraries;
    private final DataFolder data;
    private final Ports ports;
    private final Map<String, String> common;

    /**
     * @param libraries folder of the jars that they run from
     * @param host where the edges listen
     */
    public Services(Path libraries, DataFolder data, Ports ports, EngineAddresses engines, String host, String secret) {
        this.libraries = libraries;
        this.data = data;
        this.ports = ports;
        common = new HashMap<>(engines.environment());
        common.put(Secret.VARIABLE, secret);
        common.put("DANMAKU_ROOM_SERVICE_URL", url(ports.room()));
        common.put("DANMAKU_ROOM_ADVERTISED_URL", url(ports.room()));
        common.put("DANMAKU_DM_SERVICE_URL", url(ports.dm()));
        common.put("DANMAKU_EDGE_HOST", host);
        common.put("DANMAKU_ROOM_HOST", "127.0.0.1");
        common.put("DANMAKU_DM_HOST", "127.0.0.1");
    }

    /** What the parts are called. */
    public static List<String> names(int edges) {
        List<String> names = new ArrayList<>(List.of("room-service", "dm-service"));
        for (int i = 1; i <= edges; i++) {
            names.add("edge-" + i);
        }
        return names;
    }

    /** All services, in the order they are told. */
    public List<Part> parts() throws IOException {
        List<Part> parts = new ArrayList<>();
        parts.add(part(
                "room-service",
                Part.Tier.ROOM_SERVICE,
                SERVICE,
                "io.danmaku.room.RoomServiceNode",
                "DANMAKU_ROOM_PORT",
                ports.room()));
        parts.add(part(
                "dm-service",
                Part.Tier.DM_SERVICE,
                SERVICE,
                "io.danmaku.dm.DmServiceNode",
                "DANMAKU_DM_PORT",
                ports.dm()));
        for (int i = 0; i < ports.edges().size(); i++) {
            parts.add(part(
                    "edge-" + (i + 1),
                    Part.Tier.EDGE,
                    EDGE,
                    "io.danmaku.edge.EdgeNode",
                    "DANMAKU_EDGE_PORT",
                    ports.edges().get(i)));
        }
        return parts;
    }

    /** Where something on this machine reaches the port. */
    public static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    private Part part(String name, Part.Tier tier, List<String> jvm, String main, String portVariable, int port)
            throws IOException {
        String marker = data.marker(name);
        List<String> command = Jdk.command(marker);
        command.addAll(SMALL);
        command.addAll(jvm);
        command.add("-cp");
        command.add(libraries + "/*");
        command.add(main);
        Map<String, String> environment = new HashMap<>(common);
        environment.put(portVariable, Integer.toString(port));
        return new Part(
                name,
                tier,
                marker,
                command,
                environment,
                data.of(name),
                data.log(name),
                Map.of("http", port),
                Probe.http(URI.create(url(port) + "/readyz")),
                Part.STOP_GRACE,
                Part.Preparation.NONE);
    }
}
