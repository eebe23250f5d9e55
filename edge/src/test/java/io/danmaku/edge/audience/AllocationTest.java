package io.danmaku.edge.audience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.edge.tail.Encoding;
import io.danmaku.edge.tail.RoomCompression;
import io.danmaku.edge.tail.Tail;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A room's shared frame costs its viewers no memory: what is allocated does not grow with them. */
class AllocationTest {
    private static final int VIEWERS = 1_000;
    private static final int WARM_UP = 400;
    private static final int MEASURED = 100;
    /** What one batch may allocate for all its viewers together: less than a byte a viewer. */
    private static final long BATCH_BYTES_MAX = VIEWERS / 2;

    private static final Encoding[] ENCODINGS = Encoding.values();

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @BeforeEach
    void leakDetectionWrapsEveryFrame() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void restoreLeakDetection() {
        ResourceLeakDetector.setLevel(level);
    }

    /** A socket that takes a frame at once, or as many turns later as its queue is long. */
    private static final class Sink extends EmbeddedChannel {
        private final ArrayDeque<Object> queue = new ArrayDeque<>();
        private final int queued;
        private long frames;

        Sink(int queued) {
            super(new ChannelInboundHandlerAdapter());
            this.queued = queued;
        }

        @Override
        protected void handleOutboundMessage(Object frame) {
            frames++;
            queue.add(frame);
            if (queue.size() > queued) {
                ReferenceCountUtil.release(queue.poll());
            }
        }

        void drain() {
            queue.forEach(ReferenceCountUtil::release);
            queue.clear();
        }
    }

    /** On a thread as Netty's and Vert.x's event loops are. */
    @ParameterizedTest(name = "{0} frames wait in every socket")
    @ValueSource(ints = {0, 1, 3})
    void aSharedFrameAllocatesNothingForAViewer(int queued) throws Exception {
        CompletableFuture<Long> perBatch = new CompletableFuture<>();
        new FastThreadLocalThread(() -> {
                    try {
                        perBatch.complete(bytesPerBatch(queued));
                    } catch (RuntimeException | Error failed) {
                        perBatch.completeExceptionally(failed);
                    }
                })
                .start();
        long bytes = perBatch.get(120, TimeUnit.SECONDS);
        assertTrue(bytes <= BATCH_BYTES_MAX, () -> bytes + " bytes a batch for " + VIEWERS + " viewers");
    }

    private static long bytesPerBatch(int queued) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Tail tail = new Tail(8, 1 << 20, 0);
        List<Sink> sockets = new ArrayList<>();
        EmbeddedChannel loop = new EmbeddedChannel();
        Deliveries deliveries = new Deliveries(ns -> {});
        RoomCompression compression = new RoomCompression(deliveries.framesCompressed());
        Audience audience = new Audience(
                tail,
                (from, tailFirst) -> CompletableFuture.failedFuture(new AssertionError("nobody is late")),
                loop.eventLoop(),
                deliveries,
                compression);
        for (int i = 0; i < VIEWERS; i++) {
            Sink socket = new Sink(queued);
            sockets.add(socket);
            audience.forward(audience.add(socket.pipeline().firstContext(), ENCODINGS[i % ENCODINGS.length], 0));
        }
        List<Batch> batches = batches(WARM_UP + MEASURED);
        batches.forEach(batch -> batch.fullCompressed(compression)); // as the broadcaster does
        batches.forEach(Batch::packets);
        bring(audience, tail, batches.subList(0, WARM_UP));
        List<Batch> measured = batches.subList(WARM_UP, batches.size());
        long before = threads.getCurrentThreadAllocatedBytes();
        bring(audience, tail, measured);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;

        sockets.forEach(socket -> assertEquals(WARM_UP + MEASURED, socket.frames));
        assertEquals(batches.size(), deliveries.framesCompressed().sum());
        assertTrue(deliveries.bytesSaved() > 0);
        sockets.forEach(Sink::drain);
        tail.clear();
        batches.forEach(batch -> assertEquals(0, batch.full().refCnt()));
        return bytes / MEASURED;
    }

    private static void bring(Audience audience, Tail tail, List<Batch> batches) {
        for (int i = 0; i < batches.size(); i++) {
            tail.append(batches.get(i));
            audience.run();
        }
    }

    private static List<Batch> batches(int count) {
        BatchWriter writer = new BatchWriter("42");
        byte[] chat =
                EventDetail.fragment(EventType.CHAT, "7", "Ann", Json.object().put("text", "x".repeat(1_000)));
        List<Batch> batches = new ArrayList<>();
        for (int offset = 1; offset <= count; offset++) {
            writer.add(offset, 0, DeliveryClass.BEST_EFFORT, "", chat);
            batches.add(writer.finish());
        }
        return batches;
    }
}
