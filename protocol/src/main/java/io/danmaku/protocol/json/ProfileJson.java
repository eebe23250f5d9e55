package io.danmaku.protocol.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.RoomProfile;

/** A room's profile as viewers are told it: what can be shown beside the stage. The rest is at {@code GET /api/rooms/{room}}. */
public final class ProfileJson {
    private ProfileJson() {}

    /** {@code cover}, {@code tags}, {@code category} and {@code language}; empty where there is none. */
    public static ObjectNode of(RoomProfile profile) {
        ObjectNode json = Json.object().put("cover", profile.cover());
        ArrayNode tags = json.putArray("tags");
        profile.tags().forEach(tags::add);
        return json.put("category", profile.category()).put("language", profile.language());
    }
}
