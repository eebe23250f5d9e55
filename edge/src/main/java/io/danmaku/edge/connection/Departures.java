package io.danmaku.edge.connection;

import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections of one event loop leave an edge that stops: some at each tick, spread evenly over the time that there is, so
 * that the other edges never get them in a burst. On the loop only, but for {@link #departed}.
 */
final class Departures {
    static final long TICK_MS = 20;
    /** Who hears it is about to be moved. */
    static final Refusal TOO_LATE = Refusal.retry(ErrorCode.BUSY, "this edge stops: connect again", 500);
    /** Those of one tick come back at different moments, within this. */
    static final int RETRY_MS_MAX = 200;
    /** After a stall of the loop so many times the plan's share of a tick leave at one, till the plan is reached again. */
    private static final int CATCH_UP = 2;

    /** Asked for what is refused here: they go first, because elsewhere they get it. */
    private final ArrayDeque<Connection> impatient = new ArrayDeque<>();

    private final LinkedHashSet<Connection> waiting = new LinkedHashSet<>();
    private final AtomicInteger departed = new AtomicInteger();
    private boolean begun;
    private int planned;
    private long durationNs;
    private long endNs;

    /** Whether a command asks for what would have to be waited for before the edge can stop. */
    static boolean isTooLate(Command command) {
        return command instanceof Command.Send || command instanceof Command.Join || command instanceof Command.DmWrite;
    }

    /** Begins: all of them are to be gone after this time. */
    void begin(Collection<Connection> connections, long nowNs, long durationMs) {
        begun = true;
        waiting.addAll(connections);
        waiting.removeAll(impatient);
        planned = connections.size();
        durationNs = Math.max(1, TimeUnit.MILLISECONDS.toNanos(durationMs));
        endNs = nowNs + durationNs;
    }

    /** One more, which was on its way when it began. */
    void add(Connection late) {
        if (begun) {
            waiting.add(late);
            planned++;
        }
    }

    /** This one is among the next; also before it began. */
    void hurry(Connection connection) {
        if (!connection.hurries) {
            connection.hurries = true;
            waiting.remove(connection);
            impatient.add(connection);
        }
    }

    /** Lets those go whose time has come. */
    void tick(long nowNs) {
        for (int due = due(nowNs); due > 0; ) {
            Connection next = poll();
            if (next == null) {
                return;
            }
            if (next.depart(1 + ThreadLocalRandom.current().nextInt(RETRY_MS_MAX))) {
                departed.incrementAndGet();
                due--;
            }
        }
    }

    private Connection poll() {
        if (!impatient.isEmpty()) {
            return impatient.poll();
        }
        Iterator<Connection> all = waiting.iterator();
        if (!all.hasNext()) {
            return null;
        }
        Connection next = all.next();
        all.remove();
        return next;
    }

    private int due(long nowNs) {
        long stay = Math.max(0, endNs - nowNs) * planned / durationNs;
        long share = (planned * TimeUnit.MILLISECONDS.toNanos(TICK_MS) + durationNs - 1) / durationNs;
        return (int) Math.min(impatient.size() + waiting.size() - stay, CATCH_UP * share);
    }

    /** How many were moved off; from any thread. */
    int departed() {
        return departed.get();
    }
}
