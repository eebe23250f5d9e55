package io.danmaku.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
        double known = 0;
        for (Path task : tasks(pid)) {
            try {
                String stat = Files.readString(task.resolve("stat"));
                Group group = Group.of(stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')')));
                if (group != Group.REST) {
                    double cpu = ProcessUse.cpuS(stat);
                    used.merge(group, cpu, Double::sum);
                    known += cpu;
                }
            } catch (NoSuchFileException ended) {
                // the process still counts what it used
            }
        }
        used.put(Group.REST, Math.max(0, ProcessUse.of(pid).cpuS() - known));
        return new ThreadUse(used);
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
