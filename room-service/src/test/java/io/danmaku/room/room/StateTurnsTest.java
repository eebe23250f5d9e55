package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.protocol.command.ErrorCode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Turns that end before anything is written: neither a topic nor a broker is needed. */
class StateTurnsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final StateTurns turns = new StateTurns(
            vertx,
            context,
            new StateBounds(10, 50, 1_000, 1_000, 1_000),
            new StateMeters(new SimpleMeterRegistry()),
            Clock.systemUTC(),
            (why, cause) -> {
                throw new AssertionError(why, cause);
            });

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private <T> T on(Function<StateTurns, Future<T>> work) throws Exception {
        Promise<T> done = Promise.promise();
        context.runOnContext(v -> {
            turns.begin(new StateReader(null, context, "none", null), new StateWriter(null));
            work.apply(turns).onComplete(done);
        });
        return done.future().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static StateChange<String> written() {
        return StateChange.write("written", StateChange.Write.note("key", "value"));
    }

    @Test
    void aDecisionThatFailsIsAnsweredAndTheNextOneHasItsTurn() throws Exception {
        Result<String> failed = on(t -> t.change((table, nowMs) -> {
            throw new IllegalStateException("a fault");
        }));
        assertEquals(ErrorCode.INTERNAL, failed.refusal().code());
        Result<String> unprepared = on(t -> t.change((table, nowMs) -> written().after(() -> {
            throw new IllegalStateException("a fault");
        })));
        assertEquals(ErrorCode.INTERNAL, unprepared.refusal().code());
        assertEquals(
                "next",
                on(t -> t.change((table, nowMs) -> StateChange.nothing("next"))).value());
    }

    @Test
    void aPreparationThatIsCutMayStillBeDoneAndOneThatFailedIsNot() throws Exception {
        Result<String> cut = on(t -> t.change(
                (table, nowMs) -> written().after(() -> Promise.<Void>promise().future())));
        assertEquals(ErrorCode.PENDING, cut.refusal().code());
        Result<String> refused = on(t -> t.change((table, nowMs) -> written().after(() -> Future.failedFuture("no"))));
        assertEquals(ErrorCode.UNAVAILABLE, refused.refusal().code());
    }
}
