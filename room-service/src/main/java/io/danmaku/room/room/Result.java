package io.danmaku.room.room;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;

/**
 * The outcome of a request: a value, or why not. Exactly one is null.
 */
public record Result<T>(T value, Refusal refusal) {

    /** How long a client waits before it asks again while nobody decides for a group. */
    public static final long RETRY_MS = 1_000;

    public static <T> Result<T> of(T value) {
        return new Result<>(value, null);
    }

    public static <T> Result<T> refused(Refusal refusal) {
        return new Result<>(null, refusal);
    }

    public static <T> Result<T> refused(ErrorCode code, String message) {
        return refused(Refusal.of(code, message));
    }

    /** Nobody decides here at the moment; nothing was changed. */
    static <T> Result<T> unavailable(String message) {
        return refused(Refusal.retry(ErrorCode.UNAVAILABLE, message, RETRY_MS));
    }

    /** It may have been written or not; reading tells. */
    static <T> Result<T> unknown() {
        return refused(Refusal.retry(
                ErrorCode.PENDING,
                "the change was not acknowledged in time; read the room to learn its fate",
                RETRY_MS));
    }

    public boolean isRefused() {
        return refusal != null;
    }
}
