package io.danmaku.edge.roomlog;

import io.danmaku.edge.audience.CatchUp;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomProfile;
import io.danmaku.protocol.room.RoomState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** A room that is open on this edge: its live side, and its log to append to and to read pages of. */
public final class OpenRoom implements CatchUp {
    private final String topic;
    private final String stateEpoch;
    private final Pages pages;
    private final OffsetIndex index = new OffsetIndex();
    private final RoomAppender appender;
    private final Likes likes;
    private final Entrances entrances = new Entrances();
    private LiveRoom live;
    private RoomFollower follower;
    /** What its viewers know it to be. */
    private RoomProfile profile;

    /** @param likesLost see {@link Likes} */
    OpenRoom(String topic, RoomState state, Pages pages, RoomAppender appender, LongAdder likesLost) {
        this.topic = topic;
        stateEpoch = state.epoch();
        profile = state.profile();
        this.pages = pages;
        this.appender = appender;
        likes = new Likes(appender::append, likesLost);
    }

    OffsetIndex index() {
        return index;
    }

    void begin(LiveRoom opened, RoomFollower following) {
        live = opened;
        follower = following;
    }

    /** The epoch that room-service gave the room; an ephemeral room's viewers see another, which belongs to its opening. */
    public String stateEpoch() {
        return stateEpoch;
    }

    public LiveRoom live() {
        return live;
    }

    /** Notes what the room is now; by one thread alone. @return whether viewers know it as something else */
    public boolean becomes(RoomProfile now) {
        boolean differs = !now.showsSameAs(profile);
        profile = now;
        return differs;
    }

    RoomFollower follower() {
        return follower;
    }

    Likes likes() {
        return likes;
    }

    /** Ends the appending, behind what viewers have liked and nobody was told yet. */
    CompletableFuture<Void> endAppends() {
        likes.end();
        return appender.stop();
    }

    /** Appends a record; success is told by reading it back, failure here. */
    public void append(byte[] record, Consumer<Refusal> failed) {
        appender.append(record, failed);
    }

    /** Whether a user who comes now is told of; see {@link Entrances}. */
    public boolean announces(String user, int perSecond, long nowNs) {
        return entrances.announces(user, perSecond, nowNs);
    }

    /** Counts likes of a viewer; they are told with others' within a second. */
    public void like(int n) {
        likes.add(n);
    }

    /** Whether what is appended now would be read back. */
    public boolean following() {
        return follower.connected();
    }

    /** Whether catching up from the log would be refused now. */
    public boolean busy() {
        return pages.busy();
    }

    @Override
    public CompletionStage<List<Batch>> read(long from, long tailFirst) {
        if (live.durability() == Durability.EPHEMERAL) {
            return CompletableFuture.completedFuture(
                    List.of(BatchWriter.gap(live.key().room(), from, tailFirst - 1, "lost")));
        }
        if (from >= tailFirst) {
            return CompletableFuture.completedFuture(List.of());
        }
        return page(from, tailFirst - 1, false);
    }

    private CompletableFuture<List<Batch>> page(long offset, long newest, boolean held) {
        long first = (offset - 1) / Pages.PAGE_OFFSETS * Pages.PAGE_OFFSETS + 1;
        long to = Math.min(first + Pages.PAGE_OFFSETS - 1, newest);
        try {
            return pages.read(new PageReader.Request(
                    topic, live.key().room(), first, to, index, live.decidedRepeats(), live.deletions(), held));
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** Looks for events in the log of a logged room; fails when it does not answer, or when too many read. */
    public CompletableFuture<HistoryPage> history(HistoryRequest wanted) {
        return history(wanted, false, (offset, sender, json) -> true);
    }

    /** The same for chats that wait for a moderator, with {@code id}, {@code why} and {@code until}. */
    public CompletableFuture<HistoryPage> held(HistoryRequest wanted, HistoryScan.Filter filter) {
        return history(wanted, true, filter);
    }

    private CompletableFuture<HistoryPage> history(HistoryRequest wanted, boolean held, HistoryScan.Filter filter) {
        long head = live.tail().headOffset();
        CompletableFuture<PageReader.Range> range = wanted.anyTime()
                ? CompletableFuture.completedFuture(new PageReader.Range(1, head))
                : pages.within(topic, wanted.fromMs(), wanted.toMs(), head);
        return range.thenCompose(offsets ->
                new HistoryScan(wanted, offsets, live.deletions(), offset -> page(offset, head, held), filter).run());
    }
}
