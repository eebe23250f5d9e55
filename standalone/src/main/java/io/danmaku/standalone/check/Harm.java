package io.danmaku.standalone.check;

import java.io.IOException;
import java.time.Duration;

/** What is done to parts of the hub, one after the other, and whether it is whole again. Main thread only. */
final class Harm {
    /** For so long a part stands still: longer than the broker takes to give up a client that does not answer, which is twice its keep-alive interval. */
    static final Duration PAUSE = Duration.ofSeconds(22);

    private final OwnHub hub;
    private final HistoryFile file;
    private boolean whole = true;
    private long wakeNs;
    private String paused = "";
    private int done;

    Harm(OwnHub hub, HistoryFile file) {
        this.hub = hub;
        this.file = file;
    }

    /** How often something was done. */
    int done() {
        return done;
    }

    /** Does what a step says, which is a kill or a pause. The hub is whole before. */
    void carryOut(Plan.Step step) throws IOException, InterruptedException {
        String part = step.what();
        done++;
        whole = false;
        file.stir(step.kind() == Plan.Kind.PAUSE ? "pause" : "kill", file.nowUs(), part);
        if (step.kind() == Plan.Kind.PAUSE) {
            paused = part;
            wakeNs = System.nanoTime() + PAUSE.toNanos();
            hub.pause(part);
        } else if (part.equals(Plan.REDIS_EMPTY)) {
            hub.killAndEmptyRedis();
        } else {
            hub.kill(part);
        }
    }

    /** Whether every part is there again; one that stands still goes on when its time is over. To be asked often. */
    boolean isWhole() throws IOException, InterruptedException {
        if (whole) {
            return true;
        }
        if (!paused.isEmpty()) {
            if (System.nanoTime() < wakeNs) {
                return false;
            }
            hub.resume();
            file.stir("resume", file.nowUs(), paused);
            paused = "";
        }
        whole = hub.isWhole();
        if (whole) {
            file.stir("whole", file.nowUs(), "");
        }
        return whole;
    }
}
