package io.danmaku.standalone.supervise;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ends what an earlier {@code up} left behind. Process ids are used again by the system, so a recorded one counts only while the
 * process's command line carries the part's marker.
 */
public final class Sweep {
    /** The watchers stop their children within ten seconds by themselves; past that they are killed. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private Sweep() {}

    /** Ends all parts of the record that still run and returns their names. */
    public static List<String> run(UpRecord record) throws InterruptedException {
        List<UpRecord.PartRecord> left = new ArrayList<>();
        for (UpRecord.PartRecord part : record.parts()) {
            find(part.pid(), part.marker()).ifPresent(process -> {
                process.destroy();
                left.add(part);
            });
        }
        long until = System.nanoTime() + PATIENCE.toNanos();
        for (UpRecord.PartRecord part : left) {
            if (!awaitGone(part.pid(), part.marker(), Math.max(0, (until - System.nanoTime()) / 1_000_000))) {
                kill(part.pid(), part.marker());
                awaitGone(part.pid(), part.marker(), 2_000);
            }
        }
        return left.stream().map(UpRecord.PartRecord::name).toList();
    }

    /** The live process of this id, if it is the one that carries the marker. */
    static Optional<ProcessHandle> find(long pid, String marker) {
        return pid <= 0
                ? Optional.empty()
                : ProcessHandle.of(pid)
                        .filter(process ->
                                process.info().commandLine().orElse("").contains(marker));
    }

    /** False when the process is still there after the time. */
    static boolean awaitGone(long pid, String marker, long atMostMs) throws InterruptedException {
        Optional<ProcessHandle> process = find(pid, marker);
        if (process.isEmpty()) {
            return true;
        }
        try {
            process.get().onExit().get(atMostMs, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException stillThere) {
            return find(pid, marker).isEmpty();
        } catch (ExecutionException unknown) {
            return find(pid, marker).isEmpty();
        }
    }

    static void kill(long pid, String marker) {
        find(pid, marker).ifPresent(ProcessHandle::destroyForcibly);
    }
}
