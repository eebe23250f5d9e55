package io.danmaku.protocol.command;

/**
 * Every code that a refusal can carry, on the WebSocket ({@code error.code}) and over HTTP ({@code code} of the problem
 * details). Codes are stable: clients branch on them. docs/protocol.md says what each asks of the client.
 */
public enum ErrorCode {
    BAD_JSON("bad_json", 400),
    BAD_COMMAND("bad_command", 400),
    UNKNOWN_COMMAND("unknown_command", 400),
    BAD_FIELD("bad_field", 400),
    BAD_FRAME("bad_frame", 400),
    FRAME_TOO_BIG("frame_too_big", 413),
    INVALID_UTF8("invalid_utf8", 400),
    UNAUTHENTICATED("unauthenticated", 401),
    BAD_TOKEN("bad_token", 401),
    TOKEN_EXPIRED("token_expired", 401),
    FORBIDDEN("forbidden", 403),
    MUTED("muted", 403),
    BANNED("banned", 403),
    LEVEL_REQUIRED("level_required", 403),
    FOLLOWERS_ONLY("followers_only", 403),
    BLOCKED("blocked", 403),
    UNANSWERED("unanswered", 403),
    TOO_LATE("too_late", 409),
    NOT_JOINED("not_joined", 409),
    ALREADY_JOINED("already_joined", 409),
    NO_SUCH_ROOM("no_such_room", 404),
    NOT_FOUND("not_found", 404),
    EXISTS("exists", 409),
    CONFLICT("conflict", 409),
    CHANGED("changed", 412),
    ROOM_CLOSED("room_closed", 410),
    SINCE_AHEAD("since_ahead", 409),
    SLOW_MODE("slow_mode", 429),
    RATE_LIMITED("rate_limited", 429),
    REPEATED("repeated", 429),
    TEXT_REFUSED("text_refused", 403),
    TOO_LONG("too_long", 400),
    TOO_MANY_ROOMS("too_many_rooms", 429),
    QUOTA("quota", 429),
    UNSUPPORTED("unsupported", 422),
    BUSY("busy", 503),
    UNAVAILABLE("unavailable", 503),
    PENDING("pending", 504),
    INTERNAL("internal", 500);

    private final String wireName;
    private final int httpStatus;

    ErrorCode(String wireName, int httpStatus) {
        this.wireName = wireName;
        this.httpStatus = httpStatus;
    }

    public String wireName() {
        return wireName;
    }

    /** The status of an HTTP answer with this code. */
    public int httpStatus() {
        return httpStatus;
    }
}
