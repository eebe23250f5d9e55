package io.danmaku.edge.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.edge.policy.RoomTable;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.WhoMaySend;
import io.danmaku.protocol.token.Claims;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SendGateTest {
    private static final RoomKey KEY = new RoomKey("default", "42");
    private static final long HOUR_MS = 3_600_000;
    private static final long NOW_MS = 1_764_000_000_000L;

    /** No state was read: nobody is muted. */
    private final SendGate gate = new SendGate(new RoomTable(null, changed -> {}));

    private static RoomState room(long slowModeMs, boolean open) {
        RoomPolicy policy = new RoomPolicy(slowModeMs, WhoMaySend.EVERYONE, 200, 100, 24);
        return new RoomState(KEY, "e1", "", Durability.LOGGED, open, policy, 1, 0);
    }

    private Refusal chat(RoomState room, Role role, String cid, long nowMs) {
        Claims claims = new Claims(
                "7", "Ann", "default", role == Role.VIEWER ? Map.of() : Map.of("42", role), false, Long.MAX_VALUE);
        Command.Send send =
                new Command.Send("42", EventType.CHAT, cid, Json.object().put("text", "hi"));
        return gate.check(claims, room, send, nowMs).refusal();
    }

    @Test
    void slowModeCountsDownAndLetsTheSameSendBeTriedAgain() {
        RoomState slow = room(HOUR_MS, true);
        assertNull(chat(slow, Role.VIEWER, "a", NOW_MS));
        assertNull(chat(slow, Role.VIEWER, "a", NOW_MS + 49_000));
        Refusal refusal = chat(slow, Role.VIEWER, "b", NOW_MS + 60_000);
        assertEquals(ErrorCode.SLOW_MODE, refusal.code());
        assertEquals(HOUR_MS - 60_000, refusal.retryMs());
        assertNull(chat(slow, Role.VIEWER, "b", NOW_MS + HOUR_MS));
    }

    @Test
    void slowModeCannotBePassedByUsingACidAgain() {
        RoomState slow = room(HOUR_MS, true);
        assertNull(chat(slow, Role.VIEWER, "a", NOW_MS));
        // the log would take it for another event by now
        assertEquals(
                ErrorCode.SLOW_MODE,
                chat(slow, Role.VIEWER, "a", NOW_MS + 61_000).code());
    }

    @Test
    void hostsAndModeratorsAreFreeOfSlowMode() {
        RoomState slow = room(HOUR_MS, true);
        for (int i = 0; i < 3; i++) {
            assertNull(chat(slow, Role.HOST, "h" + i, NOW_MS));
            assertNull(chat(slow, Role.MODERATOR, "m" + i, NOW_MS));
        }
    }

    @Test
    void aRoomThatIsClosedOrForgottenTakesNothing() {
        assertEquals(
                ErrorCode.ROOM_CLOSED,
                chat(room(0, false), Role.HOST, "a", NOW_MS).code());
        assertEquals(ErrorCode.ROOM_CLOSED, chat(null, Role.HOST, "a", NOW_MS).code());
        assertTrue(chat(room(0, true), Role.VIEWER, "a", NOW_MS) == null);
    }
}
