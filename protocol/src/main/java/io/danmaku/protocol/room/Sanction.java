package io.danmaku.protocol.room;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * What a user may not do in a room; the value of a record in a state topic.
 *
 * @param epoch the room's epoch it was spoken in; a re-created room starts without it
 * @param untilMs Unix time in milliseconds at which it ends by itself, {@link #FOREVER_MS} = never
 * @param by user who decided
 */
public record Sanction(
        String id,
        RoomKey room,
        String epoch,
        String user,
        Kind kind,
        String reason,
        String by,
        long atMs,
        long untilMs) {

    /** The last millisecond of the year 9999: every reader of JSON can carry it. */
    public static final long FOREVER_MS = 253_402_300_799_999L;

    /** What is forbidden. One of each holds for a user at a time. */
    public enum Kind {
        /** To send. */
        @JsonProperty("mute")
        MUTE,
        /** To be in the room: who is there leaves. */
        @JsonProperty("ban")
        BAN,
        /** To be heard: what the user sends is acknowledged and appended, and nobody is shown it. The user is not told. */
        @JsonProperty("shadow")
        SHADOW,
        /** To be in the room for {@link #KICK_SECONDS}: who is there leaves, and may come back. */
        @JsonProperty("kick")
        KICK;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The kind of a wire name, or null. */
        public static Kind ofWireName(String name) {
            for (Kind k : values()) {
                if (k.wireName().equals(name)) {
                    return k;
                }
            }
            return null;
        }
    }

    /** How long who was kicked stays out. */
    public static final int KICK_SECONDS = 10;

    /** Whether it holds in a room at a time. */
    public boolean holds(String roomEpoch, long nowMs) {
        return untilMs > nowMs && epoch.equals(roomEpoch);
    }
}
