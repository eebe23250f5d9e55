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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says how room-service, dm-service and the edges are started on this machine. */
public final class Services {
    private static final List<String> SMALL = List.of(
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            // else the start has two or three whole collections, for classes alone
            "-XX:MetaspaceSize=96m",
            "-Dio.netty.tryReflectionSetAccessible=true",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED");
    /** Heaps begin where they will be soon: each time that one grows it stops for a whole collection, 0.05 to 0.25 s. */
    private static final List<String> SERVICE = List.of("-Xms128m", "-Xmx160m", "-XX:MaxDirectMemorySize=96m");

    /** Its broadcast loop earns the second compiler even where JDK_JAVA_OPTIONS keeps it from the others. */
    private static final List<String> EDGE =
            List.of("-Xms128m", "-Xmx256m", "-XX:MaxDirectMemorySize=160m", "-XX:TieredStopAtLevel=4");

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
        common.put("DANMAKU_EDGE_HOST", host);
        common.put("DANMAKU_ROOM_HOST", "127.0.0.1");
        common.put("DANMAKU_DM_HOST", "127.0.0.1");
    }

    /** What the parts on these ports are called. */
    public static List<String> names(Ports ports) {
        List<String> names = new ArrayList<>(List.of("room-service"));
        names.addAll(ports.dmNames());
        names.addAll(ports.edgeNames());
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
                Map.of("DANMAKU_ROOM_PORT", port(ports.room())),
                ports.room()));
        for (int i = 0; i < ports.dms().size(); i++) {
            int port = ports.dms().get(i);
            parts.add(part(
                    ports.dmNames().get(i),
                    Part.Tier.DM_SERVICE,
                    SERVICE,
                    "io.danmaku.dm.DmServiceNode",
                    Map.of("DANMAKU_DM_PORT", port(port)),
                    port));
        }
        for (int i = 0; i < ports.edges().size(); i++) {
            int port = ports.edges().get(i);
            List<String> dms =
                    new ArrayList<>(ports.dms().stream().map(Services::url).toList());
            // each edge begins with another one
            Collections.rotate(dms, -i);
            parts.add(part(
                    ports.edgeNames().get(i),
                    Part.Tier.EDGE,
                    EDGE,
                    "io.danmaku.edge.EdgeNode",
                    Map.of("DANMAKU_EDGE_PORT", port(port), "DANMAKU_DM_SERVICE_URL", String.join(",", dms)),
                    port));
        }
        return parts;
    }

    private static String port(int port) {
        return Integer.toString(port);
    }

    /** Where something on this machine reaches the port. */
    public static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    private Part part(
            String name, Part.Tier tier, List<String> jvm, String main, Map<String, String> variables, int port)
            throws IOException {
        String marker = data.marker(name);
        List<String> command = Jdk.command(marker);
        command.addAll(SMALL);
        command.addAll(jvm);
        command.add("-cp");
        command.add(libraries + "/*");
        command.add(main);
        Map<String, String> environment = new HashMap<>(common);
        environment.putAll(variables);
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
