package io.danmaku.edge.tail;

import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.SkipReason;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Collects what the next batch of a room covers, offset after offset. One thread. Its tables are kept from batch to batch;
 * what a batch needs of them is copied once when it is finished.
 */
public final class BatchWriter {
    private static final int FIRST_EVENTS = 64;

    private final String room;
    private FrameWriter frame;
    private long from;
    private long to;
    private int events;
    private long[] offsets = new long[FIRST_EVENTS];
    private int[] starts = new int[FIRST_EVENTS];
    private int[] ends = new int[FIRST_EVENTS];
    private byte[] classes = new byte[FIRST_EVENTS];
    private String[] keys = new String[FIRST_EVENTS];
    private boolean anyKey;
    private int skips;
    private long[] skipOffsets = new long[FIRST_EVENTS];
    private byte[] skipReasons = new byte[FIRST_EVENTS];

    public BatchWriter(String room) {
        this.room = room;
    }

    public boolean isEmpty() {
        return frame == null;
    }

    /** Bytes written so far. */
    public int bytes() {
        return frame == null ? 0 : frame.position();
    }

    /**
     * Adds an event.
     *
     * @param offset follows on the last one added
     * @param key conflation key when LATEST, else empty
     * @param fragment the event's wire form without offset and time
     */
    public void add(long offset, long tsMs, DeliveryClass deliveryClass, String key, byte[] fragment) {
        cover(offset);
        if (events == offsets.length) {
            grow();
        }
        offsets[events] = offset;
        starts[events] = frame.nextStart();
        frame.event(offset, tsMs, fragment);
        ends[events] = frame.position();
        classes[events] = BatchIndex.classCode(deliveryClass);
        boolean latest = deliveryClass == DeliveryClass.LATEST;
        keys[events] = latest ? key : null;
        anyKey |= latest;
        events++;
    }

    /** Counts an offset that carries no event. */
    public void skip(long offset, SkipReason reason) {
        cover(offset);
        if (skips == skipOffsets.length) {
            skipOffsets = Arrays.copyOf(skipOffsets, skips * 2);
            skipReasons = Arrays.copyOf(skipReasons, skips * 2);
        }
        skipOffsets[skips] = offset;
        skipReasons[skips++] = reason.code();
    }

    private void cover(long offset) {
        if (frame == null) {
            frame = new FrameWriter(room, offset);
            from = offset;
        } else if (offset != to + 1) {
            throw new IllegalStateException("offset " + offset + " does not follow on " + to);
        }
        to = offset;
    }

    private void grow() {
        int size = events * 2;
        offsets = Arrays.copyOf(offsets, size);
        starts = Arrays.copyOf(starts, size);
        ends = Arrays.copyOf(ends, size);
        classes = Arrays.copyOf(classes, size);
        keys = Arrays.copyOf(keys, size);
    }

    /** The batch of what was added since the last one; the caller holds its one reference. */
    public Batch finish() {
        int[] skipped = new int[SkipReason.count()];
        for (int i = 0; i < skips; i++) {
            skipped[skipReasons[i]]++;
        }
        ByteBuf full = frame.finish(to, skipped);
        BatchIndex index = new BatchIndex(
                events,
                Arrays.copyOf(offsets, events),
                Arrays.copyOf(starts, events),
                Arrays.copyOf(ends, events),
                Arrays.copyOf(classes, events),
                anyKey ? Arrays.copyOf(keys, events) : null,
                skips,
                Arrays.copyOf(skipOffsets, skips),
                Arrays.copyOf(skipReasons, skips));
        Batch batch = new Batch(room, from, to, index, full, null);
        reset();
        return batch;
    }

    /** Drops what was added since the last batch. */
    public void abandon() {
        if (frame != null) {
            frame.abandon();
            reset();
        }
    }

    private void reset() {
        frame = null;
        events = 0;
        skips = 0;
        anyKey = false;
    }

    /** A batch that says that {@code from..to} is gone altogether, and why ({@code retention}, {@code lost}). */
    public static Batch gap(String room, long from, long to, String reason) {
        BatchIndex none =
                new BatchIndex(0, new long[0], new int[0], new int[0], new byte[0], null, 0, new long[0], new byte[0]);
        return new Batch(room, from, to, none, FrameWriter.gap(room, from, to, reason), reason);
    }

    /** A text frame of any payload, framed to be shared; the caller owns it. */
    public static ByteBuf textFrame(byte[] utf8) {
        return FrameWriter.text(utf8);
    }

    /** A binary frame of any payload, framed to be shared; the caller owns it. */
    public static ByteBuf binaryFrame(byte[] payload) {
        return FrameWriter.binary(payload);
    }
}
