package io.danmaku.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.ChatStyles;
import io.danmaku.protocol.room.Links;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.WhoMaySend;
import java.util.Map;

/** A room's policy as clients are told it, and as they change it. */
public final class PolicyJson {
    private static final String RAID = "raid";

    private PolicyJson() {}

    public static ObjectNode of(RoomPolicy policy) {
        ObjectNode json = Json.object()
                .put("slowModeMs", policy.slowModeMs())
                .put("memberSlowModeMs", policy.memberSlowModeMs())
                .put("whoMaySend", policy.whoMaySend().wireName())
                .put("textLengthMax", policy.textLengthMax())
                .put("uniqueSeconds", policy.uniqueSeconds())
                .put("links", policy.links().wireName())
                .put("capsPercentMax", policy.capsPercentMax())
                .put("styles", policy.styles().wireName())
                .put("emoteOnly", policy.emoteOnly())
                .put("bestEffortPerSecond", policy.bestEffortPerSecond())
                .put("enterPerSecond", policy.enterPerSecond())
                .put("retentionHours", policy.retentionHours())
                .put("guests", policy.guests())
                .put("holdAll", policy.holdAll())
                .put("heldMinutes", policy.heldMinutes())
                .put("externalCheck", policy.externalCheck());
        json.set("app", AppJson.of(policy.app()));
        json.put("levelMin", policy.levelMin())
                .put("followerMinutes", policy.followerMinutes())
                .put("lastOnJoin", policy.lastOnJoin());
        json.set(RAID, RaidJson.of(policy.raid()));
        return json;
    }

    /** The rules that are in force in a room, and in the place of its ladder against raids the step that stands, or null. */
    public static ObjectNode inForce(RoomState room) {
        ObjectNode json = of(room.inForce().policy());
        json.set(RAID, RaidJson.told(room));
        return json;
    }

    /**
     * A policy with some fields changed. One that is an object is replaced as a whole, and null empties it.
     *
     * @throws IllegalArgumentException naming the field and its rule
     */
    public static RoomPolicy merged(RoomPolicy base, ObjectNode fields) {
        ObjectNode merged = of(base);
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            JsonNode known = merged.get(field.getKey());
            if (known == null) {
                throw new IllegalArgumentException(field.getKey() + " is not a field of a policy");
            }
            if (!isOfItsType(known, field.getValue())) {
                throw new IllegalArgumentException(field.getKey() + " is a " + type(known));
            }
            merged.set(field.getKey(), field.getValue());
        }
        ChatStyles styles = ChatStyles.ofWireName(merged.get("styles").textValue());
        if (styles == null) {
            throw new IllegalArgumentException("styles is all, scroll or plain");
        }
        Links links = Links.ofWireName(merged.get("links").textValue());
        if (links == null) {
            throw new IllegalArgumentException("links is allowed, held or refused");
        }
        if (merged.get("heldMinutes").intValue() < 1) {
            throw new IllegalArgumentException("heldMinutes is 1.." + RoomPolicy.HELD_MINUTES_MAX);
        }
        return new RoomPolicy(
                merged.get("slowModeMs").longValue(),
                merged.get("memberSlowModeMs").longValue(),
                WhoMaySend.ofWireName(merged.get("whoMaySend").textValue()),
                merged.get("textLengthMax").intValue(),
                merged.get("uniqueSeconds").intValue(),
                links,
                merged.get("capsPercentMax").intValue(),
                styles,
                merged.get("emoteOnly").booleanValue(),
                merged.get("bestEffortPerSecond").intValue(),
                merged.get("enterPerSecond").intValue(),
                merged.get("retentionHours").intValue(),
                merged.get("guests").booleanValue(),
                merged.get("holdAll").booleanValue(),
                merged.get("heldMinutes").intValue(),
                merged.get("externalCheck").booleanValue(),
                RaidJson.merged(base.raid(), merged.get(RAID)),
                AppJson.kinds(merged.get("app")),
                merged.get("levelMin").intValue(),
                merged.get("followerMinutes").intValue(),
                merged.get("lastOnJoin").intValue());
    }

    private static boolean isOfItsType(JsonNode known, JsonNode value) {
        return known.isNumber()
                ? value.isIntegralNumber() && value.canConvertToInt()
                : value.getNodeType() == known.getNodeType() || (known.isObject() && value.isNull());
    }

    private static String type(JsonNode known) {
        return switch (known.getNodeType()) {
            case NUMBER -> "whole number";
            case BOOLEAN -> "truth value";
            case OBJECT -> "object";
            case ARRAY -> "list";
            default -> "text";
        };
    }
}
