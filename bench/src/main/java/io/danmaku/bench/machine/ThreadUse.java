package io.danmaku.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Seconds of processor time that the threads of an edge have used so far, by what they do, read from {@code /proc/PID/task} (proc(5)).
 *
 * @param cpuS of threads that live; for {@link Group#REST} all else of the process, threads that have ended too
 */
public record ThreadUse(Map<Group, Double> cpuS) {
    /** What a thread of an edge does, told by its name. The kernel knows the first 15 characters of it. */
    public enum Group {
        EVENT_LOOPS("vert.x-eventloo"),
        BROADCASTER("broadcaster"),
        PULSAR("pulsar"),
        REST("");

        private final String prefix;

        Group(String prefix) {
            this.prefix = prefix;
        }

        static Group of(String name) {
            return Stream.of(values())
                    .filter(group -> name.startsWith(group.prefix))
                    .findFirst()
                    .orElse(REST);
        }
    }

    public ThreadUse {
        cpuS = Map.copyOf(cpuS);
    }

    public static ThreadUse of(long pid) throws IOException {
        Map<Group, Double> used = new EnumMap<>(Group.class);
        byName(pid).forEach((name, cpuS) -> used.merge(Group.of(name), cpuS, Double::sum));
        used.remove(Group.REST);
        double known = used.values().stream().mapToDouble(cpuS -> cpuS).sum();
        used.put(Group.REST, Math.max(0, ProcessUse.of(pid).cpuS() - known));
        return new ThreadUse(used);
    }

    /** Seconds that a process's threads have used so far, of those that live, by the first 15 characters of their names. */
    public static Map<String, Double> byName(long pid) throws IOException {
        Map<String, Double> used = new TreeMap<>();
        for (Path task : tasks(pid)) {
            try {
                String stat = Files.readString(task.resolve("stat"));
                String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                used.merge(name, ProcessUse.cpuS(stat), Double::sum);
            } catch (NoSuchFileException ended) {
                // the process still counts what it used
            }
        }
        return used;
    }

    private static List<Path> tasks(long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.toList();
        }
    }

    public double cpuS(Group group) {
        return cpuS.getOrDefault(group, 0.0);
    }
}
