package io.danmaku.bench.micro;

import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.log.RoomRecord;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A room's record to bytes and back, as edges write and read it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RecordBenchmark {
    private final RoomRecord record = new RoomRecord(
            EventType.CHAT, false, false, 1, 17, 4_711, "user-4711", "c-123456", "", Messages.fragment());
    private final byte[] bytes = record.encode();

    @Benchmark
    public byte[] encode() {
        return record.encode();
    }

    @Benchmark
    public RoomRecord decode() {
        return RoomRecord.decode(bytes);
    }
}
