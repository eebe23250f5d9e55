package io.danmaku.edge.connection;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PinJson;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.json.ProfileJson;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomProfile;
import io.danmaku.protocol.room.RoomState;

/** What somebody is told who joins a room. */
final class JoinReply {
    private JoinReply() {}

    /**
     * The reply to a join.
     *
     * @param head the room's newest offset here when the state was looked at
     * @param nowMs Unix time: a pin whose time is over is not told
     */
    static ObjectNode of(LiveRoom live, RoomState state, Role role, long head, int online, long nowMs) {
        ObjectNode ok = Json.object()
                .put("room", live.key().room())
                .put("epoch", live.epoch())
                .put("head", head)
                .put("role", role.wireName())
                .put("online", online)
                .put("title", state.title())
                .put("live", state.profile().live());
        ok.set(
                "policy",
                PolicyJson.inForce(state).put("durability", state.durability().wireName()));
        if (!state.profile().showsSameAs(RoomProfile.NONE)) {
            ok.set("profile", ProfileJson.of(state.profile()));
        }
        if (state.pin() != null && state.pin().holds(nowMs)) {
            ok.set("pin", PinJson.of(state.pin()));
        }
        return ok;
    }
}
