package io.danmaku.protocol.room;

import java.util.Locale;

/**
 * What a user is in a room, weakest first: a later role may do all that an earlier one may. What each may do is
 * {@link Permission}.
 */
public enum Role {
    VIEWER,
    MEMBER,
    VIP,
    MODERATOR,
    HOST,
    OWNER;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean atLeast(Role other) {
        return compareTo(other) >= 0;
    }

    /** Whether somebody of this role may. */
    public boolean may(Permission permission) {
        return atLeast(permission.weakest());
    }

    /** Whether it may give and take the other: a higher one may, and an owner everything. */
    public boolean governs(Role other) {
        return this == OWNER || compareTo(other) > 0;
    }

    /** The higher one of two. */
    public Role or(Role other) {
        return atLeast(other) ? this : other;
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
