package io.danmaku.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.Ids;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** What a user may set of what is the user's own: of the relation to a peer, and of the settings. Fields that are not named stay as they are. */
public final class OwnFields {
    /** Most characters (UTF-16 units) of a remark. */
    public static final int REMARK_CHARS_MAX = 64;

    /** Highest bound of messages that a stranger may send before an answer. */
    public static final int STRANGER_MESSAGES_MAX = 1_000;

    /** Bounds of how many seconds messages of a conversation may live, where not for ever. */
    public static final long EXPIRY_SECONDS_MIN = 5;

    public static final long EXPIRY_SECONDS_MAX = 31_536_000;

    /** What a field has to be, and how that is told. */
    private record Rule(Predicate<JsonNode> holds, String told) {}

    private static final Rule FLAG = new Rule(JsonNode::isBoolean, "true or false");
    private static final Rule REMARK = new Rule(
            n -> n.isTextual()
                    && n.textValue().length() <= REMARK_CHARS_MAX
                    && Ids.isUnicode(n.textValue())
                    && n.textValue().chars().noneMatch(Character::isISOControl),
            "a line of up to " + REMARK_CHARS_MAX + " characters");

    /** {@code contact}, {@code follow}, {@code accepted}, {@code pinned}, {@code muted}: flags; {@code remark}: a line, empty = none. */
    public static final OwnFields RELATION = new OwnFields(
            Map.of("contact", FLAG, "follow", FLAG, "accepted", FLAG, "pinned", FLAG, "muted", FLAG, "remark", REMARK));

    /** {@code writers}, {@code online}: for whom; {@code strangerMessages}: a number, 0 = as many as they like. */
    public static final OwnFields SETTINGS = new OwnFields(Map.of(
            "writers", oneOf("all", "followed", "contacts"),
            "online", oneOf("all", "contacts", "nobody"),
            "strangerMessages",
                    new Rule(
                            n -> n.isInt() && n.intValue() >= 0 && n.intValue() <= STRANGER_MESSAGES_MAX,
                            "a whole number of 0.." + STRANGER_MESSAGES_MAX)));

    private final Map<String, Rule> rules;

    private OwnFields(Map<String, Rule> rules) {
        this.rules = rules;
    }

    private static Rule oneOf(String... words) {
        return new Rule(
                n -> n.isTextual() && Set.of(words).contains(n.textValue()), "one of " + String.join(", ", words));
    }

    /** Whether messages can live for so many seconds; 0 = for ever. */
    public static boolean isExpiry(long seconds) {
        return seconds == 0 || (seconds >= EXPIRY_SECONDS_MIN && seconds <= EXPIRY_SECONDS_MAX);
    }

    /** Those of an object's fields that are of these. */
    public ObjectNode pick(ObjectNode from) {
        ObjectNode picked = Json.object();
        for (String name : new TreeSet<>(rules.keySet())) {
            if (from.has(name)) {
                picked.set(name, from.get(name));
            }
        }
        return picked;
    }

    /** What is wrong with a change of these fields, or null. */
    public String fault(ObjectNode change) {
        for (Map.Entry<String, JsonNode> field : change.properties()) {
            Rule rule = rules.get(field.getKey());
            if (rule == null) {
                return "there is no field " + field.getKey() + " here";
            }
            if (!rule.holds.test(field.getValue())) {
                return field.getKey() + " is " + rule.told;
            }
        }
        return change.isEmpty()
                ? "a change is at least one of " + String.join(", ", new TreeSet<>(rules.keySet()))
                : null;
    }
}
