package io.danmaku.standalone.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * As much of JSON Schema 2020-12 as the hub's documents use. A keyword that is not known here fails, so that none is passed over. And
 * stricter in one thing: where a schema names fields and says nothing of others, there may be no others.
 */
final class JsonSchema {
    private final JsonNode document;

    /** @param document to whose begin references go */
    JsonSchema(JsonNode document) {
        this.document = document;
    }

    /** What of a value is not as the schema says; empty = nothing. */
    List<String> faults(JsonNode schema, JsonNode value) {
        List<String> faults = new ArrayList<>();
        check(schema, value, "$", faults);
        return faults;
    }

    private void check(JsonNode schema, JsonNode value, String at, List<String> faults) {
        checkPart(schema, value, at, faults);
        Set<String> named = new HashSet<>();
        if (value.isObject() && !names(schema, named) && !named.isEmpty()) {
            value.fieldNames().forEachRemaining(field -> {
                if (!named.contains(field)) {
                    faults.add(at + "." + field + " is not in the document");
                }
            });
        }
    }

    /** Collects the fields that a schema and its parts name; true when it says itself what becomes of others. */
    private boolean names(JsonNode schema, Set<String> named) {
        boolean open = schema.has("additionalProperties");
        schema.path("properties").fieldNames().forEachRemaining(named::add);
        List<JsonNode> parts = new ArrayList<>();
        schema.path("allOf").forEach(parts::add);
        schema.path("oneOf").forEach(parts::add);
        if (schema.has("$ref")) {
            parts.add(target(schema.get("$ref")));
        }
        for (JsonNode part : parts) {
            open |= names(part, named);
        }
        return open;
    }

    private JsonNode target(JsonNode reference) {
        return document.at(reference.textValue().substring(1));
    }

    private void checkPart(JsonNode schema, JsonNode value, String at, List<String> faults) {
        for (Map.Entry<String, JsonNode> rule : schema.properties()) {
            JsonNode asked = rule.getValue();
            boolean holds = switch (rule.getKey()) {
                case "description", "default", "example", "format" -> true;
                case "type" -> asked.isTextual() ? isOf(asked, value) : any(asked, type -> isOf(type, value));
                case "enum" -> any(asked, value::equals);
                case "const" -> asked.equals(value);
                case "pattern" ->
                    !value.isTextual()
                            || Pattern.compile(asked.textValue())
                                    .matcher(value.textValue())
                                    .find();
                case "minLength" -> !value.isTextual() || chars(value) >= asked.intValue();
                case "maxLength" -> !value.isTextual() || chars(value) <= asked.intValue();
                case "minimum" -> !value.isNumber() || value.doubleValue() >= asked.doubleValue();
                case "maximum" -> !value.isNumber() || value.doubleValue() <= asked.doubleValue();
                case "minItems" -> !value.isArray() || value.size() >= asked.intValue();
                case "maxItems" -> !value.isArray() || value.size() <= asked.intValue();
                case "minProperties" -> !value.isObject() || value.size() >= asked.intValue();
                case "maxProperties" -> !value.isObject() || value.size() <= asked.intValue();
                case "uniqueItems" ->
                    !value.isArray() || value.valueStream().distinct().count() == value.size();
                case "required" -> !value.isObject() || !any(asked, name -> !value.has(name.textValue()));
                case "$ref" -> {
                    checkPart(target(asked), value, at, faults);
                    yield true;
                }
                case "allOf" -> {
                    asked.forEach(part -> checkPart(part, value, at, faults));
                    yield true;
                }
                case "oneOf" ->
                    asked.valueStream().filter(part -> isValid(part, value)).count() == 1;
                case "items" -> {
                    for (int i = 0; value.isArray() && i < value.size(); i++) {
                        check(asked, value.get(i), at + "[" + i + "]", faults);
                    }
                    yield true;
                }
                case "properties", "additionalProperties", "propertyNames" -> {
                    checkFields(rule.getKey(), schema, value, at, faults);
                    yield true;
                }
                default -> throw new AssertionError("a keyword that is not checked: " + rule.getKey());
            };
            if (!holds) {
                faults.add(at + " against " + rule.getKey() + " " + asked + ": " + value);
            }
        }
    }

    private void checkFields(String rule, JsonNode schema, JsonNode value, String at, List<String> faults) {
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            JsonNode named = schema.path("properties").get(field.getKey());
            String there = at + "." + field.getKey();
            JsonNode asked = schema.get(rule);
            switch (rule) {
                case "properties" -> {
                    if (named != null) {
                        check(named, field.getValue(), there, faults);
                    }
                }
                case "propertyNames" -> check(asked, TextNode.valueOf(field.getKey()), there, faults);
                default -> {
                    if (named == null && asked.isObject()) {
                        check(asked, field.getValue(), there, faults);
                    } else if (named == null && !asked.booleanValue()) {
                        faults.add(there + " is not in the document");
                    }
                }
            }
        }
    }

    private boolean isValid(JsonNode part, JsonNode value) {
        List<String> faults = new ArrayList<>();
        checkPart(part, value, "", faults);
        return faults.isEmpty();
    }

    private static boolean isOf(JsonNode type, JsonNode value) {
        return switch (type.textValue()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new AssertionError("no type: " + type);
        };
    }

    private static int chars(JsonNode text) {
        return text.textValue().codePointCount(0, text.textValue().length());
    }

    private static boolean any(JsonNode list, Predicate<JsonNode> test) {
        return list.valueStream().anyMatch(test);
    }
}
