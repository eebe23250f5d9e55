package io.danmaku.room.room;

import io.danmaku.protocol.room.RoomState;

/**
 * A stream that runs.
 *
 * @param epoch of its room
 * @param number in its room
 * @param sinceMs Unix time at which it began
 */
public record LiveStream(String epoch, long number, long sinceMs) {

    /** None runs. */
    public static final LiveStream NONE = new LiveStream("", 0, 0);

    /** The one that runs in a room, or {@link #NONE}. */
    static LiveStream of(RoomState room) {
        return room.open() && room.profile().live()
                ? new LiveStream(room.epoch(), room.stream(), room.liveSinceMs())
                : NONE;
    }
}
