package io.danmaku.protocol.room;

import java.util.Locale;

/**
 * What a user is in a room, weakest first: a later role may do all that an earlier one may. What each may do is
 * {@link Permission}.
 */
public enum Role {
    /** Reads without an account, where a room's policy lets it. It is given to nobody. */
    GUEST,
    VIEWER,
    MEMBER,
    VIP,
    MODERATOR,
    HOST,
    OWNER;

    /** The greatest {@link #weight()}. */
    public static final int WEIGHT_MAX = 4;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean atLeast(Role other) {
        return compareTo(other) >= 0;
    }

    /** How much likelier than a viewer's an event of this role is told when a room's budget does not reach for all, 1..4. */
    public int weight() {
        return switch (this) {
            case GUEST, VIEWER -> 1;
            case MEMBER -> 2;
            case VIP, MODERATOR, HOST, OWNER -> WEIGHT_MAX;
        };
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

    /** The role of a wire name that can be given, by a token or in a room, or null. */
    public static Role givenOfWireName(String name) {
        Role role = ofWireName(name);
        return role == GUEST ? null : role;
    }
}
