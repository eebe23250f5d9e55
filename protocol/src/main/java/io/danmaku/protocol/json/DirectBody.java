package io.danmaku.protocol.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.danmaku.protocol.room.Ids;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The bodies of direct messages by kind. {@code text} is a text; {@code image}, {@code voice}, {@code video}, {@code file}, {@code location} and
 * {@code card} are objects with fields of their own, what is large by its address; {@code custom} is any object of the product's. A
 * {@code notice} is what the product itself tells a user: no user can send one.
 */
public final class DirectBody {
    /** Most characters (UTF-16 units) of a text. */
    public static final int TEXT_CHARS_MAX = 4_000;

    /** Most characters of the JSON of another body. */
    public static final int OBJECT_CHARS_MAX = 8_192;

    /** How deep a body may be nested, itself counted: it stands some levels down in what it is told in, which {@link Json#NESTING_MAX} bounds. */
    public static final int NESTING_MAX = 8;

    private static final String TEXT = "text";
    private static final String CUSTOM = "custom";
    private static final String NOTICE = "notice";

    private static final int URL_CHARS_MAX = 1_000;
    private static final Pattern URL = Pattern.compile("https?://[\\x21-\\x7e]+");
    private static final long BYTES_MAX = 1L << 50;
    private static final int PIXELS_MAX = 100_000;
    private static final int SECONDS_MAX = 86_400;

    /** What a field has to be, and how that is told. */
    private record Rule(Predicate<JsonNode> holds, String told) {}

    private static final Rule ADDRESS = new Rule(
            n -> n.isTextual()
                    && n.textValue().length() <= URL_CHARS_MAX
                    && URL.matcher(n.textValue()).matches(),
            "an http or https address of at most 1,000 characters");
    private static final Rule LINE = new Rule(n -> isLine(n, 200), "a line of 1..200 characters");
    private static final Rule PARAGRAPH =
            new Rule(n -> n.isTextual() && n.textValue().length() <= 1_000, "a text of up to 1,000 characters");
    private static final Rule PIXELS = number(1, PIXELS_MAX);
    private static final Rule BYTES = number(0, BYTES_MAX);
    private static final Rule SECONDS = number(0, SECONDS_MAX);
    private static final Rule USER = new Rule(n -> n.isTextual() && Ids.isUser(n.textValue()), "a user id");

    /** By kind: all fields. */
    private static final Map<String, Map<String, Rule>> FIELDS = Map.of(
            "image",
            Map.of("url", ADDRESS, "width", PIXELS, "height", PIXELS, "bytes", BYTES, "thumbnail", ADDRESS),
            "voice",
            Map.of("url", ADDRESS, "seconds", SECONDS, "bytes", BYTES),
            "video",
            Map.of(
                    "url",
                    ADDRESS,
                    "seconds",
                    SECONDS,
                    "width",
                    PIXELS,
                    "height",
                    PIXELS,
                    "bytes",
                    BYTES,
                    "thumbnail",
                    ADDRESS),
            "file",
            Map.of("url", ADDRESS, "name", LINE, "bytes", BYTES),
            "location",
            Map.of("lat", degrees(90), "lon", degrees(180), "name", LINE, "address", LINE),
            "card",
            Map.of("title", LINE, "text", PARAGRAPH, "url", ADDRESS, "image", ADDRESS, "user", USER),
            NOTICE,
            Map.of("title", LINE, "text", PARAGRAPH, "url", ADDRESS, "image", ADDRESS, "ref", LINE));

    /** By kind: fields that there have to be. */
    private static final Map<String, Set<String>> REQUIRED = Map.of(
            "image",
            Set.of("url"),
            "voice",
            Set.of("url", "seconds"),
            "video",
            Set.of("url", "seconds"),
            "file",
            Set.of("url", "name", "bytes"),
            "location",
            Set.of("lat", "lon"),
            "card",
            Set.of("title"),
            NOTICE,
            Set.of("title"));

    /** By kind: fields whose texts are shown. */
    private static final Map<String, List<String>> SHOWN =
            Map.of("file", List.of("name"), "location", List.of("name", "address"), "card", List.of("title", "text"));

    private DirectBody() {}

    private static Rule number(long min, long max) {
        return new Rule(
                n -> n.isIntegralNumber() && n.canConvertToLong() && n.longValue() >= min && n.longValue() <= max,
                "a whole number of " + min + ".." + max);
    }

    private static Rule degrees(int max) {
        return new Rule(n -> n.isNumber() && Math.abs(n.doubleValue()) <= max, "a number of -" + max + ".." + max);
    }

    private static boolean isLine(JsonNode n, int charsMax) {
        return n.isTextual()
                && !n.textValue().isBlank()
                && n.textValue().length() <= charsMax
                && n.textValue().chars().noneMatch(Character::isISOControl);
    }

    /** Whether there is such a kind. */
    public static boolean isKind(String kind) {
        return TEXT.equals(kind) || CUSTOM.equals(kind) || FIELDS.containsKey(kind);
    }

    /** Whether only a server may send this kind. Asked before a record is appended: the log does not say who is one. */
    public static boolean isForServers(String kind) {
        return NOTICE.equals(kind);
    }

    /** Whether a body of this kind that {@link #fault} does not mind is longer than it may be. */
    public static boolean isTooLong(String kind, String body) {
        return body.length() > (TEXT.equals(kind) ? TEXT_CHARS_MAX : OBJECT_CHARS_MAX);
    }

    /** What is wrong with the form of a body of a kind that there is, or null. Its length is not asked. */
    public static String fault(String kind, String body) {
        if (body == null || body.isEmpty()) {
            return "body is missing";
        }
        if (TEXT.equals(kind)) {
            return Ids.isUnicode(body) ? null : "body has half of a surrogate pair";
        }
        if (!(parsed(body) instanceof ObjectNode object)) {
            return "body of the kind " + kind + " is an object";
        }
        if (!Json.isWritable(object)) {
            return "body has half of a surrogate pair";
        }
        if (isDeeper(object, NESTING_MAX)) {
            return "body is nested deeper than " + NESTING_MAX;
        }
        return CUSTOM.equals(kind) ? null : fault(kind, object);
    }

    /** Whether a value is nested deeper than so many levels, itself counted. */
    public static boolean isDeeper(JsonNode node, int levels) {
        if (node.isContainerNode() && levels == 0) {
            return true;
        }
        for (JsonNode child : node) {
            if (isDeeper(child, levels - 1)) {
                return true;
            }
        }
        return false;
    }

    private static String fault(String kind, ObjectNode object) {
        Map<String, Rule> rules = FIELDS.get(kind);
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            Rule rule = rules.get(field.getKey());
            if (rule == null) {
                return "body." + field.getKey() + " is not a field of the kind " + kind;
            }
            if (!rule.holds.test(field.getValue())) {
                return "body." + field.getKey() + " is " + rule.told;
            }
        }
        for (String name : REQUIRED.get(kind)) {
            if (!object.has(name)) {
                return "body." + name + " is missing";
            }
        }
        return null;
    }

    /** A checked body as it stands in a message: a text, or an object. */
    public static JsonNode node(String kind, String body) {
        JsonNode object = TEXT.equals(kind) ? null : parsed(body);
        return object == null ? TextNode.valueOf(body) : object;
    }

    /** As it is kept: a text of the kind text, the JSON of an object of any other kind; null when it is neither. */
    public static String kept(String kind, JsonNode body) {
        if (TEXT.equals(kind)) {
            return body != null && body.isTextual() ? body.textValue() : null;
        }
        return body != null && body.isObject() ? body.toString() : null;
    }

    /**
     * A body with another text wherever one is shown of it: the body of the kind text, the names and titles of other kinds; nothing of a custom
     * one, which is the product's.
     *
     * @param kind of a body that {@link #fault} does not mind; one that there is not stands for that whose form an object has
     */
    public static String withTexts(String kind, String body, UnaryOperator<String> change) {
        if (TEXT.equals(kind)) {
            return change.apply(body);
        }
        List<String> shown = isKind(kind)
                ? SHOWN.getOrDefault(kind, List.of())
                : SHOWN.keySet().stream()
                        .filter(known -> fault(known, body) == null)
                        .map(SHOWN::get)
                        .findFirst()
                        .orElse(List.of());
        if (shown.isEmpty() || !(parsed(body) instanceof ObjectNode object)) {
            return body;
        }
        boolean changed = false;
        for (String field : shown) {
            if (object.hasNonNull(field)) {
                String before = object.get(field).textValue();
                String after = change.apply(before);
                changed |= !after.equals(before);
                object.put(field, after);
            }
        }
        return changed ? object.toString() : body;
    }

    private static JsonNode parsed(String body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JsonProcessingException notJson) {
            return null;
        }
    }
}
