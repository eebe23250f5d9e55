package io.danmaku.bench.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.machine.Sleep;
import java.io.IOException;

/** Some viewers stop reading in the middle of the measured stretch and go on at its end. What of the others? */
final class Stopping implements Happening {
    private long stopped;
    private double rssBeforeMib;

    @Override
    public int parts() {
        return 2;
    }

    @Override
    public void during(Pass pass, Stretch stretch) throws IOException, InterruptedException {
        Sleep.until(stretch.middleNs());
        rssBeforeMib = EdgeSample.of(pass.hub()).process().rssMib();
        stopped = pass.crowd().stop().path("viewers").asLong();
    }

    @Override
    public void after(Pass pass) throws IOException, InterruptedException {
        double rssAfterMib = EdgeSample.of(pass.hub()).process().rssMib();
        JsonNode stoppers = pass.crowd().count().path("stoppers");
        pass.crowd().resume();
        pass.outcome()
                .figures()
                .put("viewers that stopped reading", stopped)
                .put("edge RSS before they stopped, MiB", rssBeforeMib)
                .put("edge RSS when they had, MiB", rssAfterMib)
                .put("of them closed as too slow", stoppers.path("tooSlow").asLong());
    }
}
