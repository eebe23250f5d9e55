package io.danmaku.standalone.machine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How much memory may still be used here without pushing others out. */
public final class Memory {
    /** The engines and services together stay below 2.5 GB; this is what they need at the start. */
    public static final int NEEDED_MIB = 2_000;

    /** Where a version of control groups shows the limit of the container that this runs in. */
    private enum Group {
        V2("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
        V1("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");

        private final String folder;
        private final String limit;
        private final String used;
        private final String reclaimable;

        Group(String folder, String limit, String used, String reclaimable) {
            this.folder = folder;
            this.limit = limit;
            this.used = used;
            this.reclaimable = reclaimable;
        }

        /** What may still be used below the limit, if there is one. Files that were only read count as used, and give way. */
        Optional<Long> leftMib(Path root) {
            Path there = root.resolve(folder);
            return number(there.resolve(limit))
                    .flatMap(most -> number(there.resolve(used)).map(now -> {
                        long givesWay = line(there.resolve("memory.stat"), reclaimable + " ")
                                .orElse(0L);
                        return Math.max(0, most - Math.max(0, now - givesWay)) >> 20;
                    }));
        }
    }

    private Memory() {}

    /** In MiB: what the system calls available, or what the container's limit leaves, whichever is less. */
    public static long availableMib() {
        return availableMib(Path.of("/"));
    }

    /** @param root of the file system that tells */
    static long availableMib(Path root) {
        long available = line(root.resolve("proc/meminfo"), "MemAvailable:")
                .map(kib -> kib >> 10)
                .orElseGet(Memory::fromBean);
        for (Group group : Group.values()) {
            available = Math.min(available, group.leftMib(root).orElse(Long.MAX_VALUE));
        }
        return available;
    }

    /** The number on the first line that begins so. */
    private static Optional<Long> line(Path file, String beginning) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(beginning))
                    .map(line ->
                            Long.parseLong(line.substring(beginning.length()).replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException | NumberFormatException none) {
            return Optional.empty();
        }
    }

    /** Where the system does not tell what is available: half of all, since "free" there leaves out caches that it would give up. */
    private static long fromBean() {
        var bean = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return (bean.getTotalMemorySize() / 2) >> 20;
    }

    private static Optional<Long> number(Path file) {
        try {
            String text = Files.readString(file).trim();
            return Optional.of(Long.parseLong(text));
        } catch (IOException | NumberFormatException none) { // "max" is no limit
            return Optional.empty();
        }
    }

    /** Resident memory of a process in MiB, if the system tells it. */
    public static Optional<Long> residentMib(long pid) {
        return line(Path.of("/proc", Long.toString(pid), "status"), "VmRSS:").map(kib -> kib >> 10);
    }
}
