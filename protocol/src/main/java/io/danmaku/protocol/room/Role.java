package io.danmaku.protocol.room;

import java.util.Locale;

/** What a user may do in a room, weakest first: a later role may do all that an earlier one may. */
public enum Role {
    VIEWER,
    MODERATOR,
    HOST;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean atLeast(Role other) {
        return compareTo(other) >= 0;
    }

    /** The role of a wire name, or null. */
    public static Role ofWireName(String name) {
        for (Role r : values()) {
            if (r.wireName().equals(name)) {
                return r;
            }
        }
        return null;
    }
}
