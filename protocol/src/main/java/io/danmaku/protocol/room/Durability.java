package io.danmaku.protocol.room;

import java.util.Locale;

/** What a room's log is: the two are compared in docs/architecture.md, "Rooms". */
public enum Durability {
    /** Persistent topic: one order for all, history, resume. */
    LOGGED,
    /** Non-persistent topic: offset and epoch belong to one edge; no history, no RELIABLE events. */
    EPHEMERAL;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The durability of a wire name, or null. */
    public static Durability ofWireName(String name) {
        for (Durability d : values()) {
            if (d.wireName().equals(name)) {
                return d;
            }
        }
        return null;
    }
}
