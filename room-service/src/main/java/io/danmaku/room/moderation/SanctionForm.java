package io.danmaku.room.moderation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import java.util.Set;

/** The JSON forms of sanctions. */
public final class SanctionForm {
    /** Longest sanction: a year. */
    public static final int SECONDS_MAX = 31_536_000;

    /** Longest reason, in UTF-16 units. */
    public static final int REASON_CHARS_MAX = 200;

    private static final Set<String> FIELDS = Set.of("user", "kind", "seconds", "reason");

    private SanctionForm() {}

    /**
     * A sanction that somebody wants.
     *
     * @param seconds 0 = for ever
     * @param reason empty when none was given
     */
    public record Wanted(String user, Sanction.Kind kind, int seconds, String reason) {}

    /** Reads the body of a new sanction. */
    public static Result<Wanted> wanted(ObjectNode body) {
        String strange = RoomForm.strangeField(body, FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field of a sanction");
        }
        JsonNode user = body.get("user");
        if (user == null || !user.isTextual() || !Ids.isUser(user.textValue())) {
            return bad("user is 1..64 of A-Z a-z 0-9 _ . @ -");
        }
        JsonNode kindName = body.get("kind");
        Sanction.Kind kind = kindName == null ? null : Sanction.Kind.ofWireName(kindName.textValue());
        if (kind == null) {
            return bad("kind is mute, ban, shadow or kick");
        }
        JsonNode seconds = body.get("seconds");
        boolean timed = seconds != null && !seconds.isNull();
        if (timed && kind == Sanction.Kind.KICK) {
            return bad("a kick has no seconds: ban instead");
        }
        if (timed && (!seconds.isInt() || seconds.intValue() < 1 || seconds.intValue() > SECONDS_MAX)) {
            return bad("seconds is a whole number of 1.." + SECONDS_MAX + ", or absent for ever");
        }
        int lasts = timed ? seconds.intValue() : kind == Sanction.Kind.KICK ? Sanction.KICK_SECONDS : 0;
        JsonNode reason = body.get("reason");
        boolean given = reason != null && !reason.isNull();
        if (given && !(reason.isTextual() && isReason(reason.textValue()))) {
            return bad("reason is a line of up to " + REASON_CHARS_MAX + " characters");
        }
        return Result.of(new Wanted(user.textValue(), kind, lasts, given ? reason.textValue() : ""));
    }

    private static boolean isReason(String text) {
        return text.length() <= REASON_CHARS_MAX && text.chars().noneMatch(Character::isISOControl);
    }

    /** What hosts and moderators are told of a sanction. */
    public static ObjectNode json(Sanction sanction) {
        return Json.object()
                .put("id", sanction.id())
                .put("user", sanction.user())
                .put("kind", sanction.kind().wireName())
                .put("reason", sanction.reason())
                .put("by", sanction.by())
                .put("at", sanction.atMs())
                .put("until", until(sanction));
    }

    /** The {@code d} of the event by which viewers are told of a sanction. */
    static ObjectNode spoken(Sanction sanction) {
        ObjectNode detail = Json.object()
                .put("user", sanction.user())
                .put("kind", sanction.kind().wireName())
                .put("until", until(sanction));
        return sanction.reason().isEmpty() ? detail : detail.put("reason", sanction.reason());
    }

    /** The {@code d} of the event by which viewers are told that a sanction was lifted. */
    static ObjectNode lifted(Sanction sanction) {
        return Json.object()
                .put("user", sanction.user())
                .put("kind", sanction.kind().wireName())
                .put("lifted", true);
    }

    /** Null = for ever. */
    private static Long until(Sanction sanction) {
        return sanction.untilMs() == Sanction.FOREVER_MS ? null : Long.valueOf(sanction.untilMs());
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
