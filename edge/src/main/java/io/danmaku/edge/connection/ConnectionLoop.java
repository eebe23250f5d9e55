package io.danmaku.edge.connection;

import io.danmaku.edge.roomlog.OpenRoom;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One event loop and its connections: their clock, and the sends they wait for. On the loop only. */
final class ConnectionLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLoop.class);
    private static final long TICK_MS = 250;

    private final EventLoop loop;
    private final int index;
    private final PendingSends pending;
    private final ArrayList<Connection> connections = new ArrayList<>();
    /** Made for the first client that compresses. */
    private MessageInflater inflater;

    ConnectionLoop(EventLoop loop, int index, long resultMs) {
        this.loop = loop;
        this.index = index;
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
    }

    void remove(Connection connection) {
        if (connection.index < 0) {
            return;
        }
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
        guarded(() -> pending.expire(nowNs));
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (i < connections.size()) {
                Connection connection = connections.get(i);
                guarded(() -> connection.tick(nowNs, nowMs));
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
            connection.endRoom(room);
        }
    }

    /** Closes all connections; clients come back to another edge and resume. */
    void drain() {
        for (Connection connection : new ArrayList<>(connections)) {
            connection.close(CloseReason.RESTART);
        }
    }
}
