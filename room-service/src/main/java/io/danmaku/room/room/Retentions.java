package io.danmaku.room.room;

import io.danmaku.node.pulsar.PulsarAdmin;
import io.danmaku.node.pulsar.PulsarAdmin.AdminException;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the topics of rooms' logs at what the rooms' policies say. The policy is the truth: a topic is compared with it
 * after every change of the retention and, because a former owner may have died in between, after every take-over; what
 * fails is tried again. Only a longer retention is set before its policy is written, so that nothing is trimmed that the
 * policy promises.
 *
 * <p>One call at a time for each room: a slow one never overtakes a later one. On the state context.
 */
public final class Retentions {
    private static final Logger LOG = LoggerFactory.getLogger(Retentions.class);
    /** Topics compared at a time; a take-over brings all rooms of a group. */
    private static final int COMPARED_AT_ONCE = 2;
    /** Pause after a failure: the admin API is away. */
    private static final long PAUSE_MS = 2_000;

    private static final int NOT_FOUND = 404;

    private final Vertx vertx;
    private final Context context;
    private final PulsarAdmin admin;
    private final StateGroups groups;
    /** Rooms whose retention was changed, to compare soon. */
    private final Set<RoomKey> changed = new LinkedHashSet<>();
    /** The others to compare: of groups taken over, and after failures. No more than there are rooms. */
    private final Set<RoomKey> others = new LinkedHashSet<>();
    /** The call under way for a room. */
    private final Map<RoomKey, Future<Void>> running = new HashMap<>();
    /** Rooms whose longer retention is being set. */
    private final Set<RoomKey> lengthening = new LinkedHashSet<>();

    private final Counter corrected;
    private final Counter failures;
    /** For the registry's thread. */
    private volatile int waiting;

    private boolean pausing;

    public Retentions(Vertx vertx, Context context, PulsarAdmin admin, StateGroups groups, MeterRegistry registry) {
        this.vertx = vertx;
        this.context = context;
        this.admin = admin;
        this.groups = groups;
        corrected = registry.counter("danmaku.room.retentions.set");
        failures = registry.counter("danmaku.room.retentions.failures");
        registry.gauge("danmaku.room.retentions.waiting", this, r -> r.waiting);
        groups.whenClaimed(table -> {
            table.loggedRooms().forEach(room -> others.add(room.key()));
            next();
        });
    }

    /** Lets a topic keep more, before the policy that says so is written; {@link #check} has to follow. */
    Future<Void> lengthen(RoomState room) {
        RoomKey key = room.key();
        if (room.durability() == Durability.EPHEMERAL) {
            return Future.succeededFuture();
        }
        if (!lengthening.add(key)) {
            return Future.failedFuture("the retention of " + key + " is still being set");
        }
        Future<Void> before = running.getOrDefault(key, Future.succeededFuture());
        Future<Void> set = before.transform(done ->
                on(admin.setTopicRetention(RoomTopics.topic(room), room.policy().retentionHours())));
        run(key, set.onComplete(done -> lengthening.remove(key)));
        return set;
    }

    /** Compares a room's topic with the room's policy soon, and sets it. */
    void check(RoomKey room) {
        changed.add(room);
        next();
    }

    private void next() {
        start(changed);
        start(others);
        waiting = changed.size() + others.size();
    }

    private void start(Set<RoomKey> due) {
        Iterator<RoomKey> keys = due.iterator();
        while (!pausing && running.size() < COMPARED_AT_ONCE && keys.hasNext()) {
            RoomKey key = keys.next();
            if (running.containsKey(key)) {
                continue;
            }
            keys.remove();
            RoomState room = groups.isActive(key) ? groups.table(key).room(key) : null;
            // else its owner compares it, when it becomes that
            if (room != null && room.durability() == Durability.LOGGED) {
                run(key, compare(room).onFailure(failure -> failed(room, failure)));
            }
        }
    }

    private void run(RoomKey key, Future<Void> call) {
        running.put(key, call);
        call.onComplete(done -> {
            running.remove(key, call);
            // not on this stack, which may be that of another call
            context.runOnContext(v -> next());
        });
    }

    private Future<Void> compare(RoomState room) {
        String topic = RoomTopics.topic(room);
        int hours = room.policy().retentionHours();
        return on(admin.topicRetention(topic)).compose(kept -> {
            if (kept == hours) {
                return Future.succeededFuture();
            }
            corrected.increment();
            return on(admin.setTopicRetention(topic, hours));
        });
    }

    private void failed(RoomState room, Throwable failure) {
        failures.increment();
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        boolean gone = cause instanceof AdminException answer && answer.status() == NOT_FOUND;
        LOG.warn(
                "the retention of {} could not be set{}: {}",
                room.key(),
                gone ? "" : ", tried again",
                String.valueOf(cause));
        if (!gone) {
            others.add(room.key());
            pausing = true;
            vertx.setTimer(PAUSE_MS, t -> {
                pausing = false;
                next();
            });
        }
    }

    private <T> Future<T> on(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, context);
    }
}
