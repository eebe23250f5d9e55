package io.danmaku.edge.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.broadcast.LastSpoken;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.node.words.WordFilters;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.token.Claims;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who may send which of a product's own events, and what newcomers may not. */
class AppGateTest {
    private static final RoomKey KEY = new RoomKey("default", "42");
    private static final long NOW_MS = 1_764_000_000_000L;
    private static final String KINDS =
            "\"app\":{\"position\":{\"class\":\"latest\",\"from\":\"viewer\"},\"stroke\":{\"class\":\"reliable\",\"from\":\"moderator\"},\"score\":{\"class\":\"best_effort\",\"from\":\"member\"}}";

    private final SendGate gate = new SendGate(new RoomTable(null, new RoomTable.Decided() {}), new WordFilters());

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) Json.MAPPER.readTree(text);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError(notJson);
        }
    }

    private static RoomState room(Durability durability, String policy) {
        RoomPolicy merged = PolicyJson.merged(RoomPolicy.DEFAULT, json("{" + policy + "}"));
        return new RoomState(KEY, "e1", "", durability, true, merged, 1, 0);
    }

    private SendGate.Verdict send(RoomState room, Role role, EventType type, String d) {
        Claims claims = new Claims("7", "Ann", "default", Map.of("42", role), false, Long.MAX_VALUE);
        return gate.check(claims, null, room, new Command.Send("42", type, "c", json(d)), new LastSpoken(), NOW_MS);
    }

    private ErrorCode app(RoomState room, Role role, String d) {
        SendGate.Verdict verdict = send(room, role, EventType.APP, d);
        return verdict.refusal() == null ? null : verdict.refusal().code();
    }

    @Test
    void theKindSaysTheClassAndWhoMaySendIt() {
        RoomState room = room(Durability.LOGGED, KINDS);
        SendGate.Verdict position =
                send(room, Role.VIEWER, EventType.APP, "{\"kind\":\"position\",\"key\":\"car7\",\"x\":1}");
        assertNull(position.refusal());
        assertEquals(DeliveryClass.LATEST, position.deliveryClass());
        assertEquals("position car7", position.key());
        assertEquals(json("{\"kind\":\"position\",\"key\":\"car7\",\"x\":1}"), position.detail());
        assertEquals(ErrorCode.FORBIDDEN, app(room, Role.VIEWER, "{\"kind\":\"score\"}"));
        assertNull(app(room, Role.MEMBER, "{\"kind\":\"score\"}"));
        assertEquals(ErrorCode.FORBIDDEN, app(room, Role.VIP, "{\"kind\":\"stroke\"}"));
        SendGate.Verdict stroke = send(room, Role.MODERATOR, EventType.APP, "{\"kind\":\"stroke\"}");
        assertEquals(DeliveryClass.RELIABLE, stroke.deliveryClass());
        assertEquals(ErrorCode.UNSUPPORTED, app(room, Role.OWNER, "{\"kind\":\"other\"}"));
        assertEquals(ErrorCode.BAD_FIELD, app(room, Role.OWNER, "{\"kind\":\"position\"}"));
        assertEquals(
                ErrorCode.TOO_LONG, app(room, Role.HOST, "{\"kind\":\"stroke\",\"v\":\"" + "v".repeat(4_096) + "\"}"));
    }

    @Test
    void whoMaySendCountsForKindsToo() {
        RoomState room = room(Durability.LOGGED, KINDS + ",\"whoMaySend\":\"vips\"");
        assertEquals(ErrorCode.FORBIDDEN, app(room, Role.MEMBER, "{\"kind\":\"score\"}"));
        assertNull(app(room, Role.VIP, "{\"kind\":\"score\"}"));
    }

    @Test
    void whereNothingIsDeclaredModeratorsSendWhatTheyLike() {
        RoomState room = room(Durability.LOGGED, "");
        assertEquals(ErrorCode.FORBIDDEN, app(room, Role.VIP, "{\"kind\":\"score\"}"));
        SendGate.Verdict any = send(room, Role.MODERATOR, EventType.APP, "{\"kind\":7}");
        assertNull(any.refusal());
        assertEquals(DeliveryClass.RELIABLE, any.deliveryClass());
    }

    @Test
    void anEphemeralRoomCarriesKindsThatAreNotReliable() {
        RoomState room = room(Durability.EPHEMERAL, KINDS);
        assertEquals(ErrorCode.UNSUPPORTED, app(room, Role.HOST, "{\"kind\":\"stroke\"}"));
        assertNull(app(room, Role.VIEWER, "{\"kind\":\"position\",\"key\":\"k\"}"));
        assertNull(app(room, Role.MEMBER, "{\"kind\":\"score\"}"));
        assertEquals(ErrorCode.UNSUPPORTED, app(room(Durability.EPHEMERAL, ""), Role.HOST, "{}"));
    }

    @Test
    void theOtherTypesKeepTheirClass() {
        RoomState room = room(Durability.LOGGED, KINDS);
        assertEquals(
                DeliveryClass.BEST_EFFORT,
                send(room, Role.VIEWER, EventType.CHAT, "{\"text\":\"hi\"}").deliveryClass());
        SendGate.Verdict state = send(room, Role.MODERATOR, EventType.STATE, "{\"key\":\"k\",\"value\":1}");
        assertEquals(DeliveryClass.LATEST, state.deliveryClass());
        assertEquals("k", state.key());
    }

    @Test
    void whatIsAskedOfNewcomersHoldsForAllThatViewersSendAndForNobodyAbove() {
        for (String policy : new String[] {"\"levelMin\":1", "\"followerMinutes\":0"}) {
            RoomState room = room(Durability.LOGGED, KINDS + "," + policy);
            ErrorCode code = policy.contains("level") ? ErrorCode.LEVEL_REQUIRED : ErrorCode.FOLLOWERS_ONLY;
            for (EventType type : new EventType[] {EventType.CHAT, EventType.LIKE, EventType.APP}) {
                String d = "{\"text\":\"hi\",\"kind\":\"position\",\"key\":\"k\"}";
                assertEquals(code, send(room, Role.VIEWER, type, d).refusal().code(), policy + " " + type);
                for (Role role : new Role[] {Role.MEMBER, Role.MODERATOR, Role.OWNER}) {
                    assertNull(send(room, role, type, d).refusal(), policy + " " + type + " " + role);
                }
            }
        }
    }
}
