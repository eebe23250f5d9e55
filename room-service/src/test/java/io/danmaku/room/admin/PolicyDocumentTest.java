package io.danmaku.room.admin;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.room.RoomPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the OpenAPI document says of a room's rules is what the service takes. */
class PolicyDocumentTest {
    private static JsonNode schemas;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = RoomApi.class.getResourceAsStream("/openapi/room-service.yaml")) {
            schemas = new YAMLMapper().readTree(in).at("/components/schemas");
        }
    }

    @Test
    void theRulesAndTheirDefaultsAreThoseOfTheCode() {
        assertEquals(told(PolicyJson.of(RoomPolicy.DEFAULT)), defaults("Policy"));
        assertEquals(told(PolicyJson.of(RoomPolicy.DEFAULT).path("raid")), defaults("RaidRules"));
    }

    @Test
    void eachRuleIsTakenWithinItsBoundsAndRefusedBeyond() {
        for (Map.Entry<String, JsonNode> rule : properties("Policy").properties()) {
            assertBounds(rule.getKey(), rule.getValue(), change -> change);
        }
        for (Map.Entry<String, JsonNode> rule : properties("RaidRules").properties()) {
            assertBounds(rule.getKey(), rule.getValue(), change -> Json.object().set("raid", change));
        }
    }

    private static void assertBounds(String name, JsonNode schema, UnaryOperator<ObjectNode> change) {
        switch (schema.path("type").asText()) {
            case "integer" -> {
                int min = schema.path("minimum").intValue();
                int max = schema.path("maximum").intValue();
                assertFalse(schema.path("maximum").isMissingNode(), name + " has no bound");
                assertTaken(name, IntNode.valueOf(min), change);
                assertTaken(name, IntNode.valueOf(max), change);
                assertRefused(name, IntNode.valueOf(min - 1), change);
                assertRefused(name, IntNode.valueOf(max + 1), change);
            }
            case "string" -> {
                schema.path("enum").forEach(value -> assertTaken(name, value, change));
                assertRefused(name, TextNode.valueOf("other"), change);
            }
            case "boolean" -> {
                assertTaken(name, BooleanNode.TRUE, change);
                assertRefused(name, TextNode.valueOf("true"), change);
            }
            default -> assertRefused(name, TextNode.valueOf("other"), change);
        }
    }

    private static void assertTaken(String name, JsonNode value, UnaryOperator<ObjectNode> change) {
        assertDoesNotThrow(() -> merged(name, value, change), () -> name + " " + value);
    }

    private static void assertRefused(String name, JsonNode value, UnaryOperator<ObjectNode> change) {
        assertThrows(IllegalArgumentException.class, () -> merged(name, value, change), () -> name + " " + value);
    }

    private static RoomPolicy merged(String name, JsonNode value, UnaryOperator<ObjectNode> change) {
        return PolicyJson.merged(RoomPolicy.DEFAULT, change.apply(Json.object().set(name, value)));
    }

    private static JsonNode properties(String schema) {
        return schemas.path(schema).path("properties");
    }

    /** By name; of {@code raid}, which is a schema of its own, nothing. */
    private static Map<String, String> defaults(String schema) {
        Map<String, String> found = new TreeMap<>();
        for (Map.Entry<String, JsonNode> property : properties(schema).properties()) {
            found.put(property.getKey(), property.getValue().path("default").toString());
        }
        return found;
    }

    private static Map<String, String> told(JsonNode rules) {
        Map<String, String> found = new TreeMap<>();
        for (Map.Entry<String, JsonNode> rule : rules.properties()) {
            found.put(
                    rule.getKey(),
                    rule.getKey().equals("raid") ? "" : rule.getValue().toString());
        }
        return found;
    }
}
