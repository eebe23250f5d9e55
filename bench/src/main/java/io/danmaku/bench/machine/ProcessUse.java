package io.danmaku.bench.machine;

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
    /** USER_HZ of every Linux that Java runs on. */
    private static final double TICKS_PER_S = 100;

    private static final double KIB_PER_MIB = 1024;
    private static final int UTIME = 11;
    private static final int STIME = 12;

    public static ProcessUse of(long pid) throws IOException {
        Path proc = Path.of("/proc", Long.toString(pid));
        double cpu = cpuS(Files.readString(proc.resolve("stat")));
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

    /** The processor time in the {@code stat} of a process or of a thread. */
    static double cpuS(String stat) {
        // behind the command's name, which may have spaces, fields begin with the third
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / TICKS_PER_S;
    }
}
