package io.danmaku.room.room;

/**
 * Bounds of telling rooms what was decided.
 *
 * @param openLogsMax producers held open
 * @param waitingPerRoomMax events of one room that wait; more are dropped and counted
 * @param appendTimeoutMs for one event
 */
public record EventBounds(int openLogsMax, int waitingPerRoomMax, long appendTimeoutMs) {}
