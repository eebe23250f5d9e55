package io.danmaku.edge.connection;

import io.danmaku.edge.direct.DirectGateway;
import io.danmaku.edge.direct.Outcome;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Replies;
import java.util.concurrent.CompletionStage;

/** The commands of direct messages: handed to the gateway, answered on the connection's event loop when it has the outcome. */
final class DirectCommands {
    private final DirectGateway gateway;

    DirectCommands(DirectGateway gateway) {
        this.gateway = gateway;
    }

    void carryOut(Connection connection, long id, Command command) {
        if (command instanceof Command.DmSync sync) {
            answer(connection, id, gateway.sync(connection, connection.token(), sync));
            return;
        }
        long waitMs = connection.sendWaitMs(System.nanoTime());
        if (waitMs > 0) {
            connection.refuse(id, Refusal.retry(ErrorCode.RATE_LIMITED, "too many sends a second", waitMs));
        } else if (command instanceof Command.DmSend send) {
            answer(connection, id, gateway.send(connection, send));
        } else if (command instanceof Command.DmRead read) {
            answer(connection, id, gateway.read(connection, read));
        } else {
            throw new IllegalStateException("not a command of direct messages: " + command);
        }
    }

    private static void answer(Connection connection, long id, CompletionStage<Outcome> coming) {
        coming.whenComplete((outcome, failure) -> connection.loop().eventLoop().execute(() -> {
            if (outcome instanceof Outcome.Done done) {
                connection.reply(Replies.ok(id, done.ok()));
            } else if (outcome instanceof Outcome.Refused refused) {
                connection.refuse(id, refused.refusal());
            } else {
                connection.refuse(id, Refusal.of(ErrorCode.INTERNAL, "something went wrong here"));
            }
        }));
    }

    void connected(Connection connection) {
        gateway.connected(connection);
    }

    void disconnected(Connection connection) {
        gateway.disconnected(connection);
    }
}
