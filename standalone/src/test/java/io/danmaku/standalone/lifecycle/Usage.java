package io.danmaku.standalone.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** What this machine's processors and memory are used for, where the system tells it (Linux). */
final class Usage {
    private static final Path STAT = Path.of("/proc/stat");
    /** Fields of the first line, which is the sum of all processors; later fields count a part of these again. */
    private static final int USER = 1;

    private static final int IDLE = 4;
    private static final int IOWAIT = 5;
    private static final int STEAL = 8;

    private final long idle;
    private final long all;

    private Usage(long idle, long all) {
        this.idle = idle;
        this.all = all;
    }

    /** The counters of all processors as they are now; where there are none, all time counts as others'. */
    static Usage now() throws IOException {
        if (!Files.exists(STAT)) {
            return new Usage(0, 0);
        }
        String[] ticks = Files.readAllLines(STAT).get(0).split("\\s+", -1);
        long all = 0;
        for (int i = USER; i <= STEAL; i++) {
            all += Long.parseLong(ticks[i]);
        }
        return new Usage(Long.parseLong(ticks[IDLE]) + Long.parseLong(ticks[IOWAIT]), all);
    }

    /** Which share of all processors' time since then went to others than this process and its descendants. */
    double othersShareSince(Usage then, Duration span, ProcessHandle process) {
        double busy = 1 - (double) (idle - then.idle) / Math.max(1, all - then.all);
        Duration own = Stream.concat(Stream.of(process), process.descendants())
                .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
        double capacityMs = (double) span.toMillis() * Runtime.getRuntime().availableProcessors();
        return busy - own.toMillis() / capacityMs;
    }

    /** Bytes of memory that a process and its descendants hold; a page that several share counts once. */
    static long memory(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .mapToLong(each -> memory(each.pid()))
                .sum();
    }

    private static long memory(long pid) {
        Path folder = Path.of("/proc", Long.toString(pid));
        return kib(folder.resolve("smaps_rollup"), "Pss:")
                        .or(() -> kib(folder.resolve("status"), "VmRSS:"))
                        .orElse(0L)
                << 10;
    }

    private static Optional<Long> kib(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException | java.io.UncheckedIOException unreadable) {
            return Optional.empty();
        }
    }
}
