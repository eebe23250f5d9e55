package io.danmaku.bench.fanout;

import io.danmaku.bench.load.Stream;
import io.danmaku.bench.report.Figures;
import io.danmaku.bench.report.LinePicture;
import io.danmaku.bench.report.LinePicture.Line;
import io.danmaku.bench.swarm.Habits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One pass after the other, each at twice the rate, until the hub does not keep up or is late: where its knee is on this machine. */
final class StepLoad {
    private static final int STEPS_MAX = 8;
    private static final double KEPT_UP = 0.98;
    private static final double LATE_MS = 500;

    private StepLoad() {}

    static Outcome run(Load load, Hub hub, List<String> rooms, String secret) throws IOException, InterruptedException {
        Outcome all = new Outcome();
        List<Double> offered = new ArrayList<>();
        List<Double> p99Ms = new ArrayList<>();
        List<Double> edgeP99Ms = new ArrayList<>();
        List<Double> cores = new ArrayList<>();
        StringBuilder csv = new StringBuilder("offered,delivered,cores,p99_ms,edge_p99_ms\n");
        double knee = 0;
        Load step = load;
        for (int i = 0; i < STEPS_MAX; i++) {
            Outcome outcome = new Pass(hub, step, Habits.NONE, Happening.NOTHING).run(rooms, secret);
            Figures figures = outcome.figures();
            double delivered = figures.get("delivered, deliveries/s");
            double late = figures.get("latency p99, ms");
            String name = step.rate() + "/s: ";
            offered.add(step.offered());
            p99Ms.add(late);
            edgeP99Ms.add(figures.get("edge only p99, ms"));
            cores.add(figures.get("edge CPU, cores"));
            csv.append(String.format(
                    Locale.ROOT,
                    "%.0f,%.0f,%.3f,%.1f,%.1f%n",
                    step.offered(),
                    delivered,
                    figures.get("edge CPU, cores"),
                    late,
                    figures.get("edge only p99, ms")));
            for (String figure : List.of(
                    "delivered, deliveries/s",
                    "edge CPU, cores",
                    "latency p99, ms",
                    "edge only p99, ms",
                    "events a frame")) {
                all.figures().put(name + figure, figures.get(figure));
            }
            if (delivered < step.offered() * KEPT_UP || late > LATE_MS) {
                break; // what it left out then is no fault: the rate was too much
            }
            all.include(outcome, name);
            knee = delivered;
            step = step.withStreams(List.of(Stream.chat(step.rate() * 2)));
        }
        all.figures().put("most that was kept up with, deliveries/s", knee);
        all.files().put("steps.csv", csv.toString());
        String across = "offered, deliveries/s";
        all.files()
                .put(
                        "steps-latency.svg",
                        LinePicture.svg(
                                "p99 in ms by load",
                                across,
                                List.of(
                                        new Line("end to end", offered, p99Ms),
                                        new Line("edge only", offered, edgeP99Ms))));
        all.files()
                .put(
                        "steps-cores.svg",
                        LinePicture.svg(
                                "cores of the edge by load", across, List.of(new Line("cores", offered, cores))));
        return all;
    }
}
