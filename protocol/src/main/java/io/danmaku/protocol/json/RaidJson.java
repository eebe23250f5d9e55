package io.danmaku.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.Raid;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RaidStep;
import io.danmaku.protocol.room.RoomState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A room's ladder against raids, and how far up it is, as clients are told it. */
public final class RaidJson {
    private static final String STEPS = "steps";

    private RaidJson() {}

    /** The ladder as the host declared it. */
    public static ObjectNode of(RaidRules rules) {
        ObjectNode json = Json.object();
        ArrayNode steps = json.putArray(STEPS);
        rules.steps().forEach(step -> steps.add(step.wireName()));
        return json.put("stepSeconds", rules.stepSeconds())
                .put("auto", rules.auto())
                .put("joinsPerSecond", rules.joinsPerSecond())
                .put("similarPercent", rules.similarPercent())
                .put("youngPercent", rules.youngPercent())
                .put("youngDays", rules.youngDays());
    }

    /**
     * A ladder with some fields changed.
     *
     * @throws IllegalArgumentException naming the field and its rule
     */
    public static RaidRules merged(RaidRules base, JsonNode fields) {
        if (!fields.isObject()) {
            throw new IllegalArgumentException("raid is an object");
        }
        ObjectNode merged = of(base);
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            JsonNode known = merged.get(field.getKey());
            if (known == null) {
                throw new IllegalArgumentException("raid." + field.getKey() + " is not a field of a policy");
            }
            boolean ofItsType = known.isNumber()
                    ? field.getValue().isIntegralNumber() && field.getValue().canConvertToInt()
                    : field.getValue().getNodeType() == known.getNodeType();
            if (!ofItsType) {
                throw new IllegalArgumentException("raid." + field.getKey() + " is a "
                        + (known.isNumber() ? "whole number" : known.isBoolean() ? "truth value" : "list"));
            }
            merged.set(field.getKey(), field.getValue());
        }
        return new RaidRules(
                steps(merged.get(STEPS)),
                merged.get("stepSeconds").intValue(),
                merged.get("auto").booleanValue(),
                merged.get("joinsPerSecond").intValue(),
                merged.get("similarPercent").intValue(),
                merged.get("youngPercent").intValue(),
                merged.get("youngDays").intValue());
    }

    private static List<RaidStep> steps(JsonNode names) {
        List<RaidStep> steps = new ArrayList<>();
        for (JsonNode name : names) {
            RaidStep step = RaidStep.ofWireName(name.textValue());
            if (step == null || steps.size() == RaidStep.ALL.size()) {
                throw new IllegalArgumentException("raid.steps are of unique, slow, members, held, silent, each once");
            }
            steps.add(step);
        }
        return steps;
    }

    /** What everybody is told of a room: the step that stands and when it goes down one, unless signs last; null = none does. */
    public static ObjectNode told(RoomState room) {
        Raid raid = room.raid();
        RaidRules rules = room.policy().raid();
        return raid == null || !raid.stands()
                ? null
                : Json.object()
                        .put("step", rules.steps().get(number(raid, rules) - 1).wireName())
                        .put("until", raid.untilMs());
    }

    /** What moderators are told of a step that stands. */
    public static ObjectNode of(RoomState room) {
        ObjectNode told = told(room);
        if (told == null) {
            return null;
        }
        Raid raid = room.raid();
        return told.put("n", number(raid, room.policy().raid()))
                .put("since", raid.sinceMs())
                .put("by", raid.by().isEmpty() ? null : raid.by())
                .put("why", raid.why());
    }

    /** The ladder may have become shorter since. */
    private static int number(Raid raid, RaidRules rules) {
        return Math.min(raid.step(), rules.steps().size());
    }
}
