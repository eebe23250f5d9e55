package io.danmaku.dm.store;

import java.util.List;
import java.util.Locale;

/**
 * What a user has reported, and what became of it.
 *
 * @param id the same however often it is reported
 * @param atMs when it was first, Unix time
 * @param category wire name, empty = none
 * @param mids the messages, sorted
 * @param note of who decided, empty while it is open
 * @param decidedBy the same
 * @param decidedAtMs 0 while it is open
 */
public record Report(
        String tenant,
        String id,
        long atMs,
        String reporter,
        String peer,
        String category,
        String reason,
        List<String> mids,
        State state,
        String note,
        String decidedBy,
        long decidedAtMs) {

    /** From open it becomes one of the others, and stays so. */
    public enum State {
        OPEN,
        /** It was right. */
        UPHELD,
        DISMISSED;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The state of a wire name, or null. */
        public static State ofWireName(String name) {
            for (State state : values()) {
                if (state.wireName().equals(name)) {
                    return state;
                }
            }
            return null;
        }
    }
}
