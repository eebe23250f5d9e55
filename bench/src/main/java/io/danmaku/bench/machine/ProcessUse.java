package io.danmaku.bench.machine;

import io.danmaku.standalone.machine.ProcStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a process has used so far, read from {@code /proc} (proc(5)).
 *
 * @param cpuS seconds of processor time, user and system
 * @param rssMib resident memory now
 */
public record ProcessUse(double cpuS, double rssMib) {
    private static final double KIB_PER_MIB = 1024;

    public static ProcessUse of(long pid) throws IOException {
        Path proc = Path.of("/proc", Long.toString(pid));
        double cpu = ProcStat.of(pid).cpuS();
        double rss = 0;
        for (String line : Files.readAllLines(proc.resolve("status"))) {
            if (line.startsWith("VmRSS:")) {
                rss = Long.parseLong(line.replaceAll("\\D", "")) / KIB_PER_MIB;
            }
        }
        return new ProcessUse(cpu, rss);
    }

    /** Open files of a process, sockets among them. */
    public static long openFiles(long pid) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.count();
        }
    }
}
