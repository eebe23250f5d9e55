package io.danmaku.bench.direct;

import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What dm-service keeps in memory. */
final class ServiceHeap {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long COLLECT_S_MAX = 60;
    private static final String USED = "jvm_memory_used_bytes{";
    private static final double MIB = 1 << 20;

    private ServiceHeap() {}

    /** Its heap in use after a full collection; NaN where the JDK has no {@code jcmd}, somebody else runs it, or there are several. */
    static double liveMib(UpRecord up) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        UpRecord.PartRecord service = up.part("dm-service");
        if (service == null || !Files.isExecutable(jcmd)) {
            return Double.NaN;
        }
        Process collect = new ProcessBuilder(jcmd.toString(), Long.toString(service.pid()), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!collect.waitFor(COLLECT_S_MAX, TimeUnit.SECONDS)) {
            collect.destroyForcibly();
        }
        String address = up.addresses().get("dmService").toString();
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/metrics"))
                .timeout(TIMEOUT)
                .build();
        double used = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(USED) && line.contains("area=\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
        return used / MIB;
    }
}
