package io.danmaku.bench.fanout;

import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.bench.report.Figures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The edge is looked at every ten seconds: does anything grow for as long as it runs? */
final class Soak implements Happening {
    private static final long STEP_NS = 10_000_000_000L;
    private static final double NS_PER_S = 1e9;
    private static final double BYTES_PER_MIB = 1 << 20;
    /** A line through fewer says nothing. */
    private static final int SAMPLES_MIN = 6;

    private final List<Double> atS = new ArrayList<>();
    private final List<Double> rssMib = new ArrayList<>();
    private final List<Double> heapMib = new ArrayList<>();
    private final List<Double> directMib = new ArrayList<>();
    private final List<Double> files = new ArrayList<>();

    @Override
    public void during(Pass pass, Stretch stretch) throws IOException, InterruptedException {
        for (long atNs = stretch.fromNs(); atNs < stretch.toNs(); atNs += STEP_NS) {
            Sleep.until(atNs);
            atS.add((atNs - stretch.fromNs()) / NS_PER_S);
            String metrics = EdgeSample.metrics(pass.hub());
            rssMib.add(ProcessUse.of(pass.hub().watchedPid()).rssMib());
            heapMib.add(EdgeSample.sum(metrics, "jvm_gc_live_data_size_bytes") / BYTES_PER_MIB);
            directMib.add(EdgeSample.sum(metrics, "jvm_buffer_memory_used_bytes{id=\"direct\"") / BYTES_PER_MIB);
            files.add((double) ProcessUse.openFiles(pass.hub().watchedPid()));
        }
    }

    @Override
    public void after(Pass pass) {
        Figures figures = pass.outcome().figures();
        double overS = atS.get(atS.size() - 1) - atS.get(0);
        int growing = tell(figures, "RSS, MiB", rssMib, overS)
                + tell(figures, "heap after collection, MiB", heapMib, overS)
                + tell(figures, "direct memory, MiB", directMib, overS)
                + tell(figures, "open files", files, overS);
        if (atS.size() >= SAMPLES_MIN) {
            figures.put("things that grow steadily", growing);
        }
        pass.outcome().files().put("soak.csv", csv());
    }

    private int tell(Figures figures, String what, List<Double> samples, double overS) {
        Trend trend = Trend.of(atS, samples);
        boolean grows = atS.size() >= SAMPLES_MIN && trend.grows(overS);
        figures.put("edge " + what + ": first", samples.get(0))
                .put("edge " + what + ": last", samples.get(samples.size() - 1))
                .put("edge " + what + ": growth an hour", trend.perHour())
                .put("edge " + what + ": fit of the line", trend.fit());
        if (grows) {
            System.out.printf(
                    Locale.ROOT,
                    "leak? the edge's %s grow by %.1f an hour, steadily (fit %.2f)%n",
                    what,
                    trend.perHour(),
                    trend.fit());
        }
        return grows ? 1 : 0;
    }

    private String csv() {
        StringBuilder csv = new StringBuilder("seconds,rss_mib,heap_after_collection_mib,direct_mib,open_files\n");
        for (int i = 0; i < atS.size(); i++) {
            csv.append(String.format(
                    Locale.ROOT,
                    "%.0f,%.1f,%.1f,%.1f,%.0f%n",
                    atS.get(i),
                    rssMib.get(i),
                    heapMib.get(i),
                    directMib.get(i),
                    files.get(i)));
        }
        return csv.toString();
    }
}
