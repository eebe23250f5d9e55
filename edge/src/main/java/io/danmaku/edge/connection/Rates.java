package io.danmaku.edge.connection;

import io.danmaku.node.http.TokenBucket;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;

/** How much one connection may ask a second. On its event loop. */
final class Rates {
    private final ConnectionLimits limits;
    private final TokenBucket commands;
    /** Of sends where the user may not speak freely, and of direct messages. */
    private final TokenBucket sends;
    /** Of sends into rooms where the user may. */
    private final TokenBucket freeSends;

    Rates(ConnectionLimits limits, long nowNs) {
        this.limits = limits;
        commands = new TokenBucket(limits.commandsPerSecond(), 2 * limits.commandsPerSecond(), nowNs);
        sends = new TokenBucket(limits.sendsPerSecond(), 2 * limits.sendsPerSecond(), nowNs);
        freeSends = new TokenBucket(limits.moderatorPerSecond(), 2 * limits.moderatorPerSecond(), nowNs);
    }

    /** The user's token, the first or a renewed one. */
    void of(Claims claims) {
        boolean free =
                claims.admin() || claims.rooms().values().stream().anyMatch(role -> role.may(Permission.SPEAK_FREELY));
        commands.allow(free ? limits.moderatorPerSecond() : limits.commandsPerSecond());
        sends.allow(claims.admin() ? limits.moderatorPerSecond() : limits.sendsPerSecond());
    }

    /** The user's role in some room; a role that is taken again leaves the rate until the token is renewed. */
    void of(Role role) {
        if (role.may(Permission.SPEAK_FREELY)) {
            commands.allow(limits.moderatorPerSecond());
        }
    }

    /** 0, or milliseconds until the next command is taken. */
    long commandWaitMs(long nowNs) {
        return commands.take(nowNs);
    }

    /** 0, or milliseconds until the next direct message is taken. */
    long sendWaitMs(long nowNs) {
        return sends.take(nowNs);
    }

    /** 0, or milliseconds until the next send into a room is taken: the role there decides. */
    long sendWaitMs(Role role, long nowNs) {
        return (role.may(Permission.SPEAK_FREELY) ? freeSends : sends).take(nowNs);
    }
}
