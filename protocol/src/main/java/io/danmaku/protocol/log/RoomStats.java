package io.danmaku.protocol.log;

import io.danmaku.protocol.room.RoomKey;

/**
 * A record of the stats topic: a room's numbers, published when they changed, at most every 2 s.
 *
 * @param online viewers (connections) on all edges
 * @param users distinct users among them
 * @param peak largest {@code online} since the room opened or room-service took it over
 * @param perMinute events appended in the last 60 s
 */
public record RoomStats(RoomKey room, int online, int users, int peak, int perMinute) {}
