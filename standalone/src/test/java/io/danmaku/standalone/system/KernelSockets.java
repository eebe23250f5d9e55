package io.danmaku.standalone.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux tells of its TCP sockets (proc(5), {@code /proc/net/tcp}). */
final class KernelSockets {
    private static final int HEX = 16;

    private KernelSockets() {}

    /** Most bytes that one connection accepted on the port has been given and its peer has not taken. */
    static long mostQueued(int localPort) throws IOException {
        long most = 0;
        // an IPv4 address may be bound by an IPv6 socket
        for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.trim().split("\\s+", -1);
                if (fields[1].endsWith(":%04X".formatted(localPort))) {
                    most = Math.max(most, Long.parseLong(fields[4].split(":", -1)[0], HEX));
                }
            }
        }
        return most;
    }
}
