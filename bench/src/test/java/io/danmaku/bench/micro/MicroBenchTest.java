package io.danmaku.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

final class MicroBenchTest {
    @Test
    void everyBenchmarkRuns() throws Exception {
        Set<String> ran = new TreeSet<>();
        for (RunResult result : new Runner(new OptionsBuilder()
                        .include("io\\.danmaku\\.bench\\.micro\\..*")
                        .param("viewers", "100")
                        .mode(Mode.SingleShotTime)
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run()) {
            ran.add(result.getParams().getBenchmark().replaceAll(".*\\.", ""));
        }
        assertEquals(
                Set.of(
                        "advanceAllByABatch",
                        "check",
                        "checkAChat",
                        "decode",
                        "decodeAChat",
                        "decodePackets",
                        "encode",
                        "encodeAPacket",
                        "frameABatch",
                        "frameABatchAndAppendIt",
                        "frameABatchAsPackets",
                        "masked",
                        "observeANewRecord",
                        "ringToTail",
                        "english",
                        "chinese"),
                ran);
    }
}
