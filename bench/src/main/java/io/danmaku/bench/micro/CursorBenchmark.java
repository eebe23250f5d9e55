package io.danmaku.bench.micro;

import io.danmaku.edge.audience.Audience;
import io.danmaku.edge.audience.Deliveries;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.edge.tail.Encoding;
import io.danmaku.edge.tail.RoomCompression;
import io.danmaku.edge.tail.Tail;
import io.danmaku.protocol.event.DeliveryClass;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Bringing every viewer of a room one batch forward, a write and a flush each, to sockets that take a frame at once and without the system. A
 * call is one batch (framed, appended, handed to all).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CursorBenchmark {
    private static final int TAIL_BATCHES = 8;
    private static final long TAIL_BYTES = 1 << 20;

    @Param({"1000", "10000", "100000"})
    public int viewers;

    private final byte[] chat = Messages.fragment();
    private final BatchWriter writer = new BatchWriter("42");
    private final Tail tail = new Tail(TAIL_BATCHES, TAIL_BYTES, 0);
    private final EmbeddedChannel loop = new EmbeddedChannel();
    private Audience audience;
    private final Deliveries deliveries = new Deliveries(ns -> {});
    private long offset;

    /** Lets go of a frame as soon as it is flushed. */
    private static final class Sink extends EmbeddedChannel {
        Sink() {
            super(new ChannelInboundHandlerAdapter());
        }

        @Override
        protected void handleOutboundMessage(Object frame) {
            ReferenceCountUtil.release(frame);
        }
    }

    @Setup
    public void join() {
        audience = new Audience(
                tail,
                (from, tailFirst) -> CompletableFuture.failedFuture(new IllegalStateException("nobody is late")),
                loop.eventLoop(),
                deliveries,
                new RoomCompression(deliveries.framesCompressed()));
        for (int i = 0; i < viewers; i++) {
            audience.forward(audience.add(new Sink().pipeline().firstContext(), Encoding.PLAIN, 0));
        }
    }

    @Benchmark
    public long advanceAllByABatch() {
        writer.add(++offset, Messages.TS_MS, DeliveryClass.BEST_EFFORT, "", chat);
        tail.append(writer.finish());
        audience.run();
        return offset;
    }

    @TearDown
    public void everybodyGotEverything() {
        tail.clear();
        if (deliveries.events() != offset * viewers) {
            throw new IllegalStateException(deliveries.events() + " deliveries of " + offset + " batches");
        }
    }
}
