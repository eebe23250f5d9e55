package io.danmaku.edge.connection;

import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;

/** Who reads without an account: a guest has a made-up id and a time limit, and may only look. Which rooms, their policies say. */
final class Guests {
    /** Asking again on the connection makes it no longer. */
    static final long SESSION_MS = 12 * 3_600_000L;

    static final Refusal READ_ONLY = Refusal.of(ErrorCode.FORBIDDEN, "a guest only reads: connect with a token");

    private Guests() {}

    /**
     * What a guest is, or why nobody is one here.
     *
     * @param taken whether this edge takes guests
     */
    static Tokens.Checked check(String tenant, boolean taken, Connection connection, long nowMs) {
        if (!taken) {
            return refused(ErrorCode.UNAUTHENTICATED, "no guests are taken here: a token is needed");
        }
        if (!Ids.isTenant(tenant)) {
            return refused(ErrorCode.BAD_FIELD, "guest is a tenant, 1..32 of a-z 0-9 -");
        }
        long expiresAtMs = connection.ready() ? connection.claims().expiresAtMs() : nowMs + SESSION_MS;
        return new Tokens.Checked(Claims.guest(tenant, connection.session(), expiresAtMs), null);
    }

    private static Tokens.Checked refused(ErrorCode code, String message) {
        return new Tokens.Checked(null, Refusal.of(code, message));
    }

    static boolean may(Command command) {
        return command instanceof Command.Join
                || command instanceof Command.Leave
                || command instanceof Command.History
                || command instanceof Command.Ping
                || command instanceof Command.Auth;
    }
}
