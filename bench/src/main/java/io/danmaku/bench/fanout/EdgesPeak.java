package io.danmaku.bench.fanout;

import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Watches what the hub's edges use, those that are started meanwhile too, and keeps the most that one of them used. A thread of its own. */
final class EdgesPeak implements AutoCloseable {
    private static final long STEP_MS = 500;
    private static final double NS_PER_S = 1e9;

    private record Use(long atNs, ProcessUse use) {}

    private final DataFolder folder;
    private final Map<Long, Use> last = new HashMap<>();
    private final ScheduledExecutorService watcher =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "edges' peak"));
    private volatile double cores;
    private volatile double rssMib;

    EdgesPeak(DataFolder folder) {
        this.folder = folder;
        watcher.scheduleAtFixedRate(this::look, 0, STEP_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        Optional<UpRecord> up;
        try {
            up = UpFile.running(folder);
        } catch (IOException unreadable) {
            return;
        }
        for (UpRecord.PartRecord part : up.map(UpRecord::parts).orElseGet(java.util.List::of)) {
            if (part.name().startsWith("edge-") && part.pid() > 0) {
                look(part.pid());
            }
        }
    }

    private void look(long pid) {
        try {
            Use now = new Use(System.nanoTime(), ProcessUse.of(pid));
            Use before = last.put(pid, now);
            if (before != null) {
                cores = Math.max(cores, (now.use.cpuS() - before.use.cpuS()) / ((now.atNs - before.atNs) / NS_PER_S));
            }
            rssMib = Math.max(rssMib, now.use.rssMib());
        } catch (IOException ended) {
            last.remove(pid);
        }
    }

    /** The most that one edge used over half a second. */
    double cores() {
        return cores;
    }

    /** The most resident memory of one edge. */
    double rssMib() {
        return rssMib;
    }

    @Override
    public void close() {
        watcher.shutdownNow();
    }
}
