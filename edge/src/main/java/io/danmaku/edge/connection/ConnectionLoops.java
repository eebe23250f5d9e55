package io.danmaku.edge.connection;

import io.danmaku.edge.broadcast.Acks;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.edge.policy.Spoken;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.edge.tail.Encoding;
import io.danmaku.protocol.log.HeldJson;
import io.danmaku.protocol.log.RoomRecord;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/** The event loops of this edge that hold connections, numbered as they first do. Thread-safe. */
public final class ConnectionLoops implements Acks {
    private final long resultMs;
    private final ReconnectWindow window;
    private final int max;
    private volatile ConnectionLoop[] loops = {};
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger packetConnections = new AtomicInteger();
    private final AtomicInteger guests = new AtomicInteger();
    private volatile boolean draining;
    private volatile HeldHere heldHere = (room, offset, tsMs, record) -> {};

    /** @param max event loops there can be, at most 256 */
    public ConnectionLoops(int max, ConnectionLimits limits) {
        this.max = max;
        resultMs = limits.resultMs();
        window = new ReconnectWindow(limits.reconnectPerSecond());
    }

    ConnectionLoop of(EventLoop eventLoop) {
        for (ConnectionLoop loop : loops) {
            if (loop.eventLoop() == eventLoop) {
                return loop;
            }
        }
        return add(eventLoop);
    }

    private synchronized ConnectionLoop add(EventLoop eventLoop) {
        List<ConnectionLoop> known = new ArrayList<>(List.of(loops));
        if (known.size() == max) {
            throw new IllegalStateException("more than " + max + " event loops");
        }
        ConnectionLoop added = new ConnectionLoop(eventLoop, known.size(), resultMs, this::reconnectMaxMs);
        known.add(added);
        loops = known.toArray(ConnectionLoop[]::new);
        return added;
    }

    /** The loops by their numbers. */
    public EventLoop[] eventLoops() {
        ConnectionLoop[] known = loops;
        EventLoop[] eventLoops = new EventLoop[known.length];
        for (int i = 0; i < known.length; i++) {
            eventLoops[i] = known[i].eventLoop();
        }
        return eventLoops;
    }

    /** Open connections. */
    public int connections() {
        return connections.get();
    }

    /** Of the open connections those that read packets. */
    public int packetConnections() {
        return packetConnections.get();
    }

    /** Counts a connection as it comes (1) and goes (-1). */
    void countPackets(Connection connection, int change) {
        if (connection.encoding() == Encoding.PACKETS) {
            packetConnections.addAndGet(change);
        }
    }

    /** Of the open connections those without an account. */
    public int guests() {
        return guests.get();
    }

    /** Counts one who came as a guest (1) or went (-1). */
    void countGuests(int change) {
        guests.addAndGet(change);
    }

    /** Milliseconds in which clients come back whose connections break now. */
    long reconnectMaxMs() {
        return window.maxMs(connections.get());
    }

    /** Connections that were moved off because this edge stops. */
    public int departed() {
        int sum = 0;
        for (ConnectionLoop loop : loops) {
            sum += loop.departures().departed();
        }
        return sum;
    }

    /** Counts one more unless there are so many already. */
    boolean enter(int connectionsMax) {
        return connections.getAndUpdate(n -> n < connectionsMax ? n + 1 : n) < connectionsMax;
    }

    void left() {
        connections.decrementAndGet();
    }

    /** The room is over: its viewers are told and leave it. From any thread. */
    public void endRoom(OpenRoom room) {
        for (ConnectionLoop loop : loops) {
            loop.eventLoop().execute(() -> loop.endRoom(room));
        }
    }

    /** A ban was spoken: whom it is about leaves where it holds, on all connections. From any thread. */
    public void exclude(Spoken ban) {
        for (ConnectionLoop loop : loops) {
            loop.eventLoop().execute(() -> loop.exclude(ban));
        }
    }

    /** A user's role is another one: if a ban holds for the user now, the room is left, on all connections. From any thread. */
    public void exclude(OpenRoom room, String user) {
        long nowMs = System.currentTimeMillis();
        forUser(room, user, connection -> connection.standing().check(room, nowMs));
    }

    /** The room takes no guests: those who are there leave it. From any thread. */
    public void excludeGuests(OpenRoom room) {
        if (guests.get() > 0) {
            for (ConnectionLoop loop : loops) {
                loop.eventLoop().execute(() -> loop.excludeGuests(room));
            }
        }
    }

    /** A user's role in the room was given or taken: all the user's connections there are told. From any thread. */
    public void tellRole(OpenRoom room, String user) {
        forUser(room, user, connection -> connection.standing().tellRole(room));
    }

    private void forUser(OpenRoom room, String user, Consumer<Connection> step) {
        for (ConnectionLoop loop : loops) {
            loop.eventLoop().execute(() -> loop.forUser(room, user, step));
        }
    }

    @Override
    public void sent(long sendId, long offset, long tsMs, boolean held) {
        ConnectionLoop[] known = loops;
        int index = PendingSends.loopIndex(sendId);
        if (index < known.length) {
            ConnectionLoop loop = known[index];
            loop.eventLoop().execute(() -> loop.pending().sent(sendId, offset, tsMs, held));
        }
    }

    @Override
    public void held(LiveRoom room, long offset, long tsMs, RoomRecord record, boolean own) {
        if (own) {
            heldHere.held(room, offset, tsMs, record);
        }
        for (ConnectionLoop loop : loops) {
            if (loop.moderators().any()) {
                tellModerators(room, HeldJson.push(room.key().room(), offset, tsMs, record));
                return;
            }
        }
    }

    /** Who else hears of chats of this edge that wait for a moderator. */
    public interface HeldHere {
        /** From the broadcaster's thread: does not block. */
        void held(LiveRoom room, long offset, long tsMs, RoomRecord record);
    }

    /** Before anything is broadcast. */
    public void tellHeldTo(HeldHere told) {
        heldHere = told;
    }

    /** Tells something to those in a room who may answer held chats there. From any thread. */
    public void tellModerators(LiveRoom room, byte[] json) {
        for (ConnectionLoop loop : loops) {
            if (loop.moderators().any()) {
                loop.eventLoop().execute(() -> loop.moderators().tell(room, json));
            }
        }
    }

    /** Whether this edge stops: nothing is begun any more. */
    boolean draining() {
        return draining;
    }

    /**
     * Begins nothing more, waits until no send waits for its result, at most a third of the time; then moves all connections
     * off, no faster than clients may come back to the other edges or, where the time is too short for that, spread over three
     * quarters of what is left of it; and waits for them to go.
     *
     * @param direct requests of direct messages that wait for their results
     */
    public void drain(long boundMs, IntSupplier direct) throws InterruptedException {
        draining = true;
        long start = System.nanoTime();
        long end = start + TimeUnit.MILLISECONDS.toNanos(boundMs);
        long resultsEnd = start + TimeUnit.MILLISECONDS.toNanos(boundMs / 3);
        while (pendingSends() + direct.getAsInt() > 0 && System.nanoTime() < resultsEnd) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        long leftMs = TimeUnit.NANOSECONDS.toMillis(Math.max(0, end - System.nanoTime()));
        long gentleMs = connections.get() * 1_000L / window.perSecond();
        for (ConnectionLoop loop : loops) {
            loop.eventLoop().execute(() -> loop.drain(Math.min(gentleMs, leftMs * 3 / 4)));
        }
        while (connections.get() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private int pendingSends() throws InterruptedException {
        int sum = 0;
        for (ConnectionLoop loop : loops) {
            CompletableFuture<Integer> size = new CompletableFuture<>();
            loop.eventLoop().execute(() -> size.complete(loop.pending().size()));
            try {
                sum += size.get(1, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException | TimeoutException stuck) {
                sum++;
            }
        }
        return sum;
    }
}
