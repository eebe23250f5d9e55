package io.danmaku.room.room;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;

/**
 * What was decided on a group's table: records to write, in order, and what to answer once they are in force; or a
 * refusal. No records means that nothing changes, and the answer goes out at once.
 *
 * @param refusal null unless refused
 * @param prepare has to succeed before the records are written; never null
 */
public record StateChange<T>(Refusal refusal, Supplier<Future<Void>> prepare, List<Write> writes, T answer) {

    /**
     * One record.
     *
     * @param value null deletes the key; never compared, and nobody else holds the bytes
     * @param act what somebody did that made it; null = nobody did, the hub keeps its own house
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Write(String key, byte[] value, Act act) {

        /** What somebody's act makes. */
        public static Write put(Act act, String key, Object value) {
            return new Write(key, Json.bytes(value), act);
        }

        /** What the hub notes down for itself. */
        public static Write note(String key, Object value) {
            return new Write(key, Json.bytes(value), null);
        }

        /** Removes what is of no more use. */
        public static Write delete(String key) {
            return new Write(key, null, null);
        }
    }

    /** Decides on a table, which it must not keep; runs on the state context and must not block. */
    @FunctionalInterface
    public interface Decision<T> {
        StateChange<T> decide(RoomTable table, long nowMs);
    }

    public static <T> StateChange<T> refuse(Refusal refusal) {
        return new StateChange<>(refusal, Future::succeededFuture, List.of(), null);
    }

    public static <T> StateChange<T> refuse(ErrorCode code, String message) {
        return refuse(Refusal.of(code, message));
    }

    public static <T> StateChange<T> nothing(T answer) {
        return new StateChange<>(null, Future::succeededFuture, List.of(), answer);
    }

    public static <T> StateChange<T> write(T answer, Write... writes) {
        return new StateChange<>(null, Future::succeededFuture, List.of(writes), answer);
    }

    /** The same with something to be done before. */
    public StateChange<T> after(Supplier<Future<Void>> first) {
        return new StateChange<>(refusal, first, writes, answer);
    }
}
