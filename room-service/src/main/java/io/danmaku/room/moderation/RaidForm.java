package io.danmaku.room.moderation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.RaidJson;
import io.danmaku.protocol.room.Raid;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RaidStep;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import java.util.Set;

/** The JSON forms of steps against a raid. */
public final class RaidForm {
    private static final Set<String> FIELDS = Set.of("step", "minutes", "reason");

    private RaidForm() {}

    /**
     * A step that somebody wants.
     *
     * @param step null = the one of this number
     * @param number from 1; 0 = the one of this name. Only the room's ladder tells whether there is such a one
     * @param minutes 0 = for as long as the room's steps stand
     * @param reason empty when none was given
     */
    public record Wanted(RaidStep step, int number, int minutes, String reason) {

        /** Its number on a ladder, 0 when it is not on it. */
        int on(RaidRules rules) {
            return step != null ? rules.number(step) : number > rules.steps().size() ? 0 : number;
        }
    }

    /** Reads the body of a step by hand. */
    public static Result<Wanted> wanted(ObjectNode body) {
        String strange = RoomForm.strangeField(body, FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field of a step");
        }
        JsonNode step = body.path("step");
        RaidStep named = step.isTextual() ? RaidStep.ofWireName(step.textValue()) : null;
        int number = step.isInt() ? step.intValue() : 0;
        if (named == null && (number < 1 || number > RaidStep.ALL.size())) {
            return bad("step is unique, slow, members, held or silent, or its number on the room's ladder");
        }
        JsonNode minutes = body.path("minutes");
        boolean timed = isGiven(minutes);
        if (timed && (!minutes.isInt() || minutes.intValue() < 1 || minutes.intValue() > Raid.MINUTES_MAX)) {
            return bad("minutes is a whole number of 1.." + Raid.MINUTES_MAX);
        }
        JsonNode reason = body.path("reason");
        boolean given = isGiven(reason);
        if (given && !(reason.isTextual() && isReason(reason.textValue()))) {
            return bad("reason is a line of up to " + Raid.WHY_CHARS_MAX + " characters");
        }
        return Result.of(new Wanted(named, number, timed ? minutes.intValue() : 0, given ? reason.textValue() : ""));
    }

    private static boolean isGiven(JsonNode field) {
        return !field.isMissingNode() && !field.isNull();
    }

    private static boolean isReason(String text) {
        return text.length() <= Raid.WHY_CHARS_MAX && text.chars().noneMatch(Character::isISOControl);
    }

    /** What moderators are told of a room. */
    public static ObjectNode json(RoomState room, long nowMs) {
        Raid raid = room.raid();
        boolean deaf = raid != null && !raid.stands() && raid.untilMs() > nowMs;
        ObjectNode json = Json.object();
        json.set("raid", RaidJson.of(room));
        json.set("steps", RaidJson.of(room.policy().raid()).get("steps"));
        return json.put("auto", room.policy().raid().auto()).put("signsFrom", deaf ? raid.untilMs() : null);
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
