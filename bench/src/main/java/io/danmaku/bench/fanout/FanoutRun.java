package io.danmaku.bench.fanout;

import io.danmaku.bench.ceiling.CeilingRun;
import io.danmaku.bench.report.Figures;
import io.danmaku.standalone.folder.DataFolder;
import java.io.IOException;
import java.util.List;

/** One run of a scenario: a pass of a crowd, and then the bare loop does the same. */
final class FanoutRun {
    private FanoutRun() {}

    static Outcome run(Scenario scenario, Load load, Hub hub, DataFolder folder, List<String> rooms, String secret)
            throws IOException, InterruptedException {
        if (scenario == Scenario.COMPRESSION) {
            return CompressionRun.run(load, hub, rooms, secret);
        }
        if (scenario == Scenario.STEP_LOAD) {
            return StepLoad.run(load, hub, rooms, secret);
        }
        Outcome outcome =
                new Pass(hub, load, scenario.habits(hub, load), scenario.happening(folder)).run(rooms, secret);
        if (load.ceilingSeconds() > 0) {
            ceiling(load, outcome.figures());
        }
        return outcome;
    }

    private static void ceiling(Load load, Figures figures) throws IOException, InterruptedException {
        CeilingRun bare = CeilingRun.of(
                load.viewers(),
                load.rooms(),
                load.swarmLoops(),
                (int) Math.round(figures.get("bytes a frame")),
                figures.get("frames/s to a viewer"),
                load.ceilingSeconds());
        figures.put("bare loop: writes per CPU-second", bare.writesPerCpuS())
                .put("bare loop: writes/s", bare.writes() / bare.seconds())
                .put("bare loop: writes not taken whole", bare.partial())
                .put(
                        "edge's writes to the bare ones",
                        figures.get("writes per event-loop CPU-second") / bare.writesPerCpuS());
    }
}
