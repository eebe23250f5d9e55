package io.danmaku.edge.tail;

import io.danmaku.protocol.event.SkipReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * Events of one room that cover offsets {@code from..to} without holes, as the frames that go out. Immutable but for
 * its count of references: whoever made it holds one, {@link #tryRetain()} takes another. Thread-safe.
 */
public final class Batch {
    private static final AtomicIntegerFieldUpdater<Batch> REFERENCES =
            AtomicIntegerFieldUpdater.newUpdater(Batch.class, "references");
    private static final AtomicReferenceFieldUpdater<Batch, ByteBuf> LEAN =
            AtomicReferenceFieldUpdater.newUpdater(Batch.class, ByteBuf.class, "lean");
    private static final AtomicReferenceFieldUpdater<Batch, ByteBuf> PACKETS =
            AtomicReferenceFieldUpdater.newUpdater(Batch.class, ByteBuf.class, "packets");
    private static final AtomicReferenceFieldUpdater<Batch, ByteBuf> LEAN_PACKETS =
            AtomicReferenceFieldUpdater.newUpdater(Batch.class, ByteBuf.class, "leanPackets");
    private static final AtomicReferenceFieldUpdater<Batch, Choice> FULL_CHOICE =
            AtomicReferenceFieldUpdater.newUpdater(Batch.class, Choice.class, "fullChoice");
    private static final AtomicReferenceFieldUpdater<Batch, Choice> LEAN_CHOICE =
            AtomicReferenceFieldUpdater.newUpdater(Batch.class, Choice.class, "leanChoice");
    private static final ByteBuf TYPE =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(",\"t\":\"", StandardCharsets.US_ASCII));
    private static final ByteBuf SENDER =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(",\"u\":{\"id\":\"", StandardCharsets.US_ASCII));

    private final String room;
    private final long from;
    private final long to;
    private final BatchIndex index;
    private final ByteBuf full;
    private final String gap;
    private volatile ByteBuf lean;
    /** The full frame as packets; null = nobody needed it yet. */
    private volatile ByteBuf packets;
    /** As {@link #packets}, of the lean frame. */
    private volatile ByteBuf leanPackets;
    /** What compressing viewers get for the full frame; null = not decided yet. */
    private volatile Choice fullChoice;
    /** As {@link #fullChoice}, for the lean frame. */
    private volatile Choice leanChoice;

    private volatile int references = 1;
    /** Number in its tail; set once by the tail before the batch can be seen. */
    long seq = -1;
    /** What its tail counts for it: its bytes when it was appended. */
    int bytesInTail;

    Batch(String room, long from, long to, BatchIndex index, ByteBuf full, String gap) {
        this.room = room;
        this.from = from;
        this.to = to;
        this.index = index;
        this.full = full;
        this.gap = gap;
    }

    /** Whether a newer value of a LATEST key than the one at an offset follows for sure. */
    @FunctionalInterface
    public interface Superseded {
        boolean test(String key, long offset);
    }

    /** @param own whether the frame is the compressed one, held besides the plain one */
    private record Choice(ByteBuf frame, boolean own) {
        static int ownBytes(Choice choice) {
            return choice != null && choice.own ? choice.frame.readableBytes() : 0;
        }

        static void releaseOwn(Choice choice) {
            if (choice != null && choice.own) {
                choice.frame.release();
            }
        }
    }

    public long from() {
        return from;
    }

    public long to() {
        return to;
    }

    /** Events in the full frame. */
    public int events() {
        return index.events;
    }

    /** Bytes of memory that its frames hold. */
    public int bytes() {
        return full.readableBytes()
                + bytes(lean)
                + bytes(packets)
                + bytes(leanPackets)
                + Choice.ownBytes(fullChoice)
                + Choice.ownBytes(leanChoice);
    }

    private static int bytes(ByteBuf built) {
        return built == null ? 0 : built.readableBytes();
    }

    /** @return false when it is gone: look again where it came from */
    public boolean tryRetain() {
        for (; ; ) {
            int n = references;
            if (n == 0) {
                return false;
            }
            if (REFERENCES.compareAndSet(this, n, n + 1)) {
                return true;
            }
        }
    }

    public void release() {
        if (REFERENCES.decrementAndGet(this) == 0) {
            Choice.releaseOwn(fullChoice);
            Choice.releaseOwn(leanChoice);
            full.release();
            ReferenceCountUtil.release(lean);
            ReferenceCountUtil.release(packets);
            ReferenceCountUtil.release(leanPackets);
        }
    }

    /** The frame of all that was kept, shared: write a {@code retainedDuplicate} of it while holding a reference. */
    public ByteBuf full() {
        return full;
    }

    /**
     * The frame for who lags, shared, built on first need: without BEST_EFFORT events, and without LATEST events that
     * are superseded.
     */
    public ByteBuf lean(Superseded superseded) {
        ByteBuf built = lean;
        if (built != null) {
            return built;
        }
        if (gap != null) {
            return full;
        }
        return share(LEAN, buildLean(superseded));
    }

    /**
     * In place of {@link #full()} for who takes packets: a packet for each event, shared, built on first need. Without a byte when
     * there is no event.
     */
    public ByteBuf packets() {
        ByteBuf built = packets;
        return built != null ? built : share(PACKETS, cutPackets(from - 1));
    }

    /** As {@link #packets}, in place of {@link #lean}. */
    public ByteBuf leanPackets(Superseded superseded) {
        ByteBuf built = leanPackets;
        return built != null ? built : share(LEAN_PACKETS, PacketWriter.frame(full, index, from - 1, superseded));
    }

    private ByteBuf share(AtomicReferenceFieldUpdater<Batch, ByteBuf> field, ByteBuf built) {
        if (field.compareAndSet(this, null, built)) {
            return built;
        }
        built.release(); // another event loop was first
        return field.get(this);
    }

    /**
     * What goes out in place of {@link #full()} where compression was agreed on: the same, compressed, or that frame itself
     * where it is not worth it. Decided on first need, once for all viewers, and shared.
     */
    public ByteBuf fullCompressed(RoomCompression compression) {
        Choice chosen = fullChoice;
        return chosen != null ? chosen.frame : choose(FULL_CHOICE, full, compression);
    }

    /** As {@link #fullCompressed}, in place of {@link #lean}. */
    public ByteBuf leanCompressed(Superseded superseded, RoomCompression compression) {
        Choice chosen = leanChoice;
        return chosen != null ? chosen.frame : choose(LEAN_CHOICE, lean(superseded), compression);
    }

    private ByteBuf choose(
            AtomicReferenceFieldUpdater<Batch, Choice> field, ByteBuf plain, RoomCompression compression) {
        ByteBuf compressed = compression.compress(plain);
        Choice choice = compressed == null ? new Choice(plain, false) : new Choice(compressed, true);
        if (field.compareAndSet(this, null, choice)) {
            return choice.frame;
        }
        Choice.releaseOwn(choice); // another thread was first
        return field.get(this).frame;
    }

    private ByteBuf buildLean(Superseded superseded) {
        FrameWriter frame = new FrameWriter(room, from);
        int[] skipped = new int[SkipReason.count()];
        for (int i = 0; i < index.events; i++) {
            SkipReason leftOut = index.leftOut(i, superseded);
            if (leftOut == null) {
                frame.copyEvent(full, index.starts[i], index.ends[i]);
            } else {
                skipped[leftOut.code()]++;
            }
        }
        for (int i = 0; i < index.skips; i++) {
            skipped[index.skipReasons[i]]++;
        }
        return frame.finish(to, skipped);
    }

    /** A frame of its own for one viewer, who has everything up to {@code since}; the caller owns it. */
    public ByteBuf cut(long since) {
        if (gap != null) {
            return FrameWriter.gap(room, since + 1, to, gap);
        }
        FrameWriter frame = new FrameWriter(room, since + 1);
        int[] skipped = new int[SkipReason.count()];
        for (int i = 0; i < index.events; i++) {
            if (index.offsets[i] > since) {
                frame.copyEvent(full, index.starts[i], index.ends[i]);
            }
        }
        for (int i = 0; i < index.skips; i++) {
            if (index.skipOffsets[i] > since) {
                skipped[index.skipReasons[i]]++;
            }
        }
        return frame.finish(to, skipped);
    }

    /** As {@link #cut}, for who takes packets. */
    public ByteBuf cutPackets(long since) {
        return PacketWriter.frame(full, index, since, null);
    }

    /** Whether an event is deleted, by its offset and who sent it (empty: the hub itself). */
    @FunctionalInterface
    public interface Deleted {
        boolean test(long offset, String sender);
    }

    /**
     * This batch without the events that are deleted, which count as such; this batch itself when it has none of them. The caller
     * holds the one reference of a new batch.
     *
     * @param first offset from which, and {@code last} up to which, something may be deleted: others are not looked at
     */
    public Batch without(long first, long last, Deleted deleted) {
        if (last < from || first > to) {
            return this;
        }
        boolean[] gone = new boolean[index.events];
        int count = 0;
        for (int i = 0; i < index.events; i++) {
            gone[i] =
                    index.offsets[i] >= first && index.offsets[i] <= last && deleted.test(index.offsets[i], sender(i));
            count += gone[i] ? 1 : 0;
        }
        return count == 0 ? this : without(gone, count);
    }

    private Batch without(boolean[] gone, int count) {
        FrameWriter frame = new FrameWriter(room, from);
        int[] skipped = new int[SkipReason.count()];
        skipped[SkipReason.DELETED.code()] = count;
        for (int i = 0; i < index.skips; i++) {
            skipped[index.skipReasons[i]]++;
        }
        BatchIndex rest = new BatchIndex(index.events - count, index.skips + count, index.keys != null);
        System.arraycopy(index.skipOffsets, 0, rest.skipOffsets, 0, index.skips);
        System.arraycopy(index.skipReasons, 0, rest.skipReasons, 0, index.skips);
        int kept = 0;
        int skip = index.skips;
        for (int i = 0; i < index.events; i++) {
            if (gone[i]) {
                rest.skipOffsets[skip] = index.offsets[i];
                rest.skipReasons[skip++] = SkipReason.DELETED.code();
                continue;
            }
            rest.offsets[kept] = index.offsets[i];
            rest.classes[kept] = index.classes[i];
            if (index.keys != null) {
                rest.keys[kept] = index.keys[i];
            }
            rest.starts[kept] = frame.nextStart();
            frame.copyEvent(full, index.starts[i], index.ends[i]);
            rest.ends[kept++] = frame.position();
        }
        return new Batch(room, from, to, rest, frame.finish(to, skipped), null);
    }

    /**
     * Who sent the i-th event, empty for the hub itself: out of its JSON, where the sender stands right behind the type
     * ({@code EventDetail.fragment}), and an id has nothing that JSON escapes.
     */
    public String sender(int event) {
        int user = full.indexOf(typeStart(event), index.ends[event], (byte) '"') + 1;
        if (user == 0
                || user + SENDER.readableBytes() > index.ends[event]
                || !ByteBufUtil.equals(full, user, SENDER, 0, SENDER.readableBytes())) {
            return "";
        }
        int id = user + SENDER.readableBytes();
        return full.toString(id, full.indexOf(id, index.ends[event], (byte) '"') - id, StandardCharsets.US_ASCII);
    }

    /** The {@code t} of the i-th event, out of its JSON. */
    public String type(int event) {
        int start = typeStart(event);
        return full.toString(
                start, full.indexOf(start, index.ends[event], (byte) '"') - start, StandardCharsets.US_ASCII);
    }

    /** The type stands behind offset and time, which are numbers. */
    private int typeStart(int event) {
        int start = index.starts[event];
        return start + ByteBufUtil.indexOf(TYPE, full.slice(start, index.ends[event] - start)) + TYPE.readableBytes();
    }

    /** Whether it says that its offsets are gone altogether; then it has no events. */
    public boolean isGap() {
        return gap != null;
    }

    /** Offset of the i-th event. */
    public long offsetOf(int event) {
        return index.offsets[event];
    }

    /** The JSON of the i-th event, copied out of the full frame: for answers outside the hot way. */
    public byte[] event(int event) {
        return ByteBufUtil.getBytes(full, index.starts[event], index.ends[event] - index.starts[event]);
    }

    /** Whether the batch has a value of this LATEST key at a larger offset. */
    boolean hasNewer(String key, long offset) {
        if (index.keys == null) {
            return false;
        }
        for (int i = index.events - 1; i >= 0 && index.offsets[i] > offset; i--) {
            if (key.equals(index.keys[i])) {
                return true;
            }
        }
        return false;
    }
}
