package io.danmaku.protocol.room;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;

/**
 * Words that are not wanted in chats; the value of a record in a state topic.
 *
 * @param room the room that it is for, empty = all rooms of the tenant
 * @param epoch of that room: a re-created one starts without it; empty for all rooms
 * @param name {@code [A-Za-z0-9_-]{1,64}}, chosen by who keeps the list
 * @param terms at most {@link #TERMS_MAX}, each of 1..{@link #TERM_CHARS_MAX} characters; a {@code *} at the begin or the end stands for
 *     more of the same word. No terms and no patterns: the list was removed, and a reader that was away during compaction may see this only
 * @param patterns regular expressions (RE2 syntax), at most {@link #PATTERNS_MAX}, each of 1..{@link #PATTERN_CHARS_MAX} characters
 * @param by user who decided
 * @param atMs Unix time
 */
public record WordList(
        String tenant,
        String room,
        String epoch,
        String name,
        Action action,
        List<String> terms,
        List<String> patterns,
        String by,
        long atMs) {
    public static final int TERMS_MAX = 10_000;
    public static final int TERM_CHARS_MAX = 64;
    public static final int PATTERNS_MAX = 100;
    public static final int PATTERN_CHARS_MAX = 200;

    /** What becomes of a chat that has one of the words; where several are found, the first of these. */
    public enum Action {
        @JsonProperty("refuse")
        REFUSE,
        /** It is acknowledged and shown to nobody. */
        @JsonProperty("shadow")
        SHADOW,
        /** It waits for a moderator. */
        @JsonProperty("hold")
        HOLD,
        /** The words are replaced by asterisks. */
        @JsonProperty("mask")
        MASK;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The action of a wire name, or null. */
        public static Action ofWireName(String name) {
            for (Action a : values()) {
                if (a.wireName().equals(name)) {
                    return a;
                }
            }
            return null;
        }
    }

    public WordList {
        terms = List.copyOf(terms);
        patterns = List.copyOf(patterns);
    }

    public boolean removed() {
        return terms.isEmpty() && patterns.isEmpty();
    }

    /** What decides the group that the list belongs to: its room, or the place of the tenant. */
    public static RoomKey place(String tenant, String room) {
        return room.isEmpty() ? RoomKey.ofTenant(tenant) : new RoomKey(tenant, room);
    }
}
