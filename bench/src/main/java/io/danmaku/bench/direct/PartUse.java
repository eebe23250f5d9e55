package io.danmaku.bench.direct;

import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.bench.machine.ThreadUse;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Processor time that each part of a hub had used at a moment, and the harness itself.
 *
 * @param cpuS seconds by name
 * @param besidesS of all of these together, what was no work on messages
 */
record PartUse(long atNs, Map<String, Double> cpuS, Map<Besides, Double> besidesS) {
    static final String STORE = "cassandra";
    private static final String HARNESS = "(this harness)";
    private static final double NS_PER_S = 1e9;

    /** What processes do besides, told by the names of their threads. It takes a core for some 100 ms at a time, and is rare on a hub that is warm. */
    enum Besides {
        COMPILERS("compilers", "C[12] CompilerThre"),
        /** The thread of the virtual machine is the serial collector. */
        COLLECTORS("collectors", "G1 |GC Thread|VM Thread"),
        FLUSHES("the store's flushes and compaction", "PerDiskMemtable|MemtableFlushWr|CompactionExecu");

        final String title;
        private final Pattern begin;

        /** @param begin of the names of its threads */
        Besides(String title, String begin) {
            this.title = title;
            this.begin = Pattern.compile(begin);
        }

        boolean does(String thread) {
            return begin.matcher(thread).lookingAt();
        }
    }

    static PartUse of(UpRecord up) throws IOException {
        Map<String, Long> pids = new LinkedHashMap<>();
        up.parts().forEach(part -> pids.put(part.name(), part.pid()));
        pids.put(HARNESS, ProcessHandle.current().pid());
        Map<String, Double> cpuS = new LinkedHashMap<>();
        Map<Besides, Double> besidesS = new EnumMap<>(Besides.class);
        for (Map.Entry<String, Long> part : pids.entrySet()) {
            cpuS.put(part.getKey(), ProcessUse.of(part.getValue()).cpuS());
            Map<String, Double> threads = ThreadUse.byName(part.getValue());
            for (Besides besides : Besides.values()) {
                threads.forEach((name, used) -> besidesS.merge(besides, besides.does(name) ? used : 0, Double::sum));
            }
        }
        return new PartUse(System.nanoTime(), cpuS, besidesS);
    }

    double secondsSince(PartUse earlier) {
        return (atNs - earlier.atNs) / NS_PER_S;
    }

    double cpuSince(PartUse earlier, String part) {
        return cpuS.get(part) - earlier.cpuS.get(part);
    }

    /** Of all parts and the harness; 0 at least, because a compiler's thread may have ended. */
    double besidesSince(PartUse earlier, Besides besides) {
        return Math.max(0, besidesS.get(besides) - earlier.besidesS.get(besides));
    }

    /** Of all parts and the harness. */
    double allSince(PartUse earlier) {
        return cpuS.keySet().stream()
                .mapToDouble(part -> cpuSince(earlier, part))
                .sum();
    }

    /** Of all parts of the hub, without the harness. */
    double hubSince(PartUse earlier) {
        return allSince(earlier) - cpuSince(earlier, HARNESS);
    }
}
