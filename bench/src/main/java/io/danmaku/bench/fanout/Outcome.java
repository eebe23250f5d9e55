package io.danmaku.bench.fanout;

import io.danmaku.bench.report.Figures;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** What a run found. Main thread. */
final class Outcome {
    private final Figures figures = new Figures();
    private final Histogram latencyUs = new Histogram(3);
    private final Map<String, String> files = new LinkedHashMap<>();
    private final Map<String, Long> faults = new LinkedHashMap<>();
    private long wrong;
    private String firstRefusal = "";

    Figures figures() {
        return figures;
    }

    /** From the intended time of sending until a checking viewer has read it. */
    Histogram latencyUs() {
        return latencyUs;
    }

    /** What is kept beside the report, by file name. */
    Map<String, String> files() {
        return files;
    }

    /** Things that must not be: lost, doubled, out of order, left out, refused, not answered. */
    long wrong() {
        return wrong;
    }

    /** A count that should be 0: told, and it makes the run a bad one. */
    void fault(String name, long count) {
        wrong += count;
        faults.put(name, count);
        figures.put(name, count);
    }

    /** Takes over the latencies and what was wrong in a part of this run. */
    void include(Outcome part, String prefix) {
        latencyUs.add(part.latencyUs);
        latencyUs.setStartTimeStamp(Math.min(latencyUs.getStartTimeStamp(), part.latencyUs.getStartTimeStamp()));
        latencyUs.setEndTimeStamp(Math.max(latencyUs.getEndTimeStamp(), part.latencyUs.getEndTimeStamp()));
        wrong += part.wrong;
        part.faults.forEach((name, count) -> faults.put(prefix + name, count));
        refusal(part.firstRefusal);
    }

    /** Those that are not 0, as one line. */
    String faults() {
        return faults.entrySet().stream()
                .filter(fault -> fault.getValue() > 0)
                .map(fault -> fault.getKey() + " " + fault.getValue())
                .collect(Collectors.joining(", "));
    }

    /** For a person: why the first refused message was refused; empty when none was. */
    String firstRefusal() {
        return firstRefusal;
    }

    void refusal(String why) {
        firstRefusal = firstRefusal.isEmpty() ? why : firstRefusal;
    }
}
