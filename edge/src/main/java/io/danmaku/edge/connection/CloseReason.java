package io.danmaku.edge.connection;

/** Why a connection is closed: the code and text of the closing frame (RFC 6455, section 7.4; 4000 and up are ours). */
public enum CloseReason {
    NORMAL(1000, "bye"),
    PROTOCOL(1002, "protocol error"),
    WRONG_KIND(1003, "wrong kind of frame"),
    INVALID_UTF8(1007, "invalid UTF-8"),
    TOO_BIG(1009, "frame too big"),
    RESTART(1012, "restart: connect again"),
    IDLE(4001, "idle"),
    UNAUTHENTICATED(4002, "no token in time"),
    TOKEN_EXPIRED(4003, "token expired"),
    TOO_SLOW(4004, "too slow"),
    REFUSED(4005, "refused");

    private final int code;
    private final String text;

    CloseReason(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public int code() {
        return code;
    }

    public String text() {
        return text;
    }
}
