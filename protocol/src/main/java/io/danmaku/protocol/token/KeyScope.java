package io.danmaku.protocol.token;

import com.fasterxml.jackson.annotation.JsonValue;

/** What an API key may be used for. What a route asks for stands beside its path; a route that asks for none takes no keys. */
public enum KeyScope {
    /** Rooms, and how many are there. */
    ROOMS_READ("rooms:read"),
    /** Create, change, close, archive and erase rooms. */
    ROOMS_WRITE("rooms:write"),
    /** Give, take and list roles. */
    ROLES("roles"),
    /** Sanctions, deletions of events, what is pinned, held chats, raids, who watches, and what was counted of streams. */
    MODERATE("moderate"),
    /** Word lists of rooms and of the tenant. */
    WORDS("words"),
    /** Post events into rooms. */
    EVENTS("events"),
    /** Read rooms' histories. */
    HISTORY("history");

    private final String wireName;

    KeyScope(String wireName) {
        this.wireName = wireName;
    }

    @JsonValue
    public String wireName() {
        return wireName;
    }

    /** The scope of a wire name, or null. */
    public static KeyScope ofWireName(String name) {
        for (KeyScope scope : values()) {
            if (scope.wireName.equals(name)) {
                return scope;
            }
        }
        return null;
    }
}
