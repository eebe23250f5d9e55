package io.danmaku.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a figure was measured on. */
public final class Machine {
    private static final long MIB = 1 << 20;

    private Machine() {}

    /** Cores, processor, memory, system and Java, in one line. */
    public static String describe() {
        long memoryMib = ((com.sun.management.OperatingSystemMXBean)
                                java.lang.management.ManagementFactory.getOperatingSystemMXBean())
                        .getTotalMemorySize()
                / MIB;
        return Runtime.getRuntime().availableProcessors() + " cores (" + processor() + "), " + memoryMib + " MiB, "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + ", JDK "
                + Runtime.version();
    }

    /** The load averages of the last 1, 5 and 15 minutes: what else ran here. */
    public static String load() {
        try {
            String[] averages = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
            return averages[0] + " " + averages[1] + " " + averages[2];
        } catch (IOException elsewhere) {
            return "unknown";
        }
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException elsewhere) {
            return System.getProperty("os.arch");
        }
    }
}
