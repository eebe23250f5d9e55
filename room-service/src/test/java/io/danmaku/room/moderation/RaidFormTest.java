package io.danmaku.room.moderation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RaidStep;
import io.danmaku.room.room.Result;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RaidFormTest {
    private static final RaidRules LADDER =
            new RaidRules(List.of(RaidStep.SILENT, RaidStep.SLOW), 60, false, 50, 40, 50, 7);

    private static Result<RaidForm.Wanted> wanted(String body) throws JsonProcessingException {
        return RaidForm.wanted((ObjectNode) Json.MAPPER.readTree(body));
    }

    @Test
    void aStepIsNamedOrNumbered() throws JsonProcessingException {
        RaidForm.Wanted slow = wanted("{\"step\":\"slow\",\"minutes\":1440,\"reason\":\"bots\"}")
                .value();
        assertEquals(new RaidForm.Wanted(RaidStep.SLOW, 0, 1_440, "bots"), slow);
        assertEquals(2, slow.on(LADDER));
        assertEquals(2, slow.on(RaidRules.DEFAULT));
        assertEquals(0, wanted("{\"step\":\"held\"}").value().on(LADDER), "not on this ladder");
        assertEquals(2, wanted("{\"step\":2,\"minutes\":null}").value().on(LADDER));
        assertEquals(0, wanted("{\"step\":3}").value().on(LADDER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"step\":null}",
                "{\"step\":\"fast\"}",
                "{\"step\":0}",
                "{\"step\":6}",
                "{\"step\":1.5}",
                "{\"step\":\"slow\",\"minutes\":0}",
                "{\"step\":\"slow\",\"minutes\":1441}",
                "{\"step\":\"slow\",\"minutes\":\"5\"}",
                "{\"step\":\"slow\",\"reason\":7}",
                "{\"step\":\"slow\",\"reason\":\"a\\nb\"}",
                "{\"step\":\"slow\",\"seconds\":5}"
            })
    void whatIsNotOfItsFormIsABadField(String body) throws JsonProcessingException {
        Result<RaidForm.Wanted> result = wanted(body);
        assertTrue(result.isRefused(), body);
        assertEquals(ErrorCode.BAD_FIELD, result.refusal().code());
    }
}
