package io.danmaku.protocol.room;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * A product's own service that edges ask about chats; the value of a record in a state topic, one for a tenant.
 *
 * @param url http or https; empty = there is none any more, and a reader that was away during compaction may see this only
 * @param secret signs what the service is asked
 * @param timeoutMs how long an edge waits for an answer
 * @param by user who decided
 * @param atMs Unix time
 */
public record ExternalCheck(
        String tenant, String url, String secret, int timeoutMs, WhenDown whenDown, String by, long atMs) {
    public static final int URL_CHARS_MAX = 500;
    public static final int SECRET_CHARS_MIN = 16;
    public static final int SECRET_CHARS_MAX = 128;
    public static final int TIMEOUT_MS_MIN = 50;
    public static final int TIMEOUT_MS_MAX = 3_000;

    /** What becomes of a chat when there is no answer. */
    public enum WhenDown {
        /** It is told as if nobody had been asked. */
        @JsonProperty("allow")
        ALLOW,
        /** It waits for a moderator. */
        @JsonProperty("hold")
        HOLD,
        /** The sender is asked to come back. */
        @JsonProperty("refuse")
        REFUSE;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The value of a wire name, or null. */
        public static WhenDown ofWireName(String name) {
            for (WhenDown w : values()) {
                if (w.wireName().equals(name)) {
                    return w;
                }
            }
            return null;
        }
    }

    public boolean removed() {
        return url.isEmpty();
    }

    /** Without the secret: it may come into a log. */
    @Override
    public String toString() {
        return "ExternalCheck[" + tenant + ", " + url + "]";
    }
}
