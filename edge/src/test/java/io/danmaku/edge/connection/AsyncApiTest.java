package io.danmaku.edge.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.event.SkipReason;
import io.danmaku.protocol.json.CommandDecoder;
import io.danmaku.protocol.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/asyncapi.yaml} says what the code says, both ways. */
class AsyncApiTest {
    private final JsonNode document = read();

    private static JsonNode read() {
        try {
            return new YAMLMapper()
                    .readTree(Path.of("..", "docs", "asyncapi.yaml").toFile());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A command of the document. */
    private record Described(String name, JsonNode payload, List<ObjectNode> examples) {}

    private List<Described> commands() {
        List<Described> commands = new ArrayList<>();
        for (JsonNode operation : document.get("operations")) {
            if (operation.get("action").asText().equals("receive")) {
                for (JsonNode message : operation.get("messages")) {
                    JsonNode described = resolve(resolve(message));
                    List<ObjectNode> examples = new ArrayList<>();
                    described.get("examples").forEach(example -> examples.add((ObjectNode) example.get("payload")));
                    JsonNode payload = described.get("payload");
                    commands.add(
                            new Described(payload.at("/properties/op/const").asText(), payload, examples));
                }
            }
        }
        return commands;
    }

    private JsonNode resolve(JsonNode node) {
        JsonNode reference = node.get("$ref");
        if (reference == null) {
            return node;
        }
        JsonNode target = document.at(reference.asText().substring(1));
        assertFalse(target.isMissingNode(), reference + " leads nowhere");
        return target;
    }

    private static CommandDecoder.Decoded decode(ObjectNode frame) {
        return CommandDecoder.decode(Json.bytes(frame));
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        for (JsonNode reference : document.findValues("$ref")) {
            assertFalse(document.at(reference.asText().substring(1)).isMissingNode(), reference + " leads nowhere");
        }
    }

    @Test
    void itsExamplesAreReadAndTogetherTheyAreAllCommandsThereAre() {
        Set<Class<?>> read = new HashSet<>();
        for (Described described : commands()) {
            for (ObjectNode example : described.examples) {
                assertEquals(described.name, example.get("op").asText());
                CommandDecoder.Decoded decoded = decode(example);
                assertNull(decoded.refusal(), () -> example + ": " + decoded.refusal());
                read.add(decoded.command().getClass());
            }
        }
        Set<Class<?>> all = new HashSet<>();
        addCommands(Command.class, all);
        assertEquals(all, read);
    }

    private static void addCommands(Class<?> sealed, Set<Class<?>> all) {
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isInterface()) {
                addCommands(permitted, all);
            } else {
                all.add(permitted);
            }
        }
    }

    @Test
    void aCommandWithoutOneOfItsRequiredFieldsIsRefused() {
        for (Described described : commands()) {
            for (JsonNode required : described.payload.get("required")) {
                ObjectNode frame = described.examples.get(0).deepCopy();
                assertNotNull(frame.remove(required.asText()), () -> "an example of " + described.name);
                assertNull(decode(frame).command(), () -> frame + " lacks " + required);
            }
        }
    }

    @Test
    void theBoundsOfItsFieldsAreThoseOfTheDecoder() {
        int bounds = 0;
        for (Described described : commands()) {
            for (ObjectNode example : described.examples) {
                for (Map.Entry<String, JsonNode> field :
                        described.payload.get("properties").properties()) {
                    if (example.has(field.getKey())) {
                        bounds += check(example, field.getKey(), resolve(field.getValue()));
                    }
                }
            }
        }
        assertTrue(bounds > 0);
    }

    private static int check(ObjectNode example, String field, JsonNode schema) {
        if (schema.has("maximum")) {
            long min = schema.get("minimum").asLong();
            long max = schema.get("maximum").asLong();
            taken(example.deepCopy().put(field, min));
            taken(example.deepCopy().put(field, max));
            refused(example.deepCopy().put(field, min - 1));
            refused(example.deepCopy().put(field, max + 1));
            return 4;
        }
        if (schema.has("maxLength")) {
            taken(example.deepCopy()
                    .put(field, "a".repeat(schema.get("maxLength").asInt())));
            if (schema.path("minLength").asInt(1) == 0) {
                taken(example.deepCopy().put(field, ""));
            } else {
                refused(example.deepCopy().put(field, ""));
            }
            return 2;
        }
        return 0;
    }

    private static void taken(ObjectNode frame) {
        assertNotNull(decode(frame).command(), () -> frame + " should be taken");
    }

    private static void refused(ObjectNode frame) {
        assertNull(decode(frame).command(), () -> frame + " should be refused");
    }

    @Test
    void itsErrorCodesAreThoseOfTheCode() {
        assertEquals(names(ErrorCode.values(), ErrorCode::wireName), texts("/components/schemas/ErrorCode/enum"));
    }

    @Test
    void itsTypesOfEventsAndTheirDeliveryClassesAreThoseOfTheCode() {
        assertEquals(names(EventType.values(), EventType::wireName), texts("/components/schemas/EventType/enum"));
        Map<String, String> classes = new TreeMap<>();
        document.at("/components/schemas/EventType/x-delivery-class")
                .properties()
                .forEach(type -> classes.put(type.getKey(), type.getValue().asText()));
        assertEquals(
                Stream.of(EventType.values())
                        .collect(Collectors.toMap(
                                EventType::wireName,
                                type -> type.deliveryClass().name())),
                classes);
    }

    @Test
    void itsReasonsToSkipAreThoseOfTheCode() {
        Set<String> described = new HashSet<>();
        document.at("/components/schemas/Skipped/properties").fieldNames().forEachRemaining(described::add);
        assertEquals(
                IntStream.range(0, SkipReason.count())
                        .mapToObj(code -> SkipReason.ofCode(code).wireName())
                        .collect(Collectors.toSet()),
                described);
    }

    @Test
    void itsCloseCodesAndTheirTextsAreThoseOfTheCode() {
        Map<Integer, String> described = new TreeMap<>();
        for (JsonNode close : document.at("/channels/ws/x-close-codes")) {
            described.put(close.get("code").asInt(), close.get("reason").asText());
        }
        assertEquals(
                Stream.of(CloseReason.values()).collect(Collectors.toMap(CloseReason::code, CloseReason::text)),
                described);
    }

    private static <T> Set<String> names(T[] values, Function<T, String> name) {
        return Stream.of(values).map(name).collect(Collectors.toSet());
    }

    private Set<String> texts(String pointer) {
        Set<String> texts = new HashSet<>();
        document.at(pointer).forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
