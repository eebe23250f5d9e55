package io.danmaku.standalone.supervise;

import io.danmaku.standalone.machine.Checkup;
import io.danmaku.standalone.machine.ProcStat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Lets messages go before what parts do besides: threads that compile, mark the heap, flush and compact take a core for some 100 ms at a time, and on few cores everybody waits for them. They get a lower priority ("nice"), by
 * their names, from {@code /proc} with {@code renice}; where one of the two is missing (not on Linux) nothing is done. See docs/decisions/0058-messages-go-before-compilers.md.
 */
final class Background {
    /** What a compiler may use first, seconds: a new hub that works at its limit would otherwise stay slow for minutes. */
    private static final double COMPILER_HEAD_START_S = 30;

    /** How much lower which threads are to be (sched(7)). Their names begin as the kernel knows them, with 15 characters at most. */
    private enum Work {
        /** A third of the weight of a thread beside it: what is to be compiled is slow until it is. */
        COMPILE("C2 CompilerThre", 5),
        MARK("G1 Conc", 5),
        /** Writers wait when rows in memory are not written in time. */
        FLUSH("MemtableFlushWr", 5),
        FLUSH_TO_A_DISK("PerDiskMemtable", 5),
        /** Nobody waits for it. */
        COMPACT("CompactionExecu", 15);

        final String thread;
        final int nice;

        Work(String thread, int nice) {
            this.thread = thread;
            this.nice = nice;
        }
    }

    private static final int RENICE_S_MAX = 5;

    private Background() {}

    /**
     * Lowers the threads of a process that are to be; those that were lowered before are left alone.
     *
     * @throws IOException when they cannot be lowered; a process or thread that is gone is no error
     */
    static void lower(long pid) throws IOException, InterruptedException {
        lower(pid, COMPILER_HEAD_START_S);
    }

    static void lower(long pid, double compilerHeadStartS) throws IOException, InterruptedException {
        Path renice = Checkup.onPath("renice").orElse(null);
        if (renice == null) {
            return;
        }
        List<ProcStat> threads;
        try {
            threads = ProcStat.threads(pid);
        } catch (IOException gone) {
            return;
        }
        Map<Integer, List<String>> byNice = new TreeMap<>();
        for (ProcStat thread : threads) {
            niceOf(thread, compilerHeadStartS)
                    .ifPresent(nice -> byNice.computeIfAbsent(nice, none -> new ArrayList<>())
                            .add(Long.toString(thread.id())));
        }
        for (Map.Entry<Integer, List<String>> each : byNice.entrySet()) {
            renice(renice, each.getKey(), each.getValue());
        }
    }

    private static void renice(Path renice, int nice, List<String> threads) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(renice.toString(), "-n", Integer.toString(nice), "-p"));
        command.addAll(threads);
        Process run = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!run.waitFor(RENICE_S_MAX, TimeUnit.SECONDS)) {
            run.destroyForcibly();
        }
    }

    /** What a thread is to be lowered to; empty when it is to be left as it is. */
    private static OptionalInt niceOf(ProcStat thread, double compilerHeadStartS) {
        return Stream.of(Work.values())
                .filter(work -> thread.name().startsWith(work.thread))
                .filter(work -> work != Work.COMPILE || thread.cpuS() >= compilerHeadStartS)
                .mapToInt(work -> work.nice)
                .filter(nice -> nice > thread.nice())
                .findFirst();
    }
}
