package io.danmaku.edge.broadcast;

import io.danmaku.edge.audience.Audience;
import io.danmaku.edge.audience.CatchUp;
import io.danmaku.edge.audience.Deliveries;
import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.edge.tail.Deletions;
import io.danmaku.edge.tail.RoomCompression;
import io.danmaku.edge.tail.Tail;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A room that has viewers on this edge: its tail, what the broadcaster keeps for it, and its audiences, one an event loop.
 * Fields without {@code volatile} belong to the broadcaster's thread.
 */
public final class LiveRoom {
    /** Held chats of which moderators are told in a second; the others they find when they ask. */
    private static final int HELD_PUSHES_PER_SECOND = 50;

    private final RoomKey key;
    private final String epoch;
    private final Durability durability;
    private final Tail tail;
    private final CatchUp catchUp;
    private final Deliveries deliveries;
    private final AtomicReferenceArray<Audience> audiences;
    private final DecidedRepeats decided;
    private final RoomCompression compression;
    private final Deletions deletions;
    private final LastSpoken spoken = new LastSpoken();
    private final RaidCounts raid;

    final RepeatWindow repeats = new RepeatWindow();
    final BatchWriter writer;
    final Collected collected = new Collected();
    final EventRate rate;
    final Budget budget;
    private final Budget heldPushes;
    final long startOffset;
    /** Newest record that was looked at; before the start this only feeds the repeat window. */
    long observedOffset;
    /** Newest offset that is covered by a batch or collected for one. */
    long lastOffset;

    long flushedNs;
    /** When the oldest event was read of what is collected. */
    long oldestReadNs;

    boolean dirty;
    boolean closed;

    private volatile boolean guests;
    private volatile int bestEffortPerSecond;

    /**
     * How a live room is made.
     *
     * @param epoch what viewers are told
     * @param startOffset the room's head when it was opened: records up to it only feed the repeat window
     * @param loops event loops of this edge
     * @param deletions what was taken out of the room's log
     */
    public record Opening(
            RoomKey key,
            String epoch,
            Durability durability,
            long startOffset,
            int tailBatches,
            long tailBytes,
            int loops,
            RoomPolicy policy,
            Deletions deletions) {}

    public LiveRoom(Opening opening, CatchUp catchUp, Deliveries deliveries, long nowNs) {
        key = opening.key;
        epoch = opening.epoch;
        durability = opening.durability;
        this.catchUp = catchUp;
        this.deliveries = deliveries;
        startOffset = opening.startOffset;
        lastOffset = opening.startOffset;
        raid = new RaidCounts(nowNs);
        policy(opening.policy);
        deletions = opening.deletions;
        tail = new Tail(opening.tailBatches, opening.tailBytes, opening.startOffset);
        writer = new BatchWriter(key.room());
        audiences = new AtomicReferenceArray<>(opening.loops);
        decided = new DecidedRepeats(opening.startOffset + 1);
        compression = new RoomCompression(deliveries.framesCompressed());
        flushedNs = nowNs - 1_000_000_000L;
        rate = new EventRate(nowNs);
        budget = new Budget(nowNs);
        heldPushes = new Budget(nowNs);
    }

    public RoomKey key() {
        return key;
    }

    public String epoch() {
        return epoch;
    }

    public Durability durability() {
        return durability;
    }

    public Tail tail() {
        return tail;
    }

    /** What this room has settled about repeats, for readers of its log. */
    public DecidedRepeats decidedRepeats() {
        return decided;
    }

    /** What was taken out of the room's log. */
    public Deletions deletions() {
        return deletions;
    }

    /** Who sent a chat when, by the log. */
    public LastSpoken spoken() {
        return spoken;
    }

    /** What of late looks like a raid. */
    public RaidCounts raid() {
        return raid;
    }

    /** Whether moderators are told of one more held chat now. */
    boolean pushesHeld(long nowNs) {
        boolean pushes = heldPushes.now(HELD_PUSHES_PER_SECOND, nowNs) > 0;
        heldPushes.spend(pushes ? 1 : 0);
        return pushes;
    }

    int bestEffortPerSecond() {
        return bestEffortPerSecond;
    }

    /** The policy that is in force from now on; from any thread. @return whether the one before took guests */
    public boolean policy(RoomPolicy policy) {
        boolean tookGuests = guests;
        guests = policy.guests();
        bestEffortPerSecond = policy.bestEffortPerSecond();
        spoken.want(policy);
        raid.want(policy.raid());
        return tookGuests;
    }

    /** The audience of an event loop, made when first asked for; on that loop. */
    public Audience audience(int loopIndex, EventLoop loop) {
        Audience audience = audiences.get(loopIndex);
        if (audience == null) {
            audience = new Audience(tail, catchUp, loop, deliveries, compression);
            audiences.set(loopIndex, audience);
        }
        return audience;
    }

    /** The audience of an event loop, or null when it never had a viewer. */
    public Audience audienceOrNull(int loopIndex) {
        return audiences.get(loopIndex);
    }

    public int loops() {
        return audiences.length();
    }

    /** Compresses a batch that comes before the event loops need it, if some viewer takes it so. */
    void compress(Batch batch) {
        for (int i = 0; i < audiences.length(); i++) {
            Audience audience = audiences.get(i);
            if (audience != null && audience.takesCompressed()) {
                batch.fullCompressed(compression);
                return;
            }
        }
    }

    void wakeAudiences(long readNs) {
        for (int i = 0; i < audiences.length(); i++) {
            Audience audience = audiences.get(i);
            if (audience != null) {
                audience.wake(readNs);
            }
        }
    }

    /** Hands a framed message outside the room's order to all its viewers; from any thread. Takes over the frame. */
    public void tell(EventLoop[] loops, ByteBuf frame) {
        try {
            for (int i = 0; i < loops.length; i++) {
                Audience audience = audiences.get(i);
                if (audience != null) {
                    frame.retain();
                    loops[i].execute(() -> audience.tell(frame));
                }
            }
        } finally {
            frame.release();
        }
    }
}
