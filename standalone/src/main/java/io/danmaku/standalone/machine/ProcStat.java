package io.danmaku.standalone.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What Linux tells of a process or of a thread in its {@code stat} (proc(5)).
 *
 * @param id of the process or of the thread
 * @param name the first 15 characters of it
 * @param cpuS seconds of processor time, user and system
 * @param nice its priority: 0 for most, 19 for what has to wait most
 */
public record ProcStat(long id, String name, long group, long session, double cpuS, int nice) {
    /** USER_HZ of every Linux that Java runs on. */
    private static final double TICKS_PER_S = 100;

    // counted from the field behind the name
    private static final int GROUP = 2;
    private static final int SESSION = 3;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final int NICE = 16;

    /** @throws IOException when there is no such process */
    public static ProcStat of(long pid) throws IOException {
        return of(process(pid));
    }

    /**
     * All threads of a process but those that end meanwhile.
     *
     * @throws IOException when there is no such process
     */
    public static List<ProcStat> threads(long pid) throws IOException {
        List<Path> tasks;
        try (Stream<Path> all = Files.list(process(pid).resolve("task"))) {
            tasks = all.toList();
        }
        List<ProcStat> threads = new ArrayList<>(tasks.size());
        for (Path task : tasks) {
            try {
                threads.add(of(task));
            } catch (IOException ended) {
                // between the two looks
            }
        }
        return threads;
    }

    private static Path process(long pid) {
        return Path.of("/proc", Long.toString(pid));
    }

    private static ProcStat of(Path folder) throws IOException {
        String stat = Files.readString(folder.resolve("stat"));
        // a name may have spaces and brackets
        int nameEnd = stat.lastIndexOf(')');
        String[] fields = stat.substring(nameEnd + 2).split(" ", -1);
        return new ProcStat(
                Long.parseLong(folder.getFileName().toString()),
                stat.substring(stat.indexOf('(') + 1, nameEnd),
                Long.parseLong(fields[GROUP]),
                Long.parseLong(fields[SESSION]),
                (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS])) / TICKS_PER_S,
                Integer.parseInt(fields[NICE]));
    }
}
