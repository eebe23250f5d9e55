package io.danmaku.protocol.room;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What becomes of a chat with a link. */
public enum Links {
    @JsonProperty("allowed")
    ALLOWED,
    /** It waits for a moderator. */
    @JsonProperty("held")
    HELD,
    @JsonProperty("refused")
    REFUSED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value of a wire name, or null. */
    public static Links ofWireName(String name) {
        for (Links l : values()) {
            if (l.wireName().equals(name)) {
                return l;
            }
        }
        return null;
    }
}
