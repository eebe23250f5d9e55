package io.danmaku.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.ChatStyles;
import io.danmaku.protocol.room.Links;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.WhoMaySend;
import java.util.Map;

/** A room's policy as clients are told it, and as they change it. */
public final class PolicyJson {
    private PolicyJson() {}

    public static ObjectNode of(RoomPolicy policy) {
        return Json.object()
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
                .put("holdAll", policy.holdAll())
                .put("heldMinutes", policy.heldMinutes())
                .put("externalCheck", policy.externalCheck());
    }

    /**
     * A policy with some fields changed.
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
                merged.get("holdAll").booleanValue(),
                merged.get("heldMinutes").intValue(),
                merged.get("externalCheck").booleanValue());
    }

    private static boolean isOfItsType(JsonNode known, JsonNode value) {
        return known.isNumber()
                ? value.isIntegralNumber() && value.canConvertToInt()
                : value.getNodeType() == known.getNodeType();
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
