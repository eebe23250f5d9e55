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
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomProfile;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
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
                        "capsPercentMax":70,"styles":"plain","emoteOnly":true,"bestEffortPerSecond":0,"enterPerSecond":9,"retentionHours":1,
                        "holdAll":true,"heldMinutes":1440,"externalCheck":true}}""")).value();
        assertEquals("a_b-1", wanted.id());
        assertEquals("直播间", wanted.title());
        assertEquals(Durability.EPHEMERAL, wanted.durability());
        assertEquals(PolicyJson.merged(RoomPolicy.DEFAULT, json("""
                        {"slowModeMs":3000,"memberSlowModeMs":5,"whoMaySend":"moderators","textLengthMax":20,"uniqueSeconds":30,
                        "links":"held","capsPercentMax":70,"styles":"plain","emoteOnly":true,"bestEffortPerSecond":0,"enterPerSecond":9,
                        "retentionHours":1,"holdAll":true,"heldMinutes":1440,"externalCheck":true}""")), wanted.policy());
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
    void aRoomIsToldInItsWireForm() {
        assertEquals(
                "{\"id\":\"42\",\"tenant\":\"default\",\"epoch\":\"k3\",\"title\":\"t5\",\"durability\":\"logged\","
                        + "\"state\":\"closed\",\"owner\":null,\"cover\":\"\",\"tags\":[],\"category\":\"\",\"language\":\"\","
                        + "\"live\":false,\"attributes\":{},\"policy\":{\"slowModeMs\":0,\"memberSlowModeMs\":0,"
                        + "\"whoMaySend\":\"everyone\",\"textLengthMax\":200,\"uniqueSeconds\":0,\"links\":\"allowed\","
                        + "\"capsPercentMax\":0,\"styles\":\"all\",\"emoteOnly\":false,\"bestEffortPerSecond\":100,\"enterPerSecond\":0,\"retentionHours\":24,"
                        + "\"holdAll\":false,\"heldMinutes\":10,\"externalCheck\":false},"
                        + "\"pin\":null,\"stream\":1,\"liveSince\":null,\"version\":5,\"createdAt\":1}",
                RoomForm.json(RoomTableTest.room(new RoomKey("default", "42"), 5, false))
                        .toString());
    }
}
