package io.danmaku.room.room;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.room.room.StateChange.Decision;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pulsar.client.api.MessageId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The changes of one group, one after the other. Each is decided on the table as the change before it left it, then
 * prepared, written, acknowledged, read back into the table, and answered.
 */
final class StateTurns {
    private static final Logger LOG = LoggerFactory.getLogger(StateTurns.class);
    private static final String NOBODY = "nobody decides for this room at the moment";

    /** Told when table and topic may differ. */
    interface Doubt {
        void arose(String why, Throwable cause);
    }

    private final Vertx vertx;
    private final Context context;
    private final StateBounds bounds;
    private final StateMeters meters;
    private final Clock clock;
    private final Doubt doubt;
    private final Deque<Turn<?>> waiting = new ArrayDeque<>();
    private StateReader reader;
    /** Null while this instance does not decide. */
    private StateWriter writer;

    private Turn<?> running;
    private MessageId awaited;

    StateTurns(Vertx vertx, Context context, StateBounds bounds, StateMeters meters, Clock clock, Doubt doubt) {
        this.vertx = vertx;
        this.context = context;
        this.bounds = bounds;
        this.meters = meters;
        this.clock = clock;
        this.doubt = doubt;
    }

    /** This instance decides from now on. */
    void begin(StateReader from, StateWriter to) {
        reader = from;
        writer = to;
    }

    /** Somebody else may decide: what is under way ends without its outcome, what waits is refused. */
    void abandon() {
        writer = null;
        if (running != null) {
            running.abandon();
        }
        refuseWaiting();
    }

    /** Lets the running change come to its end, and refuses the rest. */
    Future<?> drain() {
        Future<?> end = running == null ? Future.succeededFuture() : running.promise.future();
        refuseWaiting();
        return end;
    }

    /** The table has moved on. */
    void read() {
        if (awaited != null && reader.hasRead(awaited)) {
            running.finish();
        }
    }

    <T> Future<Result<T>> change(Decision<T> decision) {
        if (writer == null) {
            return Future.succeededFuture(Result.unavailable(NOBODY));
        }
        if (waiting.size() >= bounds.queueMax()) {
            meters.busy.increment();
            return Future.succeededFuture(Result.refused(
                    Refusal.retry(ErrorCode.BUSY, "too many changes wait for their turn", Result.RETRY_MS)));
        }
        Turn<T> turn = new Turn<>(decision);
        waiting.add(turn);
        next();
        return turn.promise.future();
    }

    private void next() {
        while (running == null && writer != null && !waiting.isEmpty()) {
            running = waiting.poll();
            running.start();
        }
    }

    private void refuseWaiting() {
        for (Turn<?> turn = waiting.poll(); turn != null; turn = waiting.poll()) {
            turn.abandon();
        }
    }

    /** One change on its way. */
    private final class Turn<T> {
        private final Decision<T> decision;
        private final Promise<Result<T>> promise = Promise.promise();
        private final long startNs = System.nanoTime();
        private StateChange<T> change;
        private boolean sent;
        private boolean over;

        Turn(Decision<T> decision) {
            this.decision = decision;
        }

        void start() {
            Future<Void> prepared;
            try {
                change = decision.decide(reader.table(), clock.millis());
                if (change.refusal() != null) {
                    end(Result.refused(change.refusal()));
                    return;
                }
                if (change.writes().isEmpty()) {
                    end(Result.of(change.answer()));
                    return;
                }
                prepared = change.prepare().get();
            } catch (RuntimeException fault) {
                // a turn that never ends would hold up its group for ever
                LOG.error("a change could not be decided", fault);
                meters.faults.increment();
                end(Result.refused(ErrorCode.INTERNAL, "something went wrong here"));
                return;
            }
            prepared.timeout(bounds.writeTimeoutMs(), TimeUnit.MILLISECONDS)
                    .onComplete(done -> context.runOnContext(v -> write(done.cause())));
        }

        private void write(Throwable unprepared) {
            if (over) {
                return;
            }
            if (unprepared != null) {
                LOG.warn("what a change needs could not be done: {}", unprepared.getMessage());
                // cut here, but not where it is done
                end(
                        unprepared instanceof TimeoutException
                                ? Result.unknown()
                                : Result.unavailable("Pulsar does not answer"));
                next();
                return;
            }
            sent = true;
            Future.fromCompletionStage(send(), context).onComplete((id, failure) -> {
                if (over) {
                    return;
                }
                if (failure != null) {
                    meters.unknown.increment();
                    doubt.arose("a write was not acknowledged", failure);
                } else {
                    await(id);
                }
            });
        }

        private CompletionStage<MessageId> send() {
            try {
                return writer.write(change.writes());
            } catch (RuntimeException fault) {
                LOG.error("a change could not be written", fault);
                meters.faults.increment();
                return CompletableFuture.failedFuture(fault);
            }
        }

        private void await(MessageId id) {
            if (reader.hasRead(id)) {
                finish();
                return;
            }
            awaited = id;
            vertx.setTimer(bounds.writeTimeoutMs(), timer -> {
                if (!over) {
                    meters.unknown.increment();
                    doubt.arose("a write was not read back", null);
                }
            });
        }

        void finish() {
            meters.writes.record(System.nanoTime() - startNs, TimeUnit.NANOSECONDS);
            end(Result.of(change.answer()));
            next();
        }

        /** Ends it without its outcome: not done, or nobody knows. */
        void abandon() {
            end(sent ? Result.unknown() : Result.unavailable(NOBODY));
        }

        private void end(Result<T> result) {
            over = true;
            if (running == this) {
                running = null;
                awaited = null;
            }
            promise.complete(result);
        }
    }
}
