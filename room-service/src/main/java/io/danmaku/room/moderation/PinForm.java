package io.danmaku.room.moderation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Pin;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import java.util.Set;

/** The JSON form of a pin that somebody wants. */
public final class PinForm {
    private static final Set<String> FIELDS = Set.of("text", "o", "user", "seconds");
    /** The largest whole number that JavaScript has: 2^53 - 1. */
    private static final long OFFSET_MAX = (1L << 53) - 1;

    private PinForm() {}

    /**
     * A pin that somebody wants.
     *
     * @param text empty = an event
     * @param offset of the event, 0 = a text
     * @param user who sent the event; empty with a text
     * @param seconds 0 = until it is taken down
     */
    public record Wanted(String text, long offset, String user, int seconds) {

        Pin at(long nowMs, String by) {
            return new Pin(
                    text, offset, user, by, nowMs, seconds == 0 ? Sanction.FOREVER_MS : nowMs + seconds * 1_000L);
        }
    }

    /** Reads the body of a new pin. */
    public static Result<Wanted> wanted(ObjectNode body) {
        String strange = RoomForm.strangeField(body, FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field of a pin");
        }
        JsonNode seconds = body.get("seconds");
        boolean timed = seconds != null && !seconds.isNull();
        if (timed && (!seconds.isInt() || seconds.intValue() < 1 || seconds.intValue() > Pin.SECONDS_MAX)) {
            return bad("seconds is a whole number of 1.." + Pin.SECONDS_MAX + ", or absent until it is taken down");
        }
        int lasts = timed ? seconds.intValue() : 0;
        if (body.has("text") == body.has("o")) {
            return bad("a pin has a text, or the o and the user of an event");
        }
        return body.has("text") ? text(body, lasts) : event(body, lasts);
    }

    private static Result<Wanted> text(ObjectNode body, int seconds) {
        String text = body.get("text").textValue();
        if (body.has("user")) {
            return bad("user is who sent the event, and a text is none");
        }
        if (text == null || text.isBlank() || text.chars().anyMatch(Character::isISOControl)) {
            return bad("text is a line of text");
        }
        return text.length() > Pin.TEXT_CHARS_MAX
                ? Result.refused(ErrorCode.TOO_LONG, "text is longer than " + Pin.TEXT_CHARS_MAX + " characters")
                : Result.of(new Wanted(text, 0, "", seconds));
    }

    private static Result<Wanted> event(ObjectNode body, int seconds) {
        JsonNode offset = body.get("o");
        String user = body.path("user").textValue();
        boolean whole = offset.isIntegralNumber() && offset.canConvertToLong();
        if (!whole || offset.longValue() < 1 || offset.longValue() > OFFSET_MAX) {
            return bad("o is the offset of an event, from 1");
        }
        return Ids.isUser(user)
                ? Result.of(new Wanted("", offset.longValue(), user, seconds))
                : bad("user is who sent the event: 1..64 of A-Z a-z 0-9 _ . @ -");
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
