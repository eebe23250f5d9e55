package io.danmaku.bench.micro;

import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.packet.Packet;
import io.netty.buffer.ByteBuf;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Packets to bytes and back, a message of {@value #EVENTS} for decoding, and a batch of as many events to one frame of packets. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PacketBenchmark {
    static final int EVENTS = 20;
    private static final int PACKET_BYTES_MAX = 64 * 1024;

    private final Packet packet = new Packet(Packet.PLAIN, Packet.MESSAGE, 0, Messages.fragment());
    private final byte[] message = Packet.encode(Collections.nCopies(EVENTS, packet));
    private final Batch batch = batch();

    private static Batch batch() {
        BatchWriter writer = new BatchWriter("42");
        for (int offset = 1; offset <= EVENTS; offset++) {
            writer.add(offset, Messages.TS_MS, DeliveryClass.BEST_EFFORT, "", Messages.fragment());
        }
        return writer.finish();
    }

    @Benchmark
    public byte[] encodeAPacket() {
        return packet.encode();
    }

    @Benchmark
    public Packet.Decoded decodePackets() {
        Packet.Decoded decoded = Packet.decode(message, PACKET_BYTES_MAX);
        if (decoded.packets().size() != EVENTS) {
            throw new IllegalStateException(decoded.toString());
        }
        return decoded;
    }

    /** What the first viewer who takes packets costs a batch: for the others it is there. */
    @Benchmark
    public int frameABatchAsPackets() {
        ByteBuf frame = batch.cutPackets(0);
        int bytes = frame.readableBytes();
        frame.release();
        return bytes;
    }

    @TearDown
    public void release() {
        batch.release();
    }
}
