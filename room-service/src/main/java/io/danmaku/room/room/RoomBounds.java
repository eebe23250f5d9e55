package io.danmaku.room.room;

import io.danmaku.node.config.TenantQuotas;

/**
 * Bounds of what is kept.
 *
 * @param quotas rooms of a tenant, closed ones included; its sanctions, and the words of its lists
 * @param allTenantsMax rooms of all tenants
 * @param closedKeptMs how long a closed room's record is kept
 * @param sanctionsPerRoomMax sanctions kept of one room, ended ones included until they are swept
 * @param grantsPerRoomMax roles kept of one room, taken ones included until they are swept
 * @param deletionsPerRoomMax deletions kept of one room, for as long as its log keeps what they are about
 * @param postedPerRoomMax idempotency keys kept of one room
 * @param postedKeptMs how long each is kept
 */
public record RoomBounds(
        TenantQuotas quotas,
        int allTenantsMax,
        long closedKeptMs,
        int sanctionsPerRoomMax,
        int grantsPerRoomMax,
        int deletionsPerRoomMax,
        int postedPerRoomMax,
        long postedKeptMs) {}
