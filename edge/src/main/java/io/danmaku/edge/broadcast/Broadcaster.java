package io.danmaku.edge.broadcast;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.ExceptionHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.TimeoutBlockingWaitStrategy;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.SkipReason;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.Deletion;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the readers of all rooms put into one ring, in order, and turns it into batches. All that has arrived is one
 * turn; at its end every room that got something flushes, unless it is busy and flushed less than a frame interval ago
 * ({@link Pace}): then it is held until the interval is over. So a quiet room is told at once and a busy one costs a bounded
 * number of frames. What of a batch a room's budget leaves out is chosen when all of the batch is known ({@link Collected}).
 */
public final class Broadcaster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Broadcaster.class);
    /** How long held rooms may wait beyond their interval when nothing arrives. */
    private static final long TURN_MS_MAX = 5;

    /** What a slot of the ring carries. */
    private enum Kind {
        RECORD,
        LOST,
        DELETED,
        CLOSE
    }

    private static final class Slot {
        private Kind kind;
        private LiveRoom room;
        private long offset;
        private long readNs;
        private long tsMs;
        private RoomRecord record;
        private Deletion deletion;
        private CompletableFuture<Void> closed;

        private void clear() {
            room = null;
            record = null;
            deletion = null;
            closed = null;
        }
    }

    private final long node;
    private final Pace pace;
    private final int batchBytesMax;
    private final Acks acks;
    private final Disruptor<Slot> disruptor;
    private final RingBuffer<Slot> ring;
    private final ArrayList<LiveRoom> dirty = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom();
    private final LongAdder records = new LongAdder();
    private final LongAdder repeats = new LongAdder();
    private final LongAdder sampled = new LongAdder();
    private final LongAdder shed = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private long nowNs = System.nanoTime();
    private volatile Restraint restraint = Restraint.NONE;

    /**
     * @param node incarnation of this edge: records with it are acknowledged
     * @param ringSlots a power of two; a full ring holds the readers up
     * @param batchBytesMax of events' JSON, at which a batch is finished before its time
     */
    public Broadcaster(long node, int ringSlots, Pace pace, int batchBytesMax, Acks acks) {
        this.node = node;
        this.pace = pace;
        this.batchBytesMax = batchBytesMax;
        this.acks = acks;
        disruptor = new Disruptor<>(
                Slot::new,
                ringSlots,
                task -> new Thread(task, "broadcaster"),
                ProducerType.MULTI,
                new TimeoutBlockingWaitStrategy(TURN_MS_MAX, TimeUnit.MILLISECONDS));
        disruptor.setDefaultExceptionHandler(new Failures());
        disruptor.handleEventsWith(new Turns());
        ring = disruptor.start();
    }

    /** A record was read; in the room's order. Waits while the ring is full. */
    public void record(LiveRoom room, long offset, long tsMs, RoomRecord record) {
        publish(Kind.RECORD, room, offset, tsMs, record, null);
    }

    /** Offsets up to this one are lost (an ephemeral room's broker dropped them). */
    public void lost(LiveRoom room, long upTo) {
        publish(Kind.LOST, room, upTo, 0, null, null);
    }

    /**
     * Events of the room were deleted: its tail is made anew without them, behind everything published before.
     *
     * @param deletion null = whatever was deleted so far
     */
    public void deleted(LiveRoom room, Deletion deletion) {
        long sequence = ring.next();
        try {
            Slot slot = ring.get(sequence);
            slot.kind = Kind.DELETED;
            slot.room = room;
            slot.deletion = deletion;
        } finally {
            ring.publish(sequence);
        }
    }

    /** Lets go of a room's frames behind everything published before; done when the future is. */
    public CompletableFuture<Void> close(LiveRoom room) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        publish(Kind.CLOSE, room, 0, 0, null, closed);
        return closed;
    }

    private void publish(
            Kind kind, LiveRoom room, long offset, long tsMs, RoomRecord record, CompletableFuture<Void> closed) {
        long sequence = ring.next();
        try {
            Slot slot = ring.get(sequence);
            slot.kind = kind;
            slot.room = room;
            slot.offset = offset;
            slot.readNs = System.nanoTime();
            slot.tsMs = tsMs;
            slot.record = record;
            slot.closed = closed;
        } finally {
            ring.publish(sequence);
        }
    }

    /** What to leave out from now on; from any thread. */
    public void restrain(Restraint now) {
        restraint = now;
    }

    public long records() {
        return records.sum();
    }

    public long repeats() {
        return repeats.sum();
    }

    public long sampled() {
        return sampled.sum();
    }

    public long shed() {
        return shed.sum();
    }

    public long batches() {
        return batches.sum();
    }

    /** Slots of the ring that wait to be taken. */
    public long waiting() {
        return ring.getBufferSize() - ring.remainingCapacity();
    }

    private final class Turns implements EventHandler<Slot> {
        @Override
        public void onBatchStart(long batchSize, long queueDepth) {
            nowNs = System.nanoTime();
        }

        @Override
        public void onEvent(Slot slot, long sequence, boolean endOfBatch) {
            try {
                LiveRoom room = slot.room;
                switch (slot.kind) {
                    case RECORD -> take(room, slot);
                    case LOST -> gap(room, slot.offset, "lost");
                    case DELETED -> {
                        // what is collected was looked at before the deletion was known
                        flush(room);
                        takeDown(room, slot.deletion);
                    }
                    case CLOSE -> {
                        room.closed = true;
                        room.collected.clear();
                        room.tail().clear();
                        slot.closed.complete(null);
                    }
                }
            } finally {
                slot.clear();
                if (endOfBatch) {
                    flushDue();
                }
            }
        }

        @Override
        public void onTimeout(long sequence) {
            nowNs = System.nanoTime();
            flushDue();
        }
    }

    private static void takeDown(LiveRoom room, Deletion deletion) {
        room.tail()
                .rewrite(
                        deletion == null
                                ? batch -> batch.without(0, Long.MAX_VALUE, room.deletions()::cover)
                                : batch -> batch.without(deletion.from(), deletion.upTo(), deletion::covers));
    }

    private void take(LiveRoom room, Slot slot) {
        long offset = slot.offset;
        long tsMs = slot.tsMs;
        RoomRecord record = slot.record;
        if (room.closed || offset <= room.observedOffset) {
            return; // a reader that connected anew reads its last records again
        }
        room.observedOffset = offset;
        RepeatWindow.Kept kept = record == null
                ? null
                : room.repeats.observe(offset, tsMs, record.user(), record.cid(), record.held() != null);
        if (record != null && kept == null) {
            room.spoken().spoke(record, tsMs, record.node() == node);
        }
        if (offset <= room.startOffset) {
            return; // before the tail: read for the window only
        }
        if (record != null && kept == null) {
            room.raid().said(record, nowNs);
            room.spoken().counted(record, node, nowNs);
        }
        if (offset > room.lastOffset + 1) {
            gap(room, offset - 1, "retention");
        }
        records.increment();
        room.rate.count(nowNs);
        markDirty(room);
        if (room.collected.isEmpty()) {
            room.oldestReadNs = slot.readNs;
        }
        collect(room, offset, tsMs, record, kept != null);
        room.lastOffset = offset;
        if (record != null && record.node() == node) {
            acks.sent(
                    record.sendId(),
                    kept == null ? offset : kept.offset(),
                    kept == null ? tsMs : kept.tsMs(),
                    kept == null ? record.held() != null : kept.held());
        }
        if (room.collected.bytes() > batchBytesMax || room.collected.size() >= Collected.SIZE_MAX) {
            flush(room);
        }
    }

    private void collect(LiveRoom room, long offset, long tsMs, RoomRecord record, boolean repeat) {
        if (record == null || record.shadowed()) {
            room.collected.skip(offset, SkipReason.FILTERED);
        } else if (record.held() != null) {
            room.collected.skip(offset, SkipReason.FILTERED);
            tellHeld(room, offset, tsMs, record, repeat);
        } else if (room.deletions().cover(offset, record.user())) {
            room.collected.skip(offset, SkipReason.DELETED);
        } else if (repeat) {
            repeats.increment();
            room.decidedRepeats().add(offset);
            room.collected.skip(offset, SkipReason.REPEAT);
        } else if (restraint.sheds(record)) {
            shed.increment();
            room.collected.skip(offset, SkipReason.SHED);
        } else {
            boolean candidate = record.deliveryClass() == DeliveryClass.BEST_EFFORT && !record.ranking();
            room.collected.add(offset, tsMs, record, candidate);
        }
    }

    private void tellHeld(LiveRoom room, long offset, long tsMs, RoomRecord record, boolean repeat) {
        if (repeat) {
            room.decidedRepeats().add(offset);
        } else if (!room.deletions().cover(offset, record.user()) && room.pushesHeld(nowNs)) {
            acks.held(room, offset, tsMs, record, record.node() == node);
        }
    }

    private void gap(LiveRoom room, long upTo, String reason) {
        if (room.closed || upTo <= room.lastOffset) {
            return;
        }
        flush(room);
        room.tail().append(BatchWriter.gap(room.key().room(), room.lastOffset + 1, upTo, reason));
        room.lastOffset = upTo;
        room.wakeAudiences(nowNs);
    }

    private void markDirty(LiveRoom room) {
        if (!room.dirty) {
            room.dirty = true;
            dirty.add(room);
        }
    }

    private void flushDue() {
        pace.turn(nowNs);
        int held = 0;
        for (int i = 0; i < dirty.size(); i++) {
            LiveRoom room = dirty.get(i);
            if (room.collected.isEmpty() || nowNs - room.flushedNs >= pace.holdNs(room.rate.perSecond(nowNs))) {
                flush(room);
                room.dirty = false;
            } else {
                dirty.set(held++, room);
            }
        }
        for (int i = dirty.size() - 1; i >= held; i--) {
            dirty.remove(i);
        }
    }

    private void flush(LiveRoom room) {
        if (room.closed || room.collected.isEmpty()) {
            return;
        }
        room.flushedNs = nowNs;
        try {
            append(room);
        } catch (RuntimeException | Error failed) {
            // what was collected is told as a gap by the next record, instead of holding up the room for ever
            room.collected.clear();
            room.writer.abandon();
            room.lastOffset = room.tail().headOffset();
            throw failed;
        }
        batches.increment();
        room.wakeAudiences(room.oldestReadNs);
    }

    private void append(LiveRoom room) {
        int budget = room.budget.now(restraint.budget(room.bestEffortPerSecond()), nowNs);
        room.budget.spend(room.collected.keptOf(budget));
        sampled.add(room.collected.write(room.writer, budget, random));
        Batch batch = room.writer.finish();
        try {
            room.compress(batch);
            room.tail().append(batch);
        } catch (RuntimeException bug) {
            batch.release();
            throw bug;
        }
    }

    /** A bug in one record must not stop all rooms. */
    private static final class Failures implements ExceptionHandler<Slot> {
        @Override
        public void handleEventException(Throwable failure, long sequence, Slot slot) {
            LOG.error("a record could not be broadcast", failure);
        }

        @Override
        public void handleOnStartException(Throwable failure) {
            LOG.error("the broadcaster could not start", failure);
        }

        @Override
        public void handleOnShutdownException(Throwable failure) {
            LOG.error("the broadcaster could not stop", failure);
        }
    }

    /** Takes what was published, then ends the thread. */
    @Override
    public void close() {
        try {
            disruptor.shutdown(TURN_MS_MAX * 1000, TimeUnit.MILLISECONDS);
        } catch (TimeoutException stuck) {
            disruptor.halt();
        }
    }
}
