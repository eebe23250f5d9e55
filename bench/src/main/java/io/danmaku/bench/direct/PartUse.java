package io.danmaku.bench.direct;

import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Processor time that each part of a hub had used at a moment, and the harness itself.
 *
 * @param cpuS seconds by name
 */
record PartUse(long atNs, Map<String, Double> cpuS) {
    static final String STORE = "cassandra";
    private static final String HARNESS = "(this harness)";
    private static final double NS_PER_S = 1e9;

    static PartUse of(UpRecord up) throws IOException {
        Map<String, Double> cpuS = new LinkedHashMap<>();
        for (UpRecord.PartRecord part : up.parts()) {
            cpuS.put(part.name(), ProcessUse.of(part.pid()).cpuS());
        }
        cpuS.put(HARNESS, ProcessUse.of(ProcessHandle.current().pid()).cpuS());
        return new PartUse(System.nanoTime(), cpuS);
    }

    double secondsSince(PartUse earlier) {
        return (atNs - earlier.atNs) / NS_PER_S;
    }

    double cpuSince(PartUse earlier, String part) {
        return cpuS.get(part) - earlier.cpuS.get(part);
    }

    /** Of all parts of the hub, without the harness. */
    double hubSince(PartUse earlier) {
        return cpuS.keySet().stream()
                .filter(part -> !part.equals(HARNESS))
                .mapToDouble(part -> cpuSince(earlier, part))
                .sum();
    }
}
