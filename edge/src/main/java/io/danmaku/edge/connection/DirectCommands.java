package io.danmaku.edge.connection;

import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;

/** The commands of direct messages: handed to the gateway, answered when it has the outcome. */
public final class DirectCommands {

    void carryOut(Connection connection, long id, Command command) {
        connection.refuse(id, Refusal.of(ErrorCode.UNSUPPORTED, "direct messages are not wired"));
    }

    void connected(Connection connection) {}

    void disconnected(Connection connection) {}
}
