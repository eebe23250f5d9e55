package io.danmaku.edge.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.room.RoomPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextRulesTest {
    private static final RoomPolicy STRICT = PolicyJson.merged(
            RoomPolicy.DEFAULT, Json.object().put("links", "refused").put("capsPercentMax", 50));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "see http://x.example/",
                "HTTPS://X",
                "www.somewhere.de/x",
                "join twitch.tv/somebody",
                "弹幕.com 和 bilibili.cn"
            })
    void aLinkIsRefusedWhereThereAreToBeNone(String text) {
        Refusal refusal = TextRules.check(STRICT, text);
        assertNotNull(refusal, text);
        assertEquals(ErrorCode.TEXT_REFUSED, refusal.code());
        assertNull(TextRules.check(RoomPolicy.DEFAULT, text), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "so...well",
                "3.5 to 2.0",
                "wait.what",
                "OK GG WP",
                "弹幕弹幕",
                "Straße und Café",
                "👩‍👩‍👧‍👦 family",
                "Việt Nam đẹp",
                "สวัสดีครับ ที่นี่",
                "नमस्ते दुनिया",
                "\uD83E\uDEE1" // newer than this Java
            })
    void whatPeopleWriteIsTaken(String text) {
        assertNull(TextRules.check(STRICT, text), text);
    }

    @Test
    void shoutingIsRefusedWhereItIsBounded() {
        assertNotNull(TextRules.check(STRICT, "WHY IS EVERYBODY here"));
        assertNull(TextRules.check(STRICT, "Why Is Everybody Here"));
        assertNull(TextRules.check(RoomPolicy.DEFAULT, "WHY IS EVERYBODY HERE"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u200b\u200b", "\u2060 \ufeff", "\u3164", "\u115f\u1160", "\u2800\u2800", "\ufe0f"})
    void whatNobodyCanSeeIsRefused(String text) {
        assertNotNull(TextRules.check(RoomPolicy.DEFAULT, text));
    }

    @Test
    void marksOnOneAnotherAreBounded() {
        assertNull(TextRules.check(RoomPolicy.DEFAULT, "a\u0301\u0302\u0303\u0304 b\u0301"));
        assertNotNull(TextRules.check(RoomPolicy.DEFAULT, "a\u0301\u0302\u0303\u0304\u0305"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u202eabc", "abc\u202e", "a\u2066b\u2069c", "\u202aabc\u202c"})
    void whatTurnsTheDirectionOfOtherTextIsRefusedEverywhere(String text) {
        assertEquals(
                ErrorCode.TEXT_REFUSED,
                TextRules.check(RoomPolicy.DEFAULT, text).code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"שלום, world", "a\u200fb", "می\u200cخواهم", "\ud83d\udc68\u200d\ud83d\udc69"})
    void textsOfBothDirectionsAndWhatJoinsLettersAreTaken(String text) {
        assertNull(TextRules.check(RoomPolicy.DEFAULT, text));
    }
}
