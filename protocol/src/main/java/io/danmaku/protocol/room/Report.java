package io.danmaku.protocol.room;

/**
 * What became of a stream; the value of a record in a state topic, written with the end of the stream. Edges pass over it.
 *
 * @param epoch of the room
 * @param stream number of the stream in its room
 * @param fromMs Unix time at which it began
 * @param toMs Unix time at which it ended
 * @param peak most connections at a time
 * @param uniques distinct users who watched, about; null = not known
 * @param messages events that edges appended
 * @param watchSeconds of all connections together
 * @param joins connections that came, those that were there at the begin among them
 */
public record Report(
        RoomKey room,
        String epoch,
        long stream,
        long fromMs,
        long toMs,
        int peak,
        Long uniques,
        long messages,
        long watchSeconds,
        long joins) {}
