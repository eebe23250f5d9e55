package io.danmaku.bench.micro;

import io.danmaku.edge.broadcast.RepeatWindow;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Telling repeats in a room of 1,000 messages a second: a window of 60 s is full when it is measured. A call is one record. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RepeatBenchmark {
    /** As many different ids as come again no sooner than a window later. */
    private static final int IDS = 1 << 18;

    private static final int USERS = 1 << 10;

    private final String[] cids = new String[IDS];
    private final String[] users = new String[USERS];
    private final RepeatWindow window = new RepeatWindow();
    private long offset;

    @Setup
    public void fill() {
        for (int i = 0; i < IDS; i++) {
            cids[i] = "c-" + i;
        }
        for (int i = 0; i < USERS; i++) {
            users[i] = "user-" + i;
        }
        for (int i = 0; i < RepeatWindow.WINDOW_OFFSETS + 1; i++) {
            observeANewRecord();
        }
    }

    @Benchmark
    public RepeatWindow.Kept observeANewRecord() {
        offset++;
        RepeatWindow.Kept kept = window.observe(
                offset, Messages.TS_MS + offset, users[(int) offset & (USERS - 1)], cids[(int) offset & (IDS - 1)]);
        if (kept != null) {
            throw new IllegalStateException(offset + " is no repeat of " + kept);
        }
        return kept;
    }
}
