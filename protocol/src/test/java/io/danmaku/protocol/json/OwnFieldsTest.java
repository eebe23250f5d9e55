package io.danmaku.protocol.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnFieldsTest {
    private static ObjectNode json(String text) throws Exception {
        return (ObjectNode) Json.MAPPER.readTree(text);
    }

    @Test
    void onlyItsFieldsArePicked() throws Exception {
        assertEquals(
                json("{\"contact\":true,\"remark\":\"\"}"),
                OwnFields.RELATION.pick(json("{\"op\":\"x\",\"contact\":true,\"online\":\"all\",\"remark\":\"\"}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"contact\":false}", "{\"remark\":\"\"}", "{\"remark\":\"Bobby 😀\",\"pinned\":true}"})
    void aRelationOfSomeFieldsIsTaken(String good) throws Exception {
        assertNull(OwnFields.RELATION.fault(json(good)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"contact\":1}",
                "{\"contact\":null}",
                "{\"friend\":true}",
                "{\"remark\":\"a\\nb\"}",
                "{\"remark\":\"\\ud83d\"}",
                "{\"contact\":true,\"remark\":7}"
            })
    void anotherOneIsNot(String bad) throws Exception {
        assertNotNull(OwnFields.RELATION.fault(json(bad)));
    }

    @Test
    void aRemarkHasItsLength() {
        assertNull(OwnFields.RELATION.fault(Json.object().put("remark", "x".repeat(OwnFields.REMARK_CHARS_MAX))));
        assertNotNull(OwnFields.RELATION.fault(
                Json.object().put("remark", "x".repeat(OwnFields.REMARK_CHARS_MAX + 1))));
    }
}
