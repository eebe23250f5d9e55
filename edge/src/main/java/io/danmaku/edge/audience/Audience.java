package io.danmaku.edge.audience;

import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.Encoding;
import io.danmaku.edge.tail.RoomCompression;
import io.danmaku.edge.tail.Tail;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The viewers of a room on one event loop. */
public final class Audience implements Runnable {
    /**
     * So many batches behind the head a viewer who once stood there lags: two seconds at the shortest frame interval. A
     * shorter stall costs it nothing; who resumes does not lag, however long its way to the head is.
     */
    static final int LAG_BATCHES = 40;

    private final Tail tail;
    private final CatchUp catchUp;
    private final EventLoop loop;
    private final Deliveries deliveries;
    private final RoomCompression compression;
    private final Batch.Superseded superseded;
    private final ArrayList<Viewer> viewers = new ArrayList<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    /** When the oldest event was read that the coming run tells; set by who wakes, before the run. */
    private long oldestReadNs;
    /** Viewers who negotiated compression: written on the loop, read by the broadcaster. */
    private final AtomicInteger compressedViewers = new AtomicInteger();
    /** The batch that was looked up last in this run, retained: most viewers want the same one. */
    private Batch looked;

    private long lookedSeq = -1;
    /** What this run wrote, so that it is counted once. */
    private int runFrames;

    private long runEvents;
    private long runBytes;
    private long runSaved;

    public Audience(Tail tail, CatchUp catchUp, EventLoop loop, Deliveries deliveries, RoomCompression compression) {
        this.tail = tail;
        this.catchUp = catchUp;
        this.loop = loop;
        this.deliveries = deliveries;
        this.compression = compression;
        superseded = tail::hasNewer;
    }

    /** Viewers now. */
    public int size() {
        return viewers.size();
    }

    /** Whether somebody here takes compressed frames; from any thread. */
    public boolean takesCompressed() {
        return compressedViewers.get() > 0;
    }

    /**
     * Adds a viewer who has everything up to {@code since}; frames begin with the next {@link #forward(Viewer)} or
     * wake-up.
     *
     * @param encoding what the socket negotiated
     */
    public Viewer add(ChannelHandlerContext socket, Encoding encoding, long since) {
        Viewer viewer = new Viewer(socket, encoding, since);
        if (encoding == Encoding.COMPRESSED) {
            compressedViewers.incrementAndGet();
        }
        viewer.index = viewers.size();
        viewers.add(viewer);
        return viewer;
    }

    public void remove(Viewer viewer) {
        if (viewer.index < 0) {
            return;
        }
        if (viewer.encoding == Encoding.COMPRESSED) {
            compressedViewers.decrementAndGet();
        }
        Viewer last = viewers.remove(viewers.size() - 1);
        if (last != viewer) {
            viewers.set(viewer.index, last);
            last.index = viewer.index;
        }
        viewer.index = -1;
    }

    /**
     * Says that the tail has grown; on the broadcaster's thread. However often it is said, the loop runs once.
     *
     * @param readNs when the oldest event of it was read
     */
    public void wake(long readNs) {
        if (woken.compareAndSet(false, true)) {
            oldestReadNs = readNs;
            loop.execute(this);
        }
    }

    /** Brings every viewer forward; on the event loop. */
    @Override
    public void run() {
        long readNs = oldestReadNs;
        woken.set(false);
        try {
            for (int i = viewers.size() - 1; i >= 0; i--) {
                // a write that fails may close a socket and remove viewers under way
                if (i < viewers.size()) {
                    advance(viewers.get(i));
                }
            }
            if (runFrames > 0) {
                deliveries.told(System.nanoTime() - readNs);
            }
        } finally {
            endRun();
        }
    }

    /** Brings one viewer forward: after it joined, or when its socket took what it had. */
    public void forward(Viewer viewer) {
        try {
            advance(viewer);
        } finally {
            endRun();
        }
    }

    private void endRun() {
        forgetLooked();
        if (runFrames > 0) {
            deliveries.count(runFrames, runEvents, runBytes, runSaved);
            runFrames = 0;
            runEvents = 0;
            runBytes = 0;
            runSaved = 0;
        }
    }

    private void advance(Viewer viewer) {
        if (viewer.index < 0 || viewer.catchingUp) {
            return;
        }
        boolean wrote = false;
        while (true) {
            if (viewer.cursor < 0) {
                viewer.cursor = tail.find(viewer.next);
            }
            long head = tail.head();
            if (viewer.cursor >= head) {
                viewer.lagging = false;
                viewer.resuming = false;
                break;
            }
            viewer.lagging |= !viewer.resuming && (viewer.cursor < 0 || head - viewer.cursor > LAG_BATCHES);
            if (!viewer.socket.channel().isWritable()) {
                break;
            }
            if (viewer.cursor < 0) {
                startCatchUp(viewer);
                break;
            }
            Batch batch = look(viewer.cursor);
            if (batch == null) {
                viewer.cursor = -1;
                continue;
            }
            wrote |= write(viewer, batch, viewer.cursor + 1);
        }
        if (wrote) {
            viewer.socket.flush();
        }
    }

    private Batch look(long seq) {
        if (seq != lookedSeq) {
            forgetLooked();
            looked = tail.retain(seq);
            lookedSeq = looked == null ? -1 : seq;
        }
        return looked;
    }

    private void forgetLooked() {
        if (looked != null) {
            looked.release();
            looked = null;
        }
        lookedSeq = -1;
    }

    /**
     * Writes what of a batch the viewer does not have.
     *
     * @param cursorBehind where the viewer stands in the tail then, or -1
     */
    private boolean write(Viewer viewer, Batch batch, long cursorBehind) {
        if (batch.to() < viewer.next) {
            viewer.cursor = cursorBehind;
            return false;
        }
        ByteBuf frame;
        int saved = 0;
        if (viewer.encoding == Encoding.PACKETS) {
            frame = packets(viewer, batch);
        } else if (batch.from() < viewer.next) {
            frame = batch.cut(viewer.next - 1); // of its own: compressing it would be paid for by one viewer
        } else {
            ByteBuf shared = viewer.lagging ? batch.lean(superseded) : batch.full();
            if (viewer.encoding == Encoding.COMPRESSED) {
                saved = shared.readableBytes();
                shared = viewer.lagging
                        ? batch.leanCompressed(superseded, compression)
                        : batch.fullCompressed(compression);
                saved -= shared.readableBytes();
            }
            frame = shared.retainedDuplicate();
        }
        // before the write: it may call back, and then the viewer has to stand where it will
        viewer.next = batch.to() + 1;
        viewer.cursor = cursorBehind;
        if (!frame.isReadable()) {
            return false;
        }
        runFrames++;
        runEvents += batch.events();
        runBytes += frame.readableBytes();
        runSaved += saved;
        viewer.socket.write(frame, viewer.socket.voidPromise());
        return true;
    }

    /** Without a byte where a batch has no event for the viewer: packets say events and nothing else. */
    private ByteBuf packets(Viewer viewer, Batch batch) {
        if (batch.from() < viewer.next) {
            return batch.cutPackets(viewer.next - 1);
        }
        return (viewer.lagging ? batch.leanPackets(superseded) : batch.packets()).retainedDuplicate();
    }

    private void startCatchUp(Viewer viewer) {
        viewer.catchingUp = true;
        catchUp.read(viewer.next, tail.firstOffset())
                .whenComplete((batches, failure) -> loop.execute(() -> caughtUp(viewer, batches)));
    }

    /** @param batches null when the log could not be read: the connection's tick tries again */
    private void caughtUp(Viewer viewer, List<Batch> batches) {
        if (batches == null) {
            viewer.catchingUp = false;
            return;
        }
        boolean wrote = false;
        for (Batch batch : batches) {
            if (viewer.index >= 0) {
                wrote |= write(viewer, batch, -1);
            }
            batch.release();
        }
        viewer.catchingUp = false;
        if (wrote) {
            viewer.socket.flush();
        }
        forward(viewer);
    }

    /** Tells every viewer something in JSON, outside the order of the room; on the event loop. Takes over the frame. */
    public void tell(ByteBuf frame) {
        try {
            for (int i = viewers.size() - 1; i >= 0; i--) {
                if (i < viewers.size()) {
                    Viewer viewer = viewers.get(i);
                    if (viewer.encoding != Encoding.PACKETS
                            && viewer.socket.channel().isWritable()) {
                        viewer.socket.writeAndFlush(frame.retainedDuplicate(), viewer.socket.voidPromise());
                    }
                }
            }
        } finally {
            frame.release();
        }
    }
}
