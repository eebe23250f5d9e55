package io.danmaku.bench.machine;

import io.danmaku.standalone.machine.ProcStat;
import java.io.IOException;
import java.util.EnumMap;
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
        ProcStat.threads(pid).forEach(thread -> used.merge(thread.name(), thread.cpuS(), Double::sum));
        return used;
    }

    public double cpuS(Group group) {
        return cpuS.getOrDefault(group, 0.0);
    }
}
