package io.danmaku.standalone.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Objects as a hostile or broken client would send them: sound ones with something wrong in them, one thing at a time or several. Whether a
 * thing is wrong the object's schema says.
 */
public final class SpoiltJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** Stand for what no tree of JSON can hold. */
    private static final String HUGE = "@huge@";

    private static final String VAST = "@vast@";

    private static final int NESTED_TOO_DEEP = 20;
    /** What limits of strings, lists and numbers a document may have: one more of each, and one less. */
    private static final List<Integer> LENGTHS = List.of(
            0, 1, 21, 22, 23, 32, 33, 50, 51, 64, 65, 200, 201, 257, 512, 513, 1_001, 4_000, 4_001, 8_193, 40_000);

    private final JsonSchema schemas;
    private final JsonNode schema;
    private final ObjectNode sound;

    /**
     * What was made.
     *
     * @param text as it is sent
     * @param refused whether it must not be taken; what is not may be taken or refused
     */
    public record Spoilt(String text, boolean refused) {}

    /**
     * @param document to whose begin the schema's references go
     * @param sound as the schema says
     */
    public SpoiltJson(JsonNode document, JsonNode schema, ObjectNode sound) {
        schemas = new JsonSchema(document);
        this.schema = schema;
        this.sound = sound;
        List<String> faults = schemas.faults(schema, sound);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(sound + ": " + faults);
        }
    }

    /** Everything that is done to one field or to the whole, one after another. */
    public List<Spoilt> all() {
        List<Spoilt> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
            String name = field.getKey();
            ObjectNode without = sound.deepCopy();
            without.remove(name);
            all.add(of(without));
            hostile(sound.get(name)).forEach(value -> all.add(of(with(name, value))));
        }
        String text = sound.toString();
        String inside = text.substring(1, text.length() - 1);
        all.add(of(sound.deepCopy().put("unheardOf", 1)));
        for (String broken : List.of(
                "{" + inside + (inside.isEmpty() ? "" : ",") + "\"" + "n".repeat(257) + "\":1}",
                "{" + inside + (inside.isEmpty() ? "" : ",") + "\"deep\":" + "[".repeat(NESTED_TOO_DEEP)
                        + "]".repeat(NESTED_TOO_DEEP) + "}",
                text + "x",
                text.substring(0, text.length() - 1),
                "[" + text + "]",
                "\"" + HUGE + "\"")) {
            all.add(new Spoilt(written(broken), true));
        }
        if (!inside.isEmpty()) {
            all.add(new Spoilt("{" + inside + "," + inside + "}", true));
        }
        return all;
    }

    /** One with several fields that are what they should not be, another one each time. */
    public Spoilt any(Random random) {
        ObjectNode spoilt = sound.deepCopy();
        for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
            String name = field.getKey();
            if (random.nextInt(3) == 0) {
                List<JsonNode> values = hostile(sound.get(name));
                spoilt.set(name, values.get(random.nextInt(values.size())));
            } else if (random.nextInt(12) == 0) {
                spoilt.remove(name);
            }
        }
        return of(spoilt);
    }

    private ObjectNode with(String name, JsonNode value) {
        ObjectNode changed = sound.deepCopy();
        changed.set(name, value);
        return changed;
    }

    private Spoilt of(ObjectNode object) {
        String text = written(object.toString());
        // a null stands for nothing, and of fields that there are not nobody looks at one
        ObjectNode read = object.deepCopy();
        read.remove("unheardOf");
        schema.path("properties").fieldNames().forEachRemaining(name -> {
            if (read.path(name).isNull()) {
                read.remove(name);
            }
        });
        boolean unreadable = text.contains("\\ud") || text.contains("9".repeat(40)) || isDeep(object, NESTED_TOO_DEEP);
        return new Spoilt(text, unreadable || !schemas.faults(schema, read).isEmpty());
    }

    private static boolean isDeep(JsonNode node, int levels) {
        if (levels == 0) {
            return true;
        }
        for (JsonNode child : node) {
            if (isDeep(child, levels - 1)) {
                return true;
            }
        }
        return false;
    }

    /** The values that are tried in place of a sound one, null = there is none. */
    private static List<JsonNode> hostile(JsonNode good) {
        List<JsonNode> values = new ArrayList<>(List.of(
                NODES.nullNode(),
                NODES.booleanNode(true),
                NODES.numberNode(-1),
                NODES.numberNode(0),
                NODES.numberNode(7),
                NODES.numberNode(1.5),
                NODES.numberNode(1_000_000_000),
                NODES.numberNode(Long.MAX_VALUE),
                NODES.numberNode(1L << 53),
                NODES.numberNode(BigInteger.TEN.pow(20)),
                NODES.textNode(HUGE),
                NODES.textNode(VAST),
                NODES.arrayNode(),
                NODES.objectNode(),
                NODES.arrayNode().add(NODES.arrayNode().add(1)),
                NODES.objectNode().set("a", NODES.objectNode().put("b", 1)),
                nested(9),
                nested(NESTED_TOO_DEEP)));
        for (String text : List.of(
                "7", " ", "a b", "a/b", "../a", "\u0000", "a\u0000", "é", "８", "\ud800a", "a\ud83d", "\udc00", "a\n",
                "%00", "a'b\"", "null", "\u202e8", "🎉")) {
            values.add(NODES.textNode(text));
        }
        LENGTHS.forEach(length -> values.add(NODES.textNode("a".repeat(length))));
        JsonNode item = good != null && good.isArray() && !good.isEmpty() ? good.get(0) : NODES.textNode("a");
        for (int size : List.of(1, 20, 21, 50, 51, 501, 1_001)) {
            var list = NODES.arrayNode();
            for (int i = 0; i < size; i++) {
                list.add(item);
            }
            values.add(list);
        }
        for (JsonNode bad : List.of(NODES.nullNode(), NODES.numberNode(1), NODES.textNode("a b"), NODES.objectNode())) {
            values.add(NODES.arrayNode().add(item).add(bad));
        }
        return values;
    }

    private static JsonNode nested(int levels) {
        JsonNode nested = NODES.objectNode().put("end", 1);
        for (int i = 1; i < levels; i++) {
            nested = NODES.objectNode().set("a", nested);
        }
        return nested;
    }

    /** With what no tree can hold, and halves of surrogate pairs as JSON can say them. */
    private static String written(String json) {
        StringBuilder written = new StringBuilder(json.length() + 16);
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean pair = i + 1 < json.length() && Character.isSurrogatePair(c, json.charAt(i + 1));
            if (pair) {
                written.append(c).append(json.charAt(++i));
            } else if (Character.isSurrogate(c)) {
                written.append(String.format("\\u%04x", (int) c));
            } else {
                written.append(c);
            }
        }
        return written.toString().replace("\"" + HUGE + "\"", "1e400").replace("\"" + VAST + "\"", "9".repeat(40));
    }

    /** An object of these fields. */
    public static ObjectNode object(Map<String, ?> fields) {
        return Json.MAPPER.valueToTree(fields);
    }
}
