package io.danmaku.standalone.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What Linux tells of its TCP sockets (proc(5), {@code /proc/net/tcp}). */
final class KernelSockets {
    private static final int HEX = 16;
    private static final String ESTABLISHED = "01";
    // an IPv4 address may be bound by an IPv6 socket
    private static final List<String> TABLES = List.of("/proc/net/tcp", "/proc/net/tcp6");

    private KernelSockets() {}

    /** Most bytes that one connection accepted on the port has been given and its peer has not taken. */
    static long mostQueued(int localPort) throws IOException {
        long most = 0;
        for (String table : TABLES) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.trim().split("\\s+", -1);
                if (fields[1].endsWith(":%04X".formatted(localPort))) {
                    most = Math.max(most, Long.parseLong(fields[4].split(":", -1)[0], HEX));
                }
            }
        }
        return most;
    }

    /** Local addresses of all connections to the port of another process. */
    static Set<String> connectedTo(int remotePort) throws IOException {
        Set<String> local = new HashSet<>();
        for (String table : TABLES) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.trim().split("\\s+", -1);
                if (fields[2].endsWith(":%04X".formatted(remotePort)) && fields[3].equals(ESTABLISHED)) {
                    local.add(fields[1]);
                }
            }
        }
        return local;
    }
}
