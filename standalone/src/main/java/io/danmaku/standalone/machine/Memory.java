package io.danmaku.standalone.machine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How much memory may still be used here without pushing others out. */
public final class Memory {
    /** The engines and services together stay below 2.5 GB; this is what they need at the start. */
    public static final int NEEDED_MIB = 1_800;

    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Path GROUP_LIMIT = Path.of("/sys/fs/cgroup/memory.max");
    private static final Path GROUP_USED = Path.of("/sys/fs/cgroup/memory.current");

    private Memory() {}

    /** In MiB: what the system calls available, or what the container's limit leaves, whichever is less. */
    public static long availableMib() {
        long available = fromMeminfo().orElseGet(Memory::fromBean);
        Optional<Long> limit = number(GROUP_LIMIT);
        Optional<Long> used = number(GROUP_USED);
        if (limit.isPresent() && used.isPresent()) {
            available = Math.min(available, Math.max(0, limit.get() - used.get()) >> 20);
        }
        return available;
    }

    private static Optional<Long> fromMeminfo() {
        try {
            return Files.readAllLines(MEMINFO).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                    .findFirst();
        } catch (IOException notLinux) {
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
            return text.chars().allMatch(Character::isDigit) ? Optional.of(Long.parseLong(text)) : Optional.empty();
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    /** Resident memory of a process in MiB, if the system tells it. */
    public static Optional<Long> residentMib(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                    .findFirst();
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }
}
