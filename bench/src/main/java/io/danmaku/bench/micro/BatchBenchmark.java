package io.danmaku.bench.micro;

import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.edge.tail.Tail;
import io.danmaku.protocol.event.DeliveryClass;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From events to a batch in the tail; a call is a batch of {@value #EVENTS} events. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BatchBenchmark {
    static final int EVENTS = 20;
    private static final int TAIL_BATCHES = 1024;
    private static final long TAIL_BYTES = 4 << 20;

    private final byte[] chat = Messages.fragment();
    private final BatchWriter writer = new BatchWriter("42");
    private final Tail tail = new Tail(TAIL_BATCHES, TAIL_BYTES, 0);
    private long offset;

    private Batch batch() {
        for (int i = 0; i < EVENTS; i++) {
            writer.add(++offset, Messages.TS_MS, DeliveryClass.BEST_EFFORT, "", chat);
        }
        return writer.finish();
    }

    @Benchmark
    public int frameABatch() {
        Batch batch = batch();
        int bytes = batch.bytes();
        batch.release();
        return bytes;
    }

    /** What it lets go of at the bounds included. */
    @Benchmark
    public long frameABatchAndAppendIt() {
        tail.append(batch());
        return tail.head();
    }

    @TearDown
    public void clear() {
        tail.clear();
    }
}
