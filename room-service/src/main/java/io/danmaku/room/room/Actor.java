package io.danmaku.room.room;

import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.token.Claims;

/**
 * Who asks for a change.
 *
 * @param address that the request came from
 */
public record Actor(Claims claims, String address) {

    public String user() {
        return claims.user();
    }

    /** What this one does to a place as a whole. */
    public Act act(String action, RoomKey place) {
        return act(action, place, "", "");
    }

    /**
     * What this one does.
     *
     * @param target to whom or what, empty = the place as a whole
     * @param reason empty = none was given
     */
    public Act act(String action, RoomKey place, String target, String reason) {
        return new Act(action, place, claims.user(), claims.admin(), address, target, reason);
    }
}
