package io.danmaku.room.admin;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class ForwardingTest {
    private static boolean isDoubtful(ErrorCode code) {
        int status = code.httpStatus();
        return Forwarding.isDoubtful(
                status, Buffer.buffer(Json.bytes(Problems.problem(Refusal.of(code, "why"), status))));
    }

    @Test
    void anOwnerThatCannotDecideIsDoubtedAndOneThatOnlyRefusesIsNot() {
        assertTrue(isDoubtful(ErrorCode.UNAVAILABLE));
        assertTrue(isDoubtful(ErrorCode.PENDING));
        assertTrue(Forwarding.isDoubtful(503, Buffer.buffer("of somebody else")));
        assertFalse(isDoubtful(ErrorCode.BUSY));
        assertFalse(isDoubtful(ErrorCode.EXISTS));
        assertFalse(isDoubtful(ErrorCode.INTERNAL));
        assertFalse(Forwarding.isDoubtful(200, Buffer.buffer("{}")));
    }
}
