package io.danmaku.room.moderation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Pin;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.room.room.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PinFormTest {

    private static Result<PinForm.Wanted> wanted(String text) throws JsonProcessingException {
        return PinForm.wanted((ObjectNode) Json.MAPPER.readTree(text));
    }

    @Test
    void aPinIsATextOrAnEventForAWhileOrForLonger() throws JsonProcessingException {
        assertEquals(
                new PinForm.Wanted("at eight", 0, "", 60),
                wanted("{\"text\":\"at eight\",\"seconds\":60}").value());
        assertEquals(
                new PinForm.Wanted("", 7, "8", 0),
                wanted("{\"o\":7,\"user\":\"8\",\"seconds\":null}").value());
        assertEquals(new Pin("at eight", 0, "", "1", 5, 60_005), new PinForm.Wanted("at eight", 0, "", 60).at(5, "1"));
        assertEquals(new Pin("", 7, "8", "1", 5, Sanction.FOREVER_MS), new PinForm.Wanted("", 7, "8", 0).at(5, "1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"seconds\":60}",
                "{\"text\":\"\"}",
                "{\"text\":\" \"}",
                "{\"text\":\"a\\nb\"}",
                "{\"text\":7}",
                "{\"text\":null}",
                "{\"text\":\"hi\",\"o\":7}",
                "{\"text\":\"hi\",\"o\":7,\"user\":\"8\"}",
                "{\"text\":\"hi\",\"user\":\"8\"}",
                "{\"o\":7}",
                "{\"user\":\"8\"}",
                "{\"o\":null,\"user\":\"8\"}",
                "{\"o\":0,\"user\":\"8\"}",
                "{\"o\":1.5,\"user\":\"8\"}",
                "{\"o\":9007199254740992,\"user\":\"8\"}",
                "{\"o\":99999999999999999999,\"user\":\"8\"}",
                "{\"o\":\"7\",\"user\":\"8\"}",
                "{\"o\":7,\"user\":8}",
                "{\"o\":7,\"user\":\"8/9\"}",
                "{\"text\":\"hi\",\"seconds\":0}",
                "{\"text\":\"hi\",\"seconds\":604801}",
                "{\"text\":\"hi\",\"seconds\":\"60\"}",
                "{\"text\":\"hi\",\"until\":60}"
            })
    void whatIsNotOfItsFormIsABadField(String body) throws JsonProcessingException {
        Result<PinForm.Wanted> result = wanted(body);
        assertTrue(result.isRefused(), body);
        assertEquals(ErrorCode.BAD_FIELD, result.refusal().code());
    }

    @Test
    void aTextHasABound() throws JsonProcessingException {
        String longest = "x".repeat(Pin.TEXT_CHARS_MAX);
        assertFalse(wanted("{\"text\":\"" + longest + "\"}").isRefused());
        assertEquals(
                ErrorCode.TOO_LONG,
                wanted("{\"text\":\"" + longest + "x\"}").refusal().code());
    }
}
