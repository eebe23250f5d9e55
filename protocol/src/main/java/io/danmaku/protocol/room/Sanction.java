package io.danmaku.protocol.room;

/**
 * A mute with an end; the value of a record in a state topic.
 *
 * @param epoch the room's epoch it was spoken in; a re-created room starts without it
 * @param kind {@code mute}
 * @param untilMs Unix time in milliseconds at which it ends by itself
 * @param by user who decided
 */
public record Sanction(
        String id,
        RoomKey room,
        String epoch,
        String user,
        String kind,
        String reason,
        String by,
        long atMs,
        long untilMs) {

    public static final String MUTE = "mute";
}
