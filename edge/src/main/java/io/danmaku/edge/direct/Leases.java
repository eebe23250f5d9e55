package io.danmaku.edge.direct;

import io.danmaku.node.redis.Directory;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Keeps the directory saying which devices are here. A change is entered at once, everything once an interval and as soon
 * as a lost Redis is back. What fails is not tried again before: until then the lease holds, or the device syncs. Who was
 * not there when its lease is renewed, who was entered late, and all when Redis is back may have missed pushes: nobody
 * could know where they were. One batch of renewals is on its way at a time. All but {@link #changed} on one thread; time
 * comes in.
 */
final class Leases {
    /** Sessions taken into one batch; a user's devices stay together, so it may hold a few more. */
    static final int BATCH_MAX = 500;
    /** Who is entered so long after it came may have asked for what it missed before. */
    static final long LATE_MS = 1_000;

    private final Devices devices;
    private final Executor thread;
    private final BooleanSupplier ready;
    private final Function<List<Directory.Session>, Future<Set<Directory.Session>>> renew;
    private final Function<Directory.Session, Future<Void>> remove;
    /** At most one entry for each device that came or went and was not entered yet. */
    private final Set<Device> changed = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicLong failures = new AtomicLong();
    private Iterator<List<Device>> round;
    private long roundDueMs;
    private boolean isReady;
    private boolean inFlight;
    private long nowMs;
    private long begunMs;
    /** The batch before this one took long: who came meanwhile was not found for so long. */
    private boolean isLate;

    /**
     * @param thread runs a task on the one thread
     * @param ready whether Redis is there
     * @param renew enters or renews sessions of this node, and tells which were not there
     * @param remove removes one
     */
    Leases(
            Devices devices,
            Executor thread,
            BooleanSupplier ready,
            Function<List<Directory.Session>, Future<Set<Directory.Session>>> renew,
            Function<Directory.Session, Future<Void>> remove) {
        this.devices = devices;
        this.thread = thread;
        this.ready = ready;
        this.renew = renew;
        this.remove = remove;
    }

    /** A device came or went. From any thread. */
    void changed(Device device) {
        changed.add(device);
        if (woken.compareAndSet(false, true)) {
            thread.execute(this::work);
        }
    }

    /** To be called often: begins rounds. */
    void turn(long nowMs) {
        this.nowMs = nowMs;
        boolean was = isReady;
        isReady = ready.getAsBoolean();
        if (!isReady) {
            // the round on its return enters all that came; what went has its lease end
            changed.clear();
            round = null;
        } else if (!was || nowMs >= roundDueMs) {
            if (!was) {
                devices.all().forEachRemaining(ofUser -> ofUser.forEach(Device::mayHaveMissed));
            }
            round = devices.all();
            roundDueMs = nowMs + Directory.RENEW_INTERVAL_MS;
        }
        work();
    }

    private void work() {
        woken.set(false);
        if (!isReady || inFlight) {
            return;
        }
        List<Device> batch = takeChanged();
        // from here on: who is entered, and should have been there before
        int known = isLate ? 0 : batch.size();
        while (round != null && batch.size() < BATCH_MAX) {
            if (round.hasNext()) {
                batch.addAll(round.next());
            } else {
                round = null;
            }
        }
        if (!batch.isEmpty()) {
            inFlight = true;
            begunMs = nowMs;
            renew.apply(batch.stream().map(Leases::session).toList())
                    .onComplete(done -> thread.execute(() -> {
                        inFlight = false;
                        isLate = nowMs - begunMs > LATE_MS;
                        if (done.succeeded()) {
                            tell(batch.subList(known, batch.size()), done.result());
                            work();
                        } else {
                            failures.incrementAndGet();
                        }
                    }));
        }
    }

    /** Not before they are entered: they would ask for it too soon. */
    private static void tell(List<Device> known, Set<Directory.Session> entered) {
        if (!entered.isEmpty()) {
            known.stream().filter(device -> entered.contains(session(device))).forEach(Device::mayHaveMissed);
        }
    }

    private List<Device> takeChanged() {
        List<Device> came = new ArrayList<>();
        Iterator<Device> waiting = changed.iterator();
        for (int taken = 0; waiting.hasNext() && taken < BATCH_MAX; taken++) {
            Device device = waiting.next();
            waiting.remove();
            if (devices.contains(device)) {
                came.add(device);
            } else {
                // no renewal of it is on its way: those go out from this thread, over the same connection
                remove.apply(session(device)).onFailure(away -> failures.incrementAndGet());
            }
        }
        return came;
    }

    /** Calls that Redis did not take. */
    long failures() {
        return failures.get();
    }

    private static Directory.Session session(Device device) {
        return new Directory.Session(device.tenant(), device.user(), device.session());
    }
}
