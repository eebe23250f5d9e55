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
     * @param reason empty when none was given
     */
    public record Wanted(String user, String kind, int seconds, String reason) {}

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
        JsonNode kind = body.get("kind");
        if (kind == null || !Sanction.MUTE.equals(kind.textValue())) {
            return bad("kind is mute");
        }
        JsonNode seconds = body.get("seconds");
        if (seconds == null || !seconds.isInt() || seconds.intValue() < 1 || seconds.intValue() > SECONDS_MAX) {
            return bad("seconds is a whole number of 1.." + SECONDS_MAX);
        }
        JsonNode reason = body.get("reason");
        boolean given = reason != null && !reason.isNull();
        if (given && !(reason.isTextual() && isReason(reason.textValue()))) {
            return bad("reason is a line of up to " + REASON_CHARS_MAX + " characters");
        }
        return Result.of(
                new Wanted(user.textValue(), kind.textValue(), seconds.intValue(), given ? reason.textValue() : ""));
    }

    private static boolean isReason(String text) {
        return text.length() <= REASON_CHARS_MAX && text.chars().noneMatch(Character::isISOControl);
    }

    /** What hosts and moderators are told of a sanction. */
    public static ObjectNode json(Sanction sanction) {
        return Json.object()
                .put("id", sanction.id())
                .put("user", sanction.user())
                .put("kind", sanction.kind())
                .put("reason", sanction.reason())
                .put("by", sanction.by())
                .put("at", sanction.atMs())
                .put("until", sanction.untilMs());
    }

    /** The {@code d} of the event by which viewers are told of a sanction. */
    static ObjectNode spoken(Sanction sanction) {
        ObjectNode detail = Json.object()
                .put("user", sanction.user())
                .put("kind", sanction.kind())
                .put("until", sanction.untilMs());
        return sanction.reason().isEmpty() ? detail : detail.put("reason", sanction.reason());
    }

    /** The {@code d} of the event by which viewers are told that a sanction was lifted. */
    static ObjectNode lifted(Sanction sanction) {
        return Json.object()
                .put("user", sanction.user())
                .put("kind", sanction.kind())
                .put("lifted", true);
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
