package io.danmaku.bench.fanout;

import java.io.IOException;

/** Everybody comes while messages flow, evenly within a time. */
final class Arrival implements Happening {
    private static final int RAMP_MS = 5_000;

    @Override
    public boolean viewersFirst() {
        return false;
    }

    @Override
    public void during(Pass pass, Stretch stretch) throws IOException, InterruptedException {
        pass.join(RAMP_MS);
    }
}
