package io.danmaku.standalone.supervise;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * What {@code up.json} in the data folder says: which hub runs on that data, or ran there last. Scripts and tests read it; the next
 * {@code up} sweeps the process ids in it.
 *
 * @param state of the hub as a whole
 * @param launcher process id of {@code up} itself
 * @param startedAt epoch milliseconds
 * @param readyMs how long the start took, 0 until it is ready
 * @param addresses where to reach what, by name
 * @param parts every child
 */
public record UpRecord(
        State state,
        long launcher,
        long startedAt,
        long readyMs,
        Map<String, Object> addresses,
        List<PartRecord> parts) {

    /** Of the whole hub. */
    public enum State {
        STARTING,
        READY,
        STOPPING,
        STOPPED
    }

    /** Of one child. */
    public enum PartState {
        STARTING,
        READY,
        BACKOFF,
        STOPPED
    }

    /**
     * One child.
     *
     * @param pid of the child itself, 0 while there is none
     * @param watcher process id of the small shell that watches it
     * @param marker text that its command line carries
     * @param restarts how often it was started again after it died
     * @param readyMs how long its last start took, 0 until it is ready
     */
    public record PartRecord(
            String name,
            PartState state,
            long pid,
            long watcher,
            String marker,
            int restarts,
            long readyMs,
            Map<String, Integer> ports,
            String log) {}

    /** In the command line of every launcher. */
    private static final String LAUNCHER_MARKER = "io.danmaku.standalone.Danmaku";

    public UpRecord {
        addresses = Map.copyOf(addresses);
        parts = List.copyOf(parts);
    }

    /** The part of this name, or null. */
    public PartRecord part(String name) {
        return parts.stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Where the edges are, in their order. */
    @JsonIgnore
    public List<URI> edges() {
        return addresses.get("edges") instanceof List<?> edges
                ? edges.stream().map(edge -> URI.create(edge.toString())).toList()
                : List.of();
    }

    /** Whether the launcher that wrote this may still run: a process of its id does, and it is one. */
    boolean mayRun() {
        return launcher != ProcessHandle.current().pid()
                && Sweep.find(launcher, LAUNCHER_MARKER).isPresent();
    }
}
