package io.danmaku.protocol.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.room.AppKind;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomPolicy;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppJsonTest {
    private static final String KINDS =
            "{\"position\":{\"class\":\"latest\",\"from\":\"viewer\"},\"score\":{\"class\":\"best_effort\",\"from\":\"member\"}}";

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) Json.MAPPER.readTree(text);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError(notJson);
        }
    }

    private static RoomPolicy policy(String app) {
        return PolicyJson.merged(RoomPolicy.DEFAULT, json("{\"app\":" + app + "}"));
    }

    private static AppJson.Checked check(String d) {
        return AppJson.check(json(d), policy(KINDS));
    }

    private static void assertRefused(ErrorCode code, String d) {
        AppJson.Checked checked = check(d);
        assertNull(checked.kind(), d);
        assertEquals(code, checked.refusal().code(), d);
    }

    @Test
    void anEventIsOfTheClassThatItsKindDeclares() {
        AppJson.Checked position = check("{\"kind\":\"position\",\"key\":\"car7\",\"x\":1}");
        assertNull(position.refusal());
        assertEquals(new AppKind(DeliveryClass.LATEST, Role.VIEWER), position.kind());
        AppJson.Checked score = check("{\"kind\":\"score\",\"key\":7}");
        assertEquals(new AppKind(DeliveryClass.BEST_EFFORT, Role.MEMBER), score.kind());
        assertEquals("", score.key(), "nothing is conflated that is not LATEST");
    }

    @Test
    void aKeyIsOfItsKind() {
        RoomPolicy two = policy(
                "{\"a\":{\"class\":\"latest\",\"from\":\"viewer\"},\"a.b\":{\"class\":\"latest\",\"from\":\"viewer\"}}");
        assertEquals(key(two, "a", "b c"), key(two, "a", "b c"));
        assertNotEquals(key(two, "a", "c"), key(two, "a.b", "c"));
        assertNotEquals(key(two, "a", "b c"), key(two, "a.b", "c"));
    }

    private static String key(RoomPolicy policy, String kind, String key) {
        return AppJson.check(Json.object().put("kind", kind).put("key", key), policy)
                .key();
    }

    @Test
    void whatIsNotDeclaredIsRefused() {
        assertRefused(ErrorCode.UNSUPPORTED, "{\"kind\":\"stroke\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"kind\":7}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"kind\":\"two words\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"kind\":\"position\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"kind\":\"position\",\"key\":\"\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"kind\":\"position\",\"key\":7}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"kind\":\"position\",\"key\":\"" + "k".repeat(65) + "\"}");
        assertNull(check("{\"kind\":\"position\",\"key\":\"" + "k".repeat(64) + "\"}")
                .refusal());
    }

    @Test
    void whereNothingIsDeclaredEveryObjectIsAModeratorsReliableEvent() {
        AppJson.Checked any = AppJson.check(json("{\"kind\":7}"), RoomPolicy.DEFAULT);
        assertNull(any.refusal());
        assertEquals(new AppKind(DeliveryClass.RELIABLE, Role.MODERATOR), any.kind());
        assertEquals("", any.key());
    }

    @Test
    void kindsAreToldAsTheyWereDeclared() {
        assertEquals(json(KINDS), PolicyJson.of(policy(KINDS)).get("app"));
        assertEquals(json("{}"), PolicyJson.of(RoomPolicy.DEFAULT).get("app"));
    }

    @Test
    void aPolicysKindsAreReplacedAsAWholeAndGoWithNull() {
        RoomPolicy both = policy(KINDS);
        RoomPolicy one =
                PolicyJson.merged(both, json("{\"app\":{\"stroke\":{\"class\":\"reliable\",\"from\":\"host\"}}}"));
        assertEquals(Set.of("stroke"), one.app().keySet());
        assertEquals(one, PolicyJson.merged(one, json("{\"slowModeMs\":0}")));
        assertTrue(PolicyJson.merged(one, json("{\"app\":null}")).app().isEmpty());
        assertTrue(PolicyJson.merged(one, json("{\"app\":{}}")).app().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "[]",
                "{\"a\":{}}",
                "{\"a\":\"latest\"}",
                "{\"a\":{\"class\":\"LATEST\",\"from\":\"viewer\"}}",
                "{\"a\":{\"class\":\"latest\",\"from\":\"everyone\"}}",
                "{\"a\":{\"class\":\"latest\",\"from\":\"viewer\",\"to\":\"host\"}}",
                "{\"two words\":{\"class\":\"latest\",\"from\":\"viewer\"}}",
                "{\"\":{\"class\":\"latest\",\"from\":\"viewer\"}}"
            })
    void whatDeclaresNoKindIsRefused(String app) {
        assertThrows(IllegalArgumentException.class, () -> policy(app));
    }

    @Test
    void aPolicyDeclaresSoManyKindsAndNoMore() {
        ObjectNode kinds = Json.object();
        for (int i = 0; i < AppKind.KINDS_MAX; i++) {
            kinds.putObject("k" + i).put("class", "latest").put("from", "viewer");
        }
        assertEquals(AppKind.KINDS_MAX, policy(kinds.toString()).app().size());
        kinds.putObject("more").put("class", "latest").put("from", "viewer");
        assertThrows(IllegalArgumentException.class, () -> policy(kinds.toString()));
    }

    @Test
    void aRecordOfBeforeThereWereKindsDeclaresNone() {
        ObjectNode record = (ObjectNode) Json.MAPPER.valueToTree(RoomPolicy.DEFAULT);
        record.remove("app");
        record.remove("levelMin");
        record.remove("followerMinutes");
        record.remove("lastOnJoin");
        assertEquals(RoomPolicy.DEFAULT, Json.read(Json.bytes(record), RoomPolicy.class));
        RoomPolicy both = policy(KINDS);
        assertEquals(both, Json.read(Json.bytes(both), RoomPolicy.class));
    }
}
