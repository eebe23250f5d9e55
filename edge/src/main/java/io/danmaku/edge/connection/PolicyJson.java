package io.danmaku.edge.connection;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;

/** A room's policy as a viewer is told it at joining. */
final class PolicyJson {
    private PolicyJson() {}

    static ObjectNode of(RoomState room) {
        RoomPolicy policy = room.policy();
        return Json.object()
                .put("slowModeMs", policy.slowModeMs())
                .put("whoMaySend", policy.whoMaySend().wireName())
                .put("textLengthMax", policy.textLengthMax())
                .put("bestEffortPerSecond", policy.bestEffortPerSecond())
                .put("retentionHours", policy.retentionHours())
                .put("durability", room.durability().wireName());
    }
}
