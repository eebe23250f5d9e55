package io.danmaku.edge.connection;

import io.danmaku.edge.gate.SendGate;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomState;

/** Tells a room who has come, where its policy wants that; and counts it among the signs of a raid. */
final class Entering {
    private Entering() {}

    /** Nobody waits for it: what the log does not take is not told. */
    static void tell(Connection connection, Membership membership, RoomState state, SendGate gate) {
        membership
                .room
                .live()
                .raid()
                .joined(connection.claims().account().sinceS(), System.currentTimeMillis(), System.nanoTime());
        int perSecond = state.policy().enterPerSecond();
        Role role = membership.role;
        if (perSecond == 0
                || gate.isShadowed(connection.claims(), connection.address, state, role, System.currentTimeMillis())
                || connection.claims().isGuest()
                || !membership.room.announces(connection.user(), perSecond, System.nanoTime())) {
            return;
        }
        byte[] json = EventDetail.fragment(
                EventType.ENTER, connection.claims(), Json.object().put("role", role.wireName()));
        boolean ranking = role.may(Permission.SPEAK_FREELY);
        membership.room.append(
                new RoomRecord(EventType.ENTER, ranking, false, role.weight(), 0, 0, connection.user(), "", "", json)
                        .encode(),
                refusal -> {});
    }
}
