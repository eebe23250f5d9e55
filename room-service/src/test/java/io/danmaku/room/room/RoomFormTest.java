package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Pin;
import io.danmaku.protocol.room.Raid;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RaidStep;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomProfile;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoomFormTest {

    private static ObjectNode json(String text) throws JsonProcessingException {
        return (ObjectNode) Json.MAPPER.readTree(text);
    }

    @Test
    void anEmptyWishIsARoomWithAllDefaults() throws JsonProcessingException {
        RoomForm.Wanted wanted = RoomForm.wanted(json("{}")).value();
        assertNull(wanted.id());
        assertEquals(Durability.LOGGED, wanted.durability());
        assertEquals(RoomPolicy.DEFAULT, wanted.policy());
    }

    @Test
    void allFieldsAreRead() throws JsonProcessingException {
        RoomForm.Wanted wanted = RoomForm.wanted(json("""
                        {"id":"a_b-1","title":"直播间","durability":"ephemeral","policy":{"slowModeMs":3000,
                        "memberSlowModeMs":5,"whoMaySend":"moderators","textLengthMax":20,"uniqueSeconds":30,"links":"held",
                        "capsPercentMax":70,"styles":"plain","emoteOnly":true,"bestEffortPerSecond":0,"enterPerSecond":9,"retentionHours":1,"guests":true,"holdAll":true,"heldMinutes":1440,"externalCheck":true,
                        "raid":{"steps":["silent"],"stepSeconds":10,"auto":true,"joinsPerSecond":1,"similarPercent":2,"youngPercent":3,"youngDays":4},
                        "app":{"position":{"class":"latest","from":"viewer"}},"levelMin":3,"followerMinutes":0,"lastOnJoin":500}}""")).value();
        assertEquals("a_b-1", wanted.id());
        assertEquals("直播间", wanted.title());
        assertEquals(Durability.EPHEMERAL, wanted.durability());
        assertEquals(PolicyJson.merged(RoomPolicy.DEFAULT, json("""
                        {"slowModeMs":3000,"memberSlowModeMs":5,"whoMaySend":"moderators","textLengthMax":20,"uniqueSeconds":30,
                        "links":"held","capsPercentMax":70,"styles":"plain","emoteOnly":true,"bestEffortPerSecond":0,"enterPerSecond":9,
                        "retentionHours":1,"guests":true,"holdAll":true,"heldMinutes":1440,"externalCheck":true,"raid":{"steps":["silent"],"stepSeconds":10,"auto":true,"joinsPerSecond":1,"similarPercent":2,
                        "youngPercent":3,"youngDays":4},"app":{"position":{"class":"latest","from":"viewer"}},"levelMin":3,
                        "followerMinutes":0,"lastOnJoin":500}""")), wanted.policy());
        assertEquals(
                new RaidRules(List.of(RaidStep.SILENT), 10, true, 1, 2, 3, 4),
                wanted.policy().raid());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":\"a b\"}",
                "{\"id\":7}",
                "{\"title\":\"\"}",
                "{\"title\":\"a\\nb\"}",
                "{\"title\":7}",
                "{\"durability\":\"durable\"}",
                "{\"durability\":1}",
                "{\"policy\":[]}",
                "{\"policy\":{\"slowModeMs\":\"1\"}}",
                "{\"policy\":{\"slowModeMs\":1.5}}",
                "{\"policy\":{\"slowModeMs\":-1}}",
                "{\"policy\":{\"slowModeMs\":99999999999}}",
                "{\"policy\":{\"slowMode\":1}}",
                "{\"policy\":{\"whoMaySend\":\"nobody\"}}",
                "{\"policy\":{\"whoMaySend\":3}}",
                "{\"policy\":{\"textLengthMax\":0}}",
                "{\"policy\":{\"retentionHours\":0}}",
                "{\"policy\":{\"enterPerSecond\":101}}",
                "{\"policy\":{\"raid\":null}}",
                "{\"policy\":{\"raid\":[]}}",
                "{\"policy\":{\"raid\":{\"steps\":[]}}}",
                "{\"policy\":{\"raid\":{\"stepSeconds\":9}}}",
                "{\"policy\":{\"levelMin\":-1}}",
                "{\"policy\":{\"levelMin\":1001}}",
                "{\"policy\":{\"followerMinutes\":-2}}",
                "{\"policy\":{\"followerMinutes\":525601}}",
                "{\"policy\":{\"lastOnJoin\":501}}",
                "{\"policy\":{\"app\":[]}}",
                "{\"policy\":{\"app\":{\"a\":{\"class\":\"latest\"}}}}",
                "{\"policy\":{\"app\":{\"a b\":{\"class\":\"latest\",\"from\":\"viewer\"}}}}",
                "{\"policy\":{\"guests\":\"on\"}}",
                "{\"policy\":{\"links\":true}}",
                "{\"policy\":{\"links\":\"some\"}}",
                "{\"policy\":{\"noLinks\":true}}",
                "{\"policy\":{\"holdAll\":1}}",
                "{\"policy\":{\"heldMinutes\":0}}",
                "{\"policy\":{\"heldMinutes\":1441}}",
                "{\"policy\":{\"externalCheck\":\"yes\"}}",
                "{\"policy\":{\"styles\":\"bold\"}}",
                "{\"policy\":{\"styles\":null}}",
                "{\"policy\":{\"emoteOnly\":\"yes\"}}",
                "{\"policy\":{\"uniqueSeconds\":3601}}",
                "{\"policy\":{\"capsPercentMax\":101}}",
                "{\"policy\":{\"memberSlowModeMs\":-1}}",
                "{\"holder\":\"7\"}",
                "{\"owner\":\"a b\"}"
            })
    void whatIsNotOfItsFormIsABadField(String body) throws JsonProcessingException {
        Result<RoomForm.Wanted> result = RoomForm.wanted(json(body));
        assertTrue(result.isRefused(), body);
        assertEquals(ErrorCode.BAD_FIELD, result.refusal().code());
    }

    @Test
    void aTitleHasABound() throws JsonProcessingException {
        assertFalse(
                RoomForm.wanted(json("{\"title\":\"" + "x".repeat(200) + "\"}")).isRefused());
        assertTrue(
                RoomForm.wanted(json("{\"title\":\"" + "x".repeat(201) + "\"}")).isRefused());
    }

    @Test
    void aChangeLeavesWhatItDoesNotName() throws JsonProcessingException {
        RoomForm.Patch patch =
                RoomForm.patch(json("{\"policy\":{\"textLengthMax\":50}}")).value();
        assertNull(patch.title());
        RoomPolicy base = PolicyJson.merged(
                RoomPolicy.DEFAULT,
                Json.object().put("slowModeMs", 3000).put("whoMaySend", "host").put("styles", "scroll"));
        assertEquals(
                PolicyJson.merged(base, Json.object().put("textLengthMax", 50)),
                RoomForm.policy(base, patch.policy()).value());
        assertTrue(RoomForm.patch(json("{\"durability\":\"logged\"}")).isRefused());
    }

    @Test
    void aRoomIsClosedOrArchivedByAChangeOfItsOwn() throws JsonProcessingException {
        assertEquals(
                RoomState.End.ARCHIVED,
                RoomForm.patch(json("{\"state\":\"archived\"}")).value().end());
        assertEquals(
                RoomState.End.CLOSED,
                RoomForm.patch(json("{\"state\":\"closed\"}")).value().end());
        assertNull(RoomForm.patch(json("{\"title\":\"t\"}")).value().end());
        for (String wrong : List.of(
                "{\"state\":\"open\"}",
                "{\"state\":\"erased\"}",
                "{\"state\":null}",
                "{\"state\":1}",
                "{\"state\":\"closed\",\"title\":\"t\"}")) {
            assertEquals(
                    ErrorCode.BAD_FIELD, RoomForm.patch(json(wrong)).refusal().code(), wrong);
        }
    }

    @Test
    void aRoomsPinIsToldAsATextOrAsAPlace() {
        RoomState room = RoomTableTest.room(new RoomKey("default", "42"), 5, true);
        assertEquals(
                "{\"text\":\"hi\",\"by\":\"1\",\"at\":5,\"until\":null}",
                RoomForm.json(room.pinned(new Pin("hi", 0, "", "1", 5, Sanction.FOREVER_MS)))
                        .get("pin")
                        .toString());
        ObjectNode json = RoomForm.json(room.pinned(new Pin("", 7, "8", "1", 5, 65)));
        assertEquals(
                "{\"o\":7,\"user\":\"8\",\"by\":\"1\",\"at\":5,\"until\":65}",
                json.get("pin").toString());
        assertEquals(6, json.get("version").intValue());
    }

    @Test
    void aStreamsNumberGrowsWhenItEndsAndTheRoomsEndEndsIt() {
        RoomState room = RoomTableTest.room(new RoomKey("default", "42"), 5, true);
        RoomProfile off = room.profile();
        RoomProfile live = off.withLive(true);
        RoomState runs = room.changed("a", room.policy(), live, 7);
        assertEquals("1 7", runs.stream() + " " + runs.liveSinceMs());
        RoomState still = runs.changed("b", room.policy(), live, 8);
        assertEquals("1 7", still.stream() + " " + still.liveSinceMs());
        RoomState ended = still.changed("b", room.policy(), off, 9);
        assertEquals("2 0", ended.stream() + " " + ended.liveSinceMs());
        RoomState closed = still.closed();
        assertEquals(
                "2 0 false",
                closed.stream() + " " + closed.liveSinceMs() + " "
                        + closed.profile().live());
        assertEquals(2, ended.closed().stream());
    }

    @Test
    void aStepAgainstARaidIsToldWithTheRulesThatAreInForceAndTheRoomsOwnAreKept() throws JsonProcessingException {
        RoomState bare = RoomTableTest.room(new RoomKey("default", "42"), 5, true);
        RoomState raided = bare.raided(new Raid(2, 1, 60, 0, 0, "", "why"));
        ObjectNode event = RoomForm.policyEvent(raided);
        assertEquals("{\"step\":\"slow\",\"until\":60}", event.get("raid").toString());
        assertEquals(30_000, event.get("slowModeMs").intValue());
        assertTrue(RoomForm.policyEvent(bare).get("raid").isNull());
        assertEquals(event.get("raid"), RoomForm.json(raided).get("raid"));
        assertEquals(0, RoomForm.json(raided).at("/policy/slowModeMs").intValue(), "what stays when it is over");
        assertEquals(6, RoomForm.json(raided).get("version").intValue());
        assertTrue(RoomForm.json(raided.closed()).get("raid").isNull());
        RoomState patched = raided.changed(
                "t",
                RoomForm.policy(raided.policy(), json("{\"slowModeMs\":60000}")).value(),
                raided.profile(),
                9);
        assertEquals(60_000, RoomForm.policyEvent(patched).get("slowModeMs").intValue());
        assertEquals(60, RoomForm.policyEvent(patched).get("uniqueSeconds").intValue());
        assertTrue(RoomForm.policyEvent(bare.raided(new Raid(0, 1, 60, 0, 0, "m", "")))
                .get("raid")
                .isNull());
    }

    @Test
    void aRoomIsToldInItsWireForm() {
        assertEquals(
                "{\"id\":\"42\",\"tenant\":\"default\",\"epoch\":\"k3\",\"title\":\"t5\",\"durability\":\"logged\","
                        + "\"state\":\"closed\",\"owner\":null,\"cover\":\"\",\"tags\":[],\"category\":\"\",\"language\":\"\","
                        + "\"live\":false,\"attributes\":{},\"policy\":{\"slowModeMs\":0,\"memberSlowModeMs\":0,"
                        + "\"whoMaySend\":\"everyone\",\"textLengthMax\":200,\"uniqueSeconds\":0,\"links\":\"allowed\","
                        + "\"capsPercentMax\":0,\"styles\":\"all\",\"emoteOnly\":false,\"bestEffortPerSecond\":100,\"enterPerSecond\":0,\"retentionHours\":24,\"guests\":false,"
                        + "\"holdAll\":false,\"heldMinutes\":10,\"externalCheck\":false,"
                        + "\"app\":{},\"levelMin\":0,\"followerMinutes\":-1,\"lastOnJoin\":0,"
                        + "\"raid\":{\"steps\":[\"unique\",\"slow\",\"members\",\"held\",\"silent\"],\"stepSeconds\":300,\"auto\":false,\"joinsPerSecond\":50,"
                        + "\"similarPercent\":40,\"youngPercent\":50,\"youngDays\":7}},"
                        + "\"pin\":null,\"raid\":null,\"stream\":1,\"liveSince\":null,\"version\":5,\"createdAt\":1}",
                RoomForm.json(RoomTableTest.room(new RoomKey("default", "42"), 5, false))
                        .toString());
    }
}
