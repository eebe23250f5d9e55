package io.danmaku.bench.fanout;

import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.bench.machine.ThreadUse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * What the viewers' edge had used at a moment.
 *
 * @param pauses collections of garbage that stopped it, from its {@code /metrics}
 * @param pausedS seconds that it was stopped
 */
record EdgeSample(long atNs, ProcessUse process, ThreadUse threads, double pauses, double pausedS, Told told) {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    static EdgeSample of(Hub hub) throws IOException, InterruptedException {
        long atNs = System.nanoTime();
        ProcessUse process = ProcessUse.of(hub.watchedPid());
        ThreadUse threads = ThreadUse.of(hub.watchedPid());
        String metrics = metrics(hub);
        return new EdgeSample(
                atNs,
                process,
                threads,
                sum(metrics, "jvm_gc_pause_seconds_count"),
                sum(metrics, "jvm_gc_pause_seconds_sum"),
                Told.of(metrics));
    }

    /** What the viewers' edge says at {@code /metrics}. */
    static String metrics(Hub hub) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(hub.watched() + "/metrics"))
                .timeout(TIMEOUT)
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    /**
     * Of all lines of a metric in Prometheus text; 0 when there is none yet.
     *
     * @param name of the metric, perhaps with an opening brace and its first label behind it
     */
    static double sum(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name)
                        && line.length() > name.length()
                        && "{ ,}".indexOf(line.charAt(name.length())) >= 0)
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
