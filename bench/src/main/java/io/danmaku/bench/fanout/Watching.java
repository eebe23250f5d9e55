package io.danmaku.bench.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.bench.report.LinePicture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Nothing happens; once a second it is counted how much has been delivered. */
final class Watching implements Happening {
    private static final double NS_PER_S = 1e9;

    private final List<Double> atS = new ArrayList<>();
    private final List<Double> perSecond = new ArrayList<>();

    @Override
    public void during(Pass pass, Stretch stretch) throws IOException, InterruptedException {
        JsonNode last = pass.crowd().count();
        for (long atNs = stretch.fromNs() + (long) NS_PER_S; atNs < stretch.toNs(); atNs += (long) NS_PER_S) {
            Sleep.until(atNs);
            JsonNode now = pass.crowd().count();
            double seconds = (now.path("atNs").asLong() - last.path("atNs").asLong()) / NS_PER_S;
            atS.add((now.path("atNs").asLong() - stretch.fromNs()) / NS_PER_S);
            perSecond.add((now.path("events").asDouble() - last.path("events").asDouble()) / seconds);
            last = now;
        }
    }

    @Override
    public void after(Pass pass) {
        pass.outcome()
                .files()
                .put(
                        "rate.svg",
                        LinePicture.svg(
                                "deliveries a second over time",
                                "seconds of the measured stretch",
                                List.of(new LinePicture.Line("deliveries/s", atS, perSecond))));
    }
}
