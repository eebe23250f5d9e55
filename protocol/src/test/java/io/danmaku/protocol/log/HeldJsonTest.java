package io.danmaku.protocol.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.HeldId;
import io.danmaku.protocol.room.Hold;
import io.danmaku.protocol.room.RoomKey;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeldJsonTest {
    private static final RoomRecord RECORD = new RoomRecord(
            EventType.CHAT,
            EventType.CHAT.deliveryClass(),
            false,
            false,
            1,
            0,
            0,
            "7",
            "c",
            "",
            new Hold(Hold.Why.LINKS, 9),
            EventDetail.fragment(
                    EventType.CHAT, "7", "Ann", Json.object().put("text", "hi").put("size", 25)));

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    @Test
    void moderatorsAreToldWhatItIsAndWhyAndTillWhenItWaits() {
        assertEquals(
                "{\"room\":\"42\",\"held\":{\"o\":5,\"ts\":8,\"t\":\"chat\",\"u\":{\"id\":\"7\",\"name\":\"Ann\"},"
                        + "\"d\":{\"text\":\"hi\",\"size\":25},\"id\":\"5-8\",\"why\":\"links\",\"until\":9}}",
                text(HeldJson.push("42", 5, 8, RECORD)));
        HeldAnswer denied = new HeldAnswer(new RoomKey("default", "42"), "e", 5, false, "1", 1, 9, 0, 0);
        assertEquals("{\"room\":\"42\",\"held\":{\"o\":5,\"approved\":false}}", text(HeldJson.push(denied)));
    }

    @Test
    void anApprovedChatIsToldAsItWasWithThePlaceWhereItWaited() {
        assertEquals(
                "\"t\":\"chat\",\"u\":{\"id\":\"7\",\"name\":\"Ann\"},\"d\":{\"text\":\"hi\",\"size\":25,\"held\":5}}",
                text(HeldJson.approved(RECORD, 5)));
        assertNull(HeldJson.approved(
                new RoomRecord(
                        EventType.CHAT,
                        EventType.CHAT.deliveryClass(),
                        false,
                        false,
                        1,
                        0,
                        0,
                        "7",
                        "c",
                        "",
                        RECORD.held(),
                        new byte[3]),
                5));
    }

    @Test
    void itsTimeIsOverWhenItComes() {
        byte[] told = ("{" + text(HeldJson.fragment(RECORD, 5, 8))).getBytes(StandardCharsets.UTF_8);
        assertFalse(HeldJson.over(told, 8));
        assertTrue(HeldJson.over(told, 9));
        assertTrue(HeldJson.over(new byte[] {'x'}, 0));
        assertFalse(RECORD.held().over(8));
        assertTrue(RECORD.held().over(9));
    }

    @Test
    void anIdSaysWhereItStandsAndNothingElseIsOne() {
        HeldId id = new HeldId(1_302, 1_764_000_000_123L);
        assertEquals(id, HeldId.of(id.toString()));
        for (String wrong :
                new String[] {"", "5", "5-", "-5", "0-5", "5-0", "5-5-5", "05-5", "5-12345678901234567", "a-b"}) {
            assertNull(HeldId.of(wrong), wrong);
        }
        assertNull(HeldId.of(null));
    }

    @Test
    void anAnswerIsSettledWhenItIsADenialOrTheEventIsThere() {
        HeldAnswer approved = new HeldAnswer(new RoomKey("default", "42"), "e", 5, true, "1", 1, 9, 0, 0);
        assertFalse(approved.settled());
        assertTrue(approved.at(7, 2).settled());
        assertTrue(new HeldAnswer(new RoomKey("default", "42"), "e", 5, false, "1", 1, 9, 0, 0).settled());
    }
}
