package io.danmaku.protocol.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.RoomPolicy;

/** A room's policy as clients are told it. */
public final class PolicyJson {
    private PolicyJson() {}

    public static ObjectNode of(RoomPolicy policy) {
        return Json.object()
                .put("slowModeMs", policy.slowModeMs())
                .put("memberSlowModeMs", policy.memberSlowModeMs())
                .put("whoMaySend", policy.whoMaySend().wireName())
                .put("textLengthMax", policy.textLengthMax())
                .put("uniqueSeconds", policy.uniqueSeconds())
                .put("noLinks", policy.noLinks())
                .put("capsPercentMax", policy.capsPercentMax())
                .put("styles", policy.styles().wireName())
                .put("emoteOnly", policy.emoteOnly())
                .put("bestEffortPerSecond", policy.bestEffortPerSecond())
                .put("enterPerSecond", policy.enterPerSecond())
                .put("retentionHours", policy.retentionHours());
    }
}
