package io.danmaku.room.posting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.room.room.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PostFormTest {
    private static Result<PostForm.Wanted> read(String json) {
        try {
            return PostForm.wanted((ObjectNode) Json.MAPPER.readTree(json));
        } catch (IOException notJson) {
            throw new AssertionError(notJson);
        }
    }

    private static PostForm.Wanted wanted(String json) {
        Result<PostForm.Wanted> result = read(json);
        assertFalse(result.isRefused(), () -> json + ": " + result.refusal());
        return result.value();
    }

    @Test
    void aGiftBecomesARecordThatCountsAsItsUsersAndIsNeverSampled() {
        RoomRecord record = RoomRecord.decode(
                wanted("{\"t\":\"gift\",\"user\":{\"id\":\"7\",\"name\":\"Ann\"},\"d\":{\"gift\":\"rose\"}}")
                        .record(RoomPolicy.DEFAULT, " k"));
        assertEquals(EventType.GIFT, record.type());
        assertEquals("7", record.user());
        assertEquals(" k", record.cid());
        assertTrue(record.ranking());
        assertEquals(
                "\"t\":\"gift\",\"u\":{\"id\":\"7\",\"name\":\"Ann\"},\"d\":{\"gift\":\"rose\",\"count\":1}}",
                new String(record.json(), StandardCharsets.UTF_8));
    }

    @Test
    void withoutAUserItIsTheHubsOwn() {
        PostForm.Wanted app = wanted("{\"t\":\"app\",\"d\":{\"round\":2}}");
        assertEquals("", app.user());
        assertEquals(
                "\"t\":\"app\",\"d\":{\"round\":2}}",
                new String(
                        RoomRecord.decode(app.record(RoomPolicy.DEFAULT, "k")).json(), StandardCharsets.UTF_8));
        assertEquals(
                "score",
                wanted("{\"t\":\"state\",\"user\":null,\"d\":{\"key\":\"score\",\"value\":1}}")
                        .key());
    }

    @Test
    void anAppEventIsOfTheClassThatTheRoomDeclares() throws IOException {
        RoomPolicy policy = PolicyJson.merged(RoomPolicy.DEFAULT, (ObjectNode)
                Json.MAPPER.readTree("{\"app\":{\"position\":{\"class\":\"latest\",\"from\":\"host\"}}}"));
        PostForm.Wanted position = wanted("{\"t\":\"app\",\"d\":{\"kind\":\"position\",\"key\":\"car7\"}}");
        assertNull(position.refusal(policy));
        RoomRecord record = RoomRecord.decode(position.record(policy, "k"));
        assertEquals(DeliveryClass.LATEST, record.deliveryClass());
        assertEquals("position car7", record.key());
        assertEquals(
                DeliveryClass.RELIABLE,
                RoomRecord.decode(position.record(RoomPolicy.DEFAULT, "k")).deliveryClass());
        assertEquals(
                ErrorCode.UNSUPPORTED,
                wanted("{\"t\":\"app\",\"d\":{\"kind\":\"stroke\"}}")
                        .refusal(policy)
                        .code());
        assertEquals(
                ErrorCode.BAD_FIELD,
                wanted("{\"t\":\"app\",\"d\":{\"kind\":\"position\"}}")
                        .refusal(policy)
                        .code());
        assertNull(wanted("{\"t\":\"announce\",\"d\":{\"text\":\"hi\"}}").refusal(policy));
    }

    @Test
    void aRequestHasTheSameDigestAsItsRepeatAndAnotherOneThanAnyOther() {
        String gift = "{\"t\":\"gift\",\"user\":{\"id\":\"7\"},\"d\":{\"gift\":\"rose\",\"count\":1}}";
        String same = "{\"d\":{\"count\":1,\"gift\":\"rose\"},\"user\":{\"name\":\"7\",\"id\":\"7\"},\"t\":\"gift\"}";
        assertEquals(wanted(gift).digest(), wanted(same).digest());
        for (String other : new String[] {
            "{\"t\":\"gift\",\"user\":{\"id\":\"8\"},\"d\":{\"gift\":\"rose\",\"count\":1}}",
            "{\"t\":\"gift\",\"user\":{\"id\":\"7\"},\"d\":{\"gift\":\"rose\",\"count\":2}}",
            "{\"t\":\"gift\",\"user\":{\"id\":\"7\",\"name\":\"Ann\"},\"d\":{\"gift\":\"rose\",\"count\":1}}",
            "{\"t\":\"app\",\"user\":{\"id\":\"7\"},\"d\":{\"gift\":\"rose\",\"count\":1}}"
        }) {
            assertNotEquals(wanted(gift).digest(), wanted(other).digest(), other);
        }
    }

    @Test
    void whatIsNotOfTheFormIsRefused() {
        for (String json : new String[] {
            "{}",
            "{\"t\":\"gift\"}",
            "{\"t\":7,\"d\":{}}",
            "{\"t\":\"nothing\",\"d\":{}}",
            "{\"t\":\"app\",\"d\":[]}",
            "{\"t\":\"app\",\"d\":{},\"o\":5}",
            "{\"t\":\"app\",\"user\":\"7\",\"d\":{}}",
            "{\"t\":\"app\",\"user\":{},\"d\":{}}",
            "{\"t\":\"app\",\"user\":{\"id\":7},\"d\":{}}",
            "{\"t\":\"app\",\"user\":{\"id\":\"7\",\"role\":\"host\"},\"d\":{}}",
            "{\"t\":\"app\",\"user\":{\"id\":\"7\",\"name\":\"a\\nb\"},\"d\":{}}",
            "{\"t\":\"superchat\",\"d\":{\"text\":\"hi\",\"value\":1,\"currency\":\"USD\"}}"
        }) {
            Result<PostForm.Wanted> result = read(json);
            assertTrue(result.isRefused(), json);
            assertEquals(ErrorCode.BAD_FIELD, result.refusal().code(), json);
        }
    }
}
