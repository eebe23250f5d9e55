package io.danmaku.room.moderation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
                "{\"action\":\"mask\",\"patterns\":[\"a{101}\"]}",
                "{\"action\":\"mask\",\"patterns\":[\"((a{30}){30}){30}\"]}",
                "{\"action\":\"mask\",\"patterns\":[\"(a{1000}){1000}\"]}",
                "{\"action\":\"mask\",\"patterns\":[\"a{0,99999999999}\"]}",
                "{\"action\":\"mask\",\"patterns\":[\"(abcdefghijklmnop){99,}\"]}",
                "{\"action\":\"mask\",\"terms\":[\"a\"],\"words\":[]}"
            })
    void whatIsNotOfItsFormIsRefused(String body) throws JsonProcessingException {
        assertTrue(wanted(body).isRefused(), body);
    }

    @Test
    void aPatternMayCount() throws JsonProcessingException {
        for (String pattern : new String[] {"\\\\d{11}", "(ab{2,9}){3}", "\\\\p{L}{10}x"}) {
            assertFalse(
                    wanted("{\"action\":\"mask\",\"patterns\":[\"" + pattern + "\"]}")
                            .isRefused(),
                    pattern);
        }
    }

    @Test
    void aListHasBounds() throws JsonProcessingException {
        assertTrue(wanted("{\"action\":\"mask\",\"terms\":[\"" + "x".repeat(65) + "\"]}")
                .isRefused());
        String many = "\"x\",".repeat(WordList.TERMS_MAX);
        assertTrue(wanted("{\"action\":\"mask\",\"terms\":[" + many + "\"x\"]}").isRefused());
    }
}
