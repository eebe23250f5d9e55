package io.danmaku.room.membership;

/**
 * Bounds of counting who is where.
 *
 * @param edgesMax edges counted; records of further ones are dropped
 * @param usersMax users remembered over all rooms; above it a room's users are estimated by its viewers
 * @param roomUsersMax users of a room that are counted exactly; above it they are estimated by a sample
 * @param statsIntervalMs shortest time between two publications of a room's numbers
 * @param forgetAfterMs after which an empty room's numbers are forgotten
 * @param reconnectGraceMs how long an edge may take to come back after the log stood still
 */
public record MembershipBounds(
        int edgesMax,
        int usersMax,
        int roomUsersMax,
        long statsIntervalMs,
        long forgetAfterMs,
        long reconnectGraceMs) {}
