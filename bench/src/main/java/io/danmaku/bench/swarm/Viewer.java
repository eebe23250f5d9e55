package io.danmaku.bench.swarm;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One viewer through all its connections: joins, stops reading and goes on when told to, and comes back after an end if that is its habit,
 * with the last offset that it has. On its event loop only.
 */
final class Viewer implements ViewerChannel.Life {
    /** A viewer that was refused asks again so often before it gives up. */
    private static final int TRIES_MAX = 600;

    private static final long RETRY_MS_MIN = 200;
    private static final long RETRY_MS_MAX = 1_000;

    private final SwarmLoop loop;
    private final SwarmPlan plan;
    private final String room;
    private final String token;
    private final boolean stops;
    private final Watch watch;
    private final Returns returns;
    /** Told once: null when it has joined, else why it never will. */
    private final Consumer<String> settled;

    private String address;
    private int edge;
    private ViewerChannel channel;
    private String epoch = "";
    private boolean hasJoined;
    private boolean stopped;
    private boolean away;
    private boolean closed;
    private int tries;
    private long lostNs;
    private boolean hinted;
    private long returnMsMin;
    private long returnMsMax;

    Viewer(
            SwarmLoop loop,
            SwarmPlan plan,
            String room,
            String token,
            boolean stops,
            Watch watch,
            Returns returns,
            Consumer<String> settled) {
        this.loop = loop;
        this.plan = plan;
        this.room = room;
        this.token = token;
        this.stops = stops;
        this.watch = watch;
        this.returns = returns;
        this.settled = settled;
        address = plan.host() + ":" + plan.port();
        edge = plan.habits().returns().indexOf(address);
        returnMsMin = plan.habits().returnMsMin();
        returnMsMax = plan.habits().returnMsMax();
    }

    String room() {
        return room;
    }

    Watch watch() {
        return watch;
    }

    boolean stops() {
        return stops;
    }

    void connect() {
        if (closed) {
            return;
        }
        tries++;
        Habits habits = plan.habits();
        Hello hello = new Hello(
                address, token, room, habits.comeBack(), habits.deflate(), hasJoined ? watch.next() - 1 : -1, epoch);
        channel = loop.connect(hello, watch, stops, this);
    }

    void ping() {
        channel.ping();
    }

    /** Stops reading, or goes on, also where the edge has closed the connection meanwhile. */
    void reading(boolean on) {
        stopped = !on;
        channel.reading(on);
        if (on && away) {
            after(0, 0);
        }
    }

    void close() {
        closed = true;
        channel.close();
    }

    @Override
    public void opened() {
        returns.opened(System.nanoTime());
    }

    @Override
    public void told(long msMin, long msMax) {
        hinted = true;
        returnMsMin = msMin;
        returnMsMax = msMax;
    }

    @Override
    public void joined(String roomEpoch, long head) {
        tries = 0;
        if (!hasJoined) {
            hasJoined = true;
            epoch = roomEpoch;
            watch.joined(head);
            settled.accept(null);
            return;
        }
        away = false;
        returns.back(lostNs, System.nanoTime(), hinted);
        if (!epoch.equals(roomEpoch)) {
            watch.isAnotherRoom(head);
            epoch = roomEpoch;
        }
    }

    @Override
    public void failed(String why, long retryMs) {
        boolean again = hasJoined ? tries < TRIES_MAX : retryMs > 0 && tries < TRIES_MAX / 10;
        if (!again) {
            if (!hasJoined) {
                settled.accept(why);
            }
            return;
        }
        next();
        after(Math.max(retryMs, RETRY_MS_MIN), Math.max(retryMs * 2, RETRY_MS_MAX));
    }

    @Override
    public void ended() {
        if (!plan.habits().comeBack() || closed) {
            return;
        }
        away = true;
        lostNs = System.nanoTime();
        returns.lost(lostNs);
        if (!stopped) {
            next();
            after(returnMsMin, returnMsMax);
        }
    }

    private void next() {
        if (plan.habits().comeBack()) {
            edge = (edge + 1) % plan.habits().returns().size();
            address = plan.habits().returns().get(edge);
        }
    }

    private void after(long msMin, long msMax) {
        long ms = msMin + ThreadLocalRandom.current().nextLong(msMax - msMin + 1);
        loop.schedule(this::connect, ms, TimeUnit.MILLISECONDS);
    }
}
