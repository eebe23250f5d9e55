package io.danmaku.edge.presence;

import io.danmaku.edge.presence.PresenceLedger.Move;
import io.danmaku.edge.presence.PresenceLedger.Who;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.MembershipRequest;
import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.PulsarClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells room-service who watches what on this edge: numbered records of each room, a lease, and all of it again when
 * asked. Event loops add to maps of net changes, which hold at most an entry for each user or room that changed since the
 * last turn, lose nothing and never make them wait; the thread {@code presence} takes them.
 */
public final class PresenceReporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PresenceReporter.class);
    private static final long TURN_MS = 50;
    /** Records of rooms on their way; above it rooms wait, their changes add up. */
    private static final int IN_FLIGHT_MAX = 256;
    /** Leases on their way; above it none is added: those that wait say the same as soon as Pulsar is back. */
    private static final int LEASES_IN_FLIGHT_MAX = 2;
    /** Rooms asked for by name between two turns; above it all rooms are told again. */
    private static final int ASKED_MAX = 10_000;

    private static final long STOP_MS_MAX = 1_000;

    private final String edge;
    private final ConcurrentHashMap<Who, Move> moves = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<RoomKey, Long> sends = new ConcurrentHashMap<>();
    private final Set<RoomKey> asked = ConcurrentHashMap.newKeySet();
    private volatile boolean askedAll;
    private volatile boolean closed;
    private volatile boolean connected;
    private volatile int rooms;

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "presence"));
    private final PresenceLedger ledger;
    private final MembershipLog log;
    private final Counter told;
    private final Counter failed;
    private final Counter leasesHeld;
    private int inFlight;
    private int leasesInFlight;
    private long leaseDueMs;

    public PresenceReporter(PulsarNode pulsar, Incarnation incarnation, MeterRegistry registry) {
        edge = incarnation.toString();
        ledger = new PresenceLedger(edge);
        log = new MembershipLog(pulsar.client(), edge, this::ask);
        told = registry.counter("presence.records");
        failed = registry.counter("presence.records.failed");
        leasesHeld = registry.counter("presence.leases.held");
        Gauge.builder("presence.rooms", this, self -> self.rooms).register(registry);
        Gauge.builder("presence.changes.waiting", moves, ConcurrentHashMap::size)
                .register(registry);
        leaseDueMs = nowMs();
        thread.scheduleWithFixedDelay(this::turn, 0, TURN_MS, TimeUnit.MILLISECONDS);
    }

    /**
     * A viewer came into a room. From any thread.
     *
     * @param user empty for a guest
     * @param level {@code Profile.NO_LEVEL} = none
     */
    public void joined(RoomKey room, String user, DeviceKind kind, Role role, int level) {
        moved(new Who(room, user, kind), new Move(1, 1, role, level));
    }

    /** A viewer who is in a room is something else there from now on. From any thread. */
    public void is(RoomKey room, String user, DeviceKind kind, Role role, int level) {
        moved(new Who(room, user, kind), new Move(0, 0, role, level));
    }

    /** A viewer that had come left a room. From any thread. */
    public void left(RoomKey room, String user, DeviceKind kind) {
        moved(new Who(room, user, kind), new Move(-1, 0, null, 0));
    }

    private void moved(Who who, Move move) {
        if (!closed) {
            moves.merge(who, move, Move::then);
        }
    }

    /** This edge appended an event to a room. From any thread. */
    public void sent(RoomKey room) {
        if (!closed) {
            sends.merge(room, 1L, Long::sum);
        }
    }

    /** Whether what changes here reaches Pulsar. */
    public boolean isConnected() {
        return connected;
    }

    private void ask(MembershipRequest request) {
        if (!request.isFor(edge)) {
            return;
        }
        if (request.room() == null || asked.size() >= ASKED_MAX) {
            askedAll = true;
        } else {
            asked.add(request.room());
        }
    }

    private void turn() {
        try {
            long nowMs = nowMs();
            log.keepOpen(nowMs);
            connected = log.isConnected();
            collect(nowMs);
            lease(nowMs);
            if (connected) {
                for (Membership record : ledger.due(nowMs, IN_FLIGHT_MAX - inFlight)) {
                    inFlight++;
                    send(record);
                }
            }
            rooms = ledger.rooms();
        } catch (RuntimeException bug) {
            LOG.error("presence could not be told", bug);
        }
    }

    private void collect(long nowMs) {
        for (Who who : moves.keySet()) {
            Move move = moves.remove(who);
            if (move != null) {
                moveTo(who, move, nowMs);
            }
        }
        for (RoomKey room : sends.keySet()) {
            Long events = sends.remove(room);
            if (events != null) {
                ledger.sent(room, events, nowMs);
            }
        }
        for (Iterator<RoomKey> byName = asked.iterator(); byName.hasNext(); ) {
            RoomKey room = byName.next();
            byName.remove();
            ledger.ask(room, nowMs);
        }
        if (askedAll) {
            askedAll = false;
            ledger.askAll();
        }
    }

    private void moveTo(Who who, Move move, long nowMs) {
        try {
            ledger.moved(who, move, nowMs);
        } catch (IllegalArgumentException bug) {
            LOG.error("viewers are miscounted", bug);
        }
    }

    private void lease(long nowMs) {
        if (nowMs < leaseDueMs) {
            return;
        }
        leaseDueMs = Math.max(leaseDueMs + Membership.LEASE_INTERVAL_MS, nowMs + TURN_MS);
        if (!log.isOpen() || leasesInFlight >= LEASES_IN_FLIGHT_MAX) {
            leasesHeld.increment();
            return;
        }
        leasesInFlight++;
        send(Membership.lease(edge));
    }

    private void send(Membership record) {
        log.send(record).whenComplete((id, failure) -> {
            try {
                thread.execute(() -> done(record, failure));
            } catch (RejectedExecutionException stopped) {
                LOG.debug("a record of {} was settled after the end", record.room());
            }
        });
    }

    private void done(Membership record, Throwable failure) {
        if (failure == null) {
            told.increment();
        } else {
            failed.increment();
            LOG.warn("presence could not be told, told again: {}", failure.toString());
            if (failure instanceof PulsarClientException.AlreadyClosedException
                    || failure instanceof PulsarClientException.TopicTerminatedException) {
                log.abandonProducer();
            }
        }
        if (record.room() == null) {
            leasesInFlight--;
            return;
        }
        inFlight--;
        if (failure == null) {
            ledger.acknowledged(record);
        } else {
            ledger.failed(record, nowMs());
        }
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Tells room-service that this edge is no more; what was not told yet is void by that. */
    @Override
    public void close() {
        closed = true;
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(STOP_MS_MAX, TimeUnit.MILLISECONDS)) {
                LOG.warn("presence did not stop in time");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        log.close();
    }
}
