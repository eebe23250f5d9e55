package io.danmaku.protocol.room;

import java.util.Locale;

/** What a room's chats may look like. */
public enum ChatStyles {
    /** Every mode, colour and size. */
    ALL,
    /** They fly: nothing that stands at the top or the bottom. */
    SCROLL,
    /** They fly, white and of the usual size. */
    PLAIN;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value of a wire name, or null. */
    public static ChatStyles ofWireName(String name) {
        for (ChatStyles s : values()) {
            if (s.wireName().equals(name)) {
                return s;
            }
        }
        return null;
    }
}
