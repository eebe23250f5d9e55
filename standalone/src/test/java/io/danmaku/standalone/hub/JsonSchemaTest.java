package io.danmaku.standalone.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;

class JsonSchemaTest {
    private static final String DOCUMENT = """
            Id: { type: string, pattern: "^[a-z]+$", maxLength: 3 }
            Base: { type: object, required: [id], properties: { id: { $ref: "#/Id" } } }
            More:
              allOf:
                - { $ref: "#/Base" }
                - { type: object, properties: { n: { type: [integer, "null"], minimum: 1, maximum: 5 } } }
            Either: { oneOf: [{ $ref: "#/Base" }, { type: "null" }] }
            Free: { type: object }
            Map: { type: object, propertyNames: { enum: [a, b] }, additionalProperties: { type: boolean } }
            Closed: { type: object, additionalProperties: false, properties: { a: { const: true } } }
            List: { type: array, minItems: 1, maxItems: 2, uniqueItems: true, items: { $ref: "#/Base" } }
            Odd: { multipleOf: 2 }
            """;

    private static int faults(String schema, String value) {
        try {
            JsonNode document = new YAMLMapper().readTree(DOCUMENT);
            return new JsonSchema(document)
                    .faults(document.path(schema), new YAMLMapper().readTree(value))
                    .size();
        } catch (JsonProcessingException wrong) {
            throw new AssertionError(wrong);
        }
    }

    @Test
    void valuesThatAreAsTheSchemaSaysHaveNoFaults() {
        assertEquals(0, faults("More", "{ id: abc, n: 5 }"));
        assertEquals(0, faults("More", "{ id: abc, n: null }"));
        assertEquals(0, faults("Either", "null"));
        assertEquals(0, faults("Either", "{ id: a }"));
        assertEquals(0, faults("Free", "{ any: thing }"));
        assertEquals(0, faults("Map", "{ a: true }"));
        assertEquals(0, faults("Closed", "{ a: true }"));
        assertEquals(0, faults("List", "[{ id: a }, { id: b }]"));
    }

    @Test
    void eachFaultIsFound() {
        assertEquals(1, faults("Id", "7"));
        assertEquals(2, faults("Id", "ABCD"));
        assertEquals(1, faults("Base", "{}"));
        assertEquals(1, faults("More", "{ id: abc, n: 6 }"));
        assertEquals(1, faults("More", "{ id: abc, n: 1.5 }"));
        assertEquals(1, faults("Either", "{ id: A }"));
        assertEquals(1, faults("Map", "{ a: 1 }"));
        assertEquals(1, faults("Map", "{ c: true }"));
        assertEquals(1, faults("Closed", "{ a: false }"));
        assertEquals(1, faults("Closed", "{ b: true }"));
        assertEquals(1, faults("List", "[]"));
        assertEquals(3, faults("List", "[{ id: a }, { id: A }, { id: a }]"));
    }

    @Test
    void aFieldThatNoPartOfTheSchemaNamesIsAFault() {
        assertEquals(1, faults("Base", "{ id: a, secret: 1 }"));
        assertEquals(1, faults("More", "{ id: a, secret: 1 }"));
        assertEquals(1, faults("Either", "{ id: a, secret: 1 }"));
    }

    @Test
    void aKeywordThatIsNotKnownIsNotPassedOver() {
        assertThrows(AssertionError.class, () -> faults("Odd", "3"));
    }
}
