package io.danmaku.bench.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The viewers' edge is killed in the middle of the measured stretch; all come back, to whichever edge takes them, and go on where they were. */
final class Storm implements Happening {
    private static final int BACK_S_MAX = 120;
    private static final long READY_NS_MAX = 120_000_000_000L;
    private static final long POLL_NS = 100_000_000L;
    private static final double NS_PER_MS = 1e6;
    private static final double US_PER_MS = 1_000;

    private final DataFolder folder;
    private long killedNs;
    private int restartsBefore;

    /** @param folder whose supervisor starts the edge again */
    Storm(DataFolder folder) {
        this.folder = folder;
    }

    @Override
    public int parts() {
        return 2;
    }

    @Override
    public boolean edgeStays() {
        return false;
    }

    @Override
    public void during(Pass pass, Stretch stretch) throws IOException, InterruptedException {
        Sleep.until(stretch.middleNs());
        restartsBefore =
                edge(pass).orElseThrow(() -> new IOException("the hub is gone")).restarts();
        try (EdgesPeak peak = new EdgesPeak(folder)) {
            killedNs = System.nanoTime();
            ProcessHandle.of(pass.hub().watchedPid())
                    .orElseThrow(() -> new IOException("the edge is gone"))
                    .destroyForcibly();
            JsonNode back = pass.crowd().back(pass.load().viewers(), BACK_S_MAX);
            pass.outcome()
                    .figures()
                    .put("viewers back", back.path("back").asLong())
                    .put("all back after the kill, ms", (back.path("lastBackNs").asLong() - killedNs) / NS_PER_MS)
                    .put("away p50, ms", back.path("p50Us").asDouble() / US_PER_MS)
                    .put("away p99, ms", back.path("p99Us").asDouble() / US_PER_MS)
                    .put("away max, ms", back.path("maxUs").asDouble() / US_PER_MS)
                    .put(
                            "viewers that the hub told when to return",
                            back.path("hinted").asLong())
                    .put("handshakes/s, peak", back.path("handshakesPeak").asLong())
                    .put("edge CPU peak, cores", peak.cores())
                    .put("edge RSS peak, MiB", peak.rssMib());
        }
    }

    /** The next run needs the edge. */
    @Override
    public void after(Pass pass) throws IOException {
        long endNs = killedNs + READY_NS_MAX;
        boolean back = isBack(pass);
        while (!back && System.nanoTime() < endNs) {
            LockSupport.parkNanos(POLL_NS);
            back = isBack(pass);
        }
        pass.outcome().fault("edges that did not start again", back ? 0 : 1);
    }

    private boolean isBack(Pass pass) throws IOException {
        return edge(pass)
                .filter(part -> part.state() == UpRecord.PartState.READY && part.restarts() > restartsBefore)
                .isPresent();
    }

    private Optional<UpRecord.PartRecord> edge(Pass pass) throws IOException {
        return UpFile.running(folder).map(up -> Hub.part(up, pass.hub().watched()));
    }
}
