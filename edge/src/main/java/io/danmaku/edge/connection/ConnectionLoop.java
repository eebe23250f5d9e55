package io.danmaku.edge.connection;

import io.danmaku.edge.policy.Spoken;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.token.Claims;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One event loop and its connections: their clock, and the sends they wait for. On the loop only. */
final class ConnectionLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLoop.class);
    private static final long TICK_MS = 250;
    /** A shorter window needs no telling anew: all come back within a second or so anyway. */
    private static final long TELL_MS_MIN = 1_000;
    /** Clients told of a longer window at one tick: of very many viewers all would be a stall. */
    private static final int TELL_MAX = 256;

    private final EventLoop loop;
    private final int index;
    private final PendingSends pending;
    private final Departures departures = new Departures();
    private final LongSupplier reconnectMaxMs;
    private final ArrayList<Connection> connections = new ArrayList<>();
    private final Moderators moderators = new Moderators();
    /** Made for the first client that compresses. */
    private MessageInflater inflater;

    /** @param reconnectMaxMs the end of the window in which clients of this edge come back, as it is now */
    ConnectionLoop(EventLoop loop, int index, long resultMs, LongSupplier reconnectMaxMs) {
        this.loop = loop;
        this.index = index;
        this.reconnectMaxMs = reconnectMaxMs;
        pending = new PendingSends(index, resultMs);
        loop.scheduleAtFixedRate(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    EventLoop eventLoop() {
        return loop;
    }

    int index() {
        return index;
    }

    PendingSends pending() {
        return pending;
    }

    MessageInflater inflater(int messageBytesMax) {
        if (inflater == null) {
            inflater = new MessageInflater(messageBytesMax);
        }
        return inflater;
    }

    void add(Connection connection) {
        connection.index = connections.size();
        connections.add(connection);
        departures.add(connection);
    }

    void remove(Connection connection) {
        if (connection.index < 0) {
            return;
        }
        moderators.remove(connection);
        Connection last = connections.remove(connections.size() - 1);
        if (last != connection) {
            connections.set(connection.index, last);
            last.index = connection.index;
        }
        connection.index = -1;
    }

    private void tick() {
        long nowNs = System.nanoTime();
        long nowMs = System.currentTimeMillis();
        long maxMs = reconnectMaxMs.getAsLong();
        int tell = maxMs < TELL_MS_MIN ? 0 : TELL_MAX;
        guarded(() -> pending.expire(nowNs));
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (i < connections.size()) {
                Connection connection = connections.get(i);
                guarded(() -> connection.tick(nowNs, nowMs));
                if (tell > 0 && connection.tellReconnect(maxMs)) {
                    tell--;
                }
            }
        }
    }

    /** A periodic task that throws is never run again: then nobody's time would pass on this loop. */
    private static void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error failed) {
            LOG.error("a connection's clock stumbled", failed);
        }
    }

    void endRoom(OpenRoom room) {
        for (Connection connection : new ArrayList<>(connections)) {
            connection.standing().end(room, ErrorCode.ROOM_CLOSED);
        }
    }

    /** Does something with each connection that a user has in a room. */
    void forUser(OpenRoom room, String user, Consumer<Connection> step) {
        for (Connection connection : new ArrayList<>(connections)) {
            if (connection.isOf(user, room)) {
                guarded(() -> step.accept(connection));
            }
        }
    }

    /** Lets whom a ban is about look whether it keeps them out of some of their rooms. */
    void exclude(Spoken ban) {
        for (Connection connection : new ArrayList<>(connections)) {
            if (connection.ready() && ban.isAbout(connection.claims(), connection.address)) {
                guarded(connection.standing()::checkAll);
            }
        }
    }

    /** Each guest leaves the room that may not be in it any more. */
    void excludeGuests(OpenRoom room) {
        long nowMs = System.currentTimeMillis();
        for (Connection connection : new ArrayList<>(connections)) {
            Claims claims = connection.claims();
            if (claims != null && claims.isGuest() && connection.isOf(claims.user(), room)) {
                guarded(() -> connection.standing().check(room, nowMs));
            }
        }
    }

    Moderators moderators() {
        return moderators;
    }

    /** Lets all connections go, spread over so long; clients come back to another edge and resume. */
    void drain(long durationMs) {
        departures.begin(connections, System.nanoTime(), durationMs);
        loop.scheduleAtFixedRate(
                () -> guarded(() -> departures.tick(System.nanoTime())),
                Departures.TICK_MS,
                Departures.TICK_MS,
                TimeUnit.MILLISECONDS);
    }

    Departures departures() {
        return departures;
    }
}
