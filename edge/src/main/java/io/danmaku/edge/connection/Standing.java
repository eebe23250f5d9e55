package io.danmaku.edge.connection;

import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Role;
import java.util.List;

/** What becomes of a connection's rooms when something is decided about who may be in them. On the connection's event loop. */
final class Standing {
    private final Connection connection;
    private final Commands commands;

    Standing(Connection connection, Commands commands) {
        this.connection = connection;
        this.commands = commands;
    }

    /** Who is in the room is told why and leaves it. What was sent before goes out first. */
    void end(OpenRoom room, ErrorCode why) {
        String id = room.live().key().room();
        Membership m = connection.rooms().get(id);
        if (m != null && m.room == room && m.viewer != null) {
            m.audience.forward(m.viewer);
            commands.leave(connection, id);
            connection.reply(Json.bytes(Json.object().put("room", id).put("left", why.wireName())));
            if (connection.dialect().readsOneRoom()) {
                connection.refuse(-1, Refusal.of(why, "the room is left"));
            }
        }
    }

    /** The token says less than the one before, perhaps, or a ban was spoken: who may not be in a room any more leaves it. */
    void checkAll() {
        long nowMs = System.currentTimeMillis();
        for (Membership m : List.copyOf(connection.rooms().values())) {
            if (m.viewer != null) {
                check(m.room, nowMs);
                connection.loop().moderators().see(connection, connection.role(m));
            }
        }
    }

    /** Who may not be in the room any more leaves it. */
    void check(OpenRoom room, long nowMs) {
        Refusal exclusion = commands.exclusion(connection, room, nowMs);
        if (exclusion != null) {
            end(room, exclusion.code());
        }
    }

    /** A role was given or taken: it is in force already, the client is told. */
    void tellRole(OpenRoom room) {
        Role role = commands.role(connection, room);
        Membership m = connection.rooms().get(room.live().key().room());
        if (role == null || role == m.role) {
            return;
        }
        connection.is(m, role);
        commands.tellPresence(connection, m);
        if (connection.socket().channel().isWritable()) {
            connection.reply(Json.bytes(
                    Json.object().put("room", room.live().key().room()).put("role", role.wireName())));
        }
    }
}
