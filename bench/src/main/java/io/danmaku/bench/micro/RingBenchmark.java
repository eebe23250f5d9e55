package io.danmaku.bench.micro;

import io.danmaku.edge.audience.Deliveries;
import io.danmaku.edge.broadcast.Broadcaster;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.edge.broadcast.Pace;
import io.danmaku.edge.tail.Deletions;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From a room's reader through the ring to its tail, two threads as in an edge; a call is {@value #RECORDS} records. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RingBenchmark {
    private static final int RECORDS = 10_000;
    private static final int RING_SLOTS = 16_384;
    private static final int BATCH_BYTES_MAX = 64 * 1024;
    private static final int TAIL_BATCHES = 1_024;
    private static final long TAIL_BYTES = 4 << 20;

    /** 0: nothing is left out; 100: nearly all of it. */
    @Param({"0", "100"})
    public int bestEffortPerSecond;

    private final RoomRecord record =
            new RoomRecord(EventType.CHAT, false, false, 1, 0, 0, "7", "", "", Messages.fragment());
    private final Broadcaster broadcaster = new Broadcaster(
            1,
            RING_SLOTS,
            new Pace(1, 1, Integer.MAX_VALUE, () -> new Executor[0]), // told at once, whatever the rate
            BATCH_BYTES_MAX,
            (sendId, offset, tsMs, held) -> {});
    private LiveRoom room;
    private long offset;

    @Setup
    public void open() {
        room = new LiveRoom(
                new LiveRoom.Opening(
                        new RoomKey(Ids.DEFAULT_TENANT, "42"),
                        "e",
                        Durability.LOGGED,
                        0,
                        TAIL_BATCHES,
                        TAIL_BYTES,
                        1,
                        PolicyJson.merged(
                                RoomPolicy.DEFAULT, Json.object().put("bestEffortPerSecond", bestEffortPerSecond)),
                        new Deletions()),
                (from, tailFirst) -> CompletableFuture.failedFuture(new IllegalStateException("nobody is late")),
                new Deliveries(ns -> {}),
                System.nanoTime());
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long ringToTail() {
        for (int i = 0; i < RECORDS; i++) {
            broadcaster.record(room, ++offset, Messages.TS_MS, record);
        }
        while (room.tail().headOffset() < offset) {
            Thread.onSpinWait();
        }
        return offset;
    }

    @TearDown
    public void close() {
        broadcaster.close(room).join();
        broadcaster.close();
    }
}
