package io.danmaku.room.moderation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.WordList;
import io.danmaku.room.room.Result;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordFormTest {
    private static Result<WordForm.Wanted> wanted(String body) throws JsonProcessingException {
        return WordForm.wanted((ObjectNode) Json.MAPPER.readTree(body));
    }

    @Test
    void aListIsRead() throws JsonProcessingException {
        assertEquals(
                new WordForm.Wanted(WordList.Action.MASK, List.of("bad", "*worse*", "坏话"), List.of("\\d+")),
                wanted("{\"action\":\"mask\",\"terms\":[\"bad\",\"*worse*\",\"坏话\"],\"patterns\":[\"\\\\d+\"]}")
                        .value());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"action\":\"mask\"}",
                "{\"action\":\"hide\",\"terms\":[\"a\"]}",
                "{\"action\":\"mask\",\"terms\":\"a\"}",
                "{\"action\":\"mask\",\"terms\":[7]}",
                "{\"action\":\"mask\",\"terms\":[\"\"]}",
                "{\"action\":\"mask\",\"terms\":[\"*\"]}",
                "{\"action\":\"mask\",\"terms\":[\"a*b\"]}",
                "{\"action\":\"mask\",\"terms\":[\"a\\nb\"]}",
                "{\"action\":\"mask\",\"terms\":[\"!?\"]}",
                "{\"action\":\"mask\",\"patterns\":[\"(\"]}",
                "{\"action\":\"mask\",\"patterns\":[\"a*\"]}",
                "{\"action\":\"mask\",\"patterns\":[\"(a)\\\\1\"]}",
                "{\"action\":\"mask\",\"terms\":[\"a\"],\"words\":[]}"
            })
    void whatIsNotOfItsFormIsRefused(String body) throws JsonProcessingException {
        assertTrue(wanted(body).isRefused(), body);
    }

    @Test
    void aListHasBounds() throws JsonProcessingException {
        assertTrue(wanted("{\"action\":\"mask\",\"terms\":[\"" + "x".repeat(65) + "\"]}")
                .isRefused());
        String many = "\"x\",".repeat(WordList.TERMS_MAX);
        assertTrue(wanted("{\"action\":\"mask\",\"terms\":[" + many + "\"x\"]}").isRefused());
    }
}
