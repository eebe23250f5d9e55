package io.danmaku.dm.api;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;

/** Carries a refusal out of the reading of a request. */
final class BadRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    BadRequest(ErrorCode code, String message) {
        super(message, null, false, false);
        refusal = Refusal.of(code, message);
    }

    Refusal refusal() {
        return refusal;
    }
}
