package io.danmaku.edge.connection;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.audience.Audience;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.edge.check.Checks;
import io.danmaku.edge.gate.SendGate;
import io.danmaku.edge.overload.Admission;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.edge.presence.PresenceReporter;
import io.danmaku.edge.presence.StatsTable;
import io.danmaku.edge.quota.Tenants;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.edge.roomlog.OpenRooms;
import io.danmaku.node.redis.Sayings;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.CommandDecoder;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.Replies;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import java.util.concurrent.CompletableFuture;

/** Carries out what connections ask. Stateless; each command runs on its connection's event loop. */
public final class Commands {
    private static final long RETRY_MS = 1_000;

    private final Tokens tokens;
    private final Tenants tenants;
    private final RoomTable table;
    private final OpenRooms openRooms;
    private final SendGate gate;
    private final Admission admission;
    private final ConnectionLimits limits;
    private final PresenceReporter presence;
    private final StatsTable stats;
    private final DirectCommands direct;
    private final HistoryCommand history;
    private final Sends sends;
    private final ConnectionLoops loops;
    private final Tracer tracer;

    public Commands(
            Tokens tokens,
            Tenants tenants,
            RoomTable table,
            OpenRooms openRooms,
            SendGate gate,
            Checks checks,
            Sayings sayings,
            Admission admission,
            ConnectionLimits limits,
            Incarnation node,
            PresenceReporter presence,
            StatsTable stats,
            DirectCommands direct,
            ConnectionLoops loops,
            Tracer tracer) {
        this.tokens = tokens;
        this.tenants = tenants;
        this.table = table;
        this.openRooms = openRooms;
        this.gate = gate;
        this.admission = admission;
        this.limits = limits;
        this.presence = presence;
        this.stats = stats;
        this.direct = direct;
        history = new HistoryCommand(tracer);
        sends = new Sends(table, gate, checks, sayings, presence, node.number());
        this.loops = loops;
        this.tracer = tracer;
    }

    /** Takes one command, or what was wrong with it. */
    void take(Connection connection, CommandDecoder.Decoded decoded) {
        long waitMs = connection.rates().commandWaitMs(System.nanoTime());
        if (waitMs > 0) {
            connection.refuse(
                    decoded.id(), Refusal.retry(ErrorCode.RATE_LIMITED, "too many commands a second", waitMs));
        } else if (decoded.refusal() != null) {
            connection.refuse(decoded.id(), decoded.refusal());
        } else if (!connection.ready() && !(decoded.command() instanceof Command.Auth)) {
            connection.refuse(decoded.id(), Refusal.of(ErrorCode.UNAUTHENTICATED, "auth comes first"));
        } else if (connection.ready() && connection.claims().isGuest() && !Guests.may(decoded.command())) {
            connection.refuse(decoded.id(), Guests.READ_ONLY);
        } else if (loops.draining() && Departures.isTooLate(decoded.command())) {
            connection.loop().departures().hurry(connection);
            connection.refuse(decoded.id(), Departures.TOO_LATE);
        } else {
            carryOut(connection, decoded.id(), decoded.command());
        }
    }

    private void carryOut(Connection connection, long id, Command command) {
        if (command instanceof Command.Send send) {
            send(connection, id, send);
        } else if (command instanceof Command.Join join) {
            join(connection, id, join);
        } else if (command instanceof Command.Ping) {
            connection.ok(id, connection.missed.isMarked() ? Json.object().put("sync", true) : Json.object());
        } else if (command instanceof Command.Leave leave) {
            if (leave(connection, leave.room())) {
                connection.ok(id, Json.object());
            } else {
                connection.refuse(id, notJoined());
            }
        } else if (command instanceof Command.History asked) {
            history.carryOut(connection, id, asked);
        } else if (command instanceof Command.Auth auth) {
            connection.kind = auth.client() == null || connection.ready() ? connection.kind : auth.client();
            authenticate(connection, id, auth);
        } else {
            direct.carryOut(connection, id, command);
        }
    }

    /** Checks who one is, by {@code auth} or by the address (id -1: no reply when it is good). */
    void authenticate(Connection connection, long id, Command.Auth auth) {
        Tokens.Checked checked = auth.guest() == null
                ? tokens.verify(auth.token())
                : Guests.check(auth.guest(), limits.guests(), connection, System.currentTimeMillis());
        if (checked.refusal() != null) {
            connection.refuse(id, checked.refusal());
            return;
        }
        boolean first = !connection.ready();
        if (!first
                && !(connection.user().equals(checked.claims().user())
                        && connection.tenant().equals(checked.claims().tenant()))) {
            connection.refuse(id, Refusal.of(ErrorCode.FORBIDDEN, "a connection is renewed by the same user"));
            return;
        }
        Claims claims = checked.claims();
        connection.authenticated(claims, auth.token(), tenants.of(claims.tenant()));
        if (!first) {
            connection.standing().checkAll();
            connection.rooms().values().forEach(m -> tellPresence(connection, m));
        } else if (claims.isGuest()) {
            loops.countGuests(1);
        } else if (!connection.dialect().readsOneRoom()) {
            direct.connected(connection);
        }
        if (id >= 0) {
            ObjectNode ok = Json.object().put("user", connection.user()).put("session", connection.session());
            ok.set("reconnect", connection.reconnect(loops.reconnectMaxMs()));
            connection.ok(id, ok);
        }
    }

    private void join(Connection connection, long id, Command.Join join) {
        if (connection.rooms().containsKey(join.room())) {
            connection.refuse(id, Refusal.of(ErrorCode.ALREADY_JOINED, "leave the room before joining it again"));
            return;
        }
        if (connection.rooms().size() >= limits.roomsMax()) {
            connection.refuse(
                    id, Refusal.of(ErrorCode.TOO_MANY_ROOMS, "a connection is in at most " + limits.roomsMax()));
            return;
        }
        RoomState state = room(connection, id, join.room());
        if (state == null) {
            return;
        }
        long nowMs = System.currentTimeMillis();
        Refusal refusal = gate.exclusion(connection.claims(), connection.address, state, nowMs);
        refusal = refusal == null ? admission.join(() -> openRooms.holds(state.key())) : refusal;
        refusal = refusal == null ? connection.quota().enter(nowMs) : refusal;
        if (refusal != null) {
            connection.refuse(id, refusal);
            return;
        }
        CompletableFuture<OpenRoom> opening = openRooms.acquire(state, table.deletions(state.key(), state.epoch()));
        if (opening == null) {
            connection.quota().leave(nowMs);
            connection.refuse(id, Refusal.retry(ErrorCode.BUSY, "this edge has as many rooms as it may", RETRY_MS));
            return;
        }
        Membership membership = new Membership();
        connection.rooms().put(join.room(), membership);
        Span span = span("room.join", state.key());
        opening.whenComplete((room, failure) -> connection.loop().eventLoop().execute(() -> {
            opened(connection, id, join, membership, room);
            span.end();
        }));
    }

    private Span span(String name, RoomKey room) {
        return tracer.spanBuilder(name).setAttribute("room", room.toString()).startSpan();
    }

    /** The state of an open room, or null after refusing. */
    private RoomState room(Connection connection, long id, String room) {
        if (!table.ready()) {
            connection.refuse(id, Refusal.retry(ErrorCode.UNAVAILABLE, "the rooms are being read", RETRY_MS));
            return null;
        }
        RoomState state = table.room(new RoomKey(connection.tenant(), room));
        if (state == null) {
            connection.refuse(id, Refusal.of(ErrorCode.NO_SUCH_ROOM, "there is no such room"));
            return null;
        }
        if (!state.open()) {
            connection.refuse(id, Refusal.of(ErrorCode.ROOM_CLOSED, "the room is closed"));
            return null;
        }
        return state;
    }

    private void opened(Connection connection, long id, Command.Join join, Membership membership, OpenRoom room) {
        boolean stillWanted = connection.rooms().get(join.room()) == membership;
        if (room == null) {
            if (stillWanted) {
                leave(connection, join.room());
            }
            connection.refuse(id, Refusal.retry(ErrorCode.UNAVAILABLE, "the room's log is away", RETRY_MS));
            return;
        }
        LiveRoom live = room.live();
        long head = live.tail().headOffset();
        RoomState state = table.room(live.key());
        long since = JoinStart.since(join, live, head, state == null ? RoomPolicy.DEFAULT : state.policy());
        Refusal refusal = JoinStart.refusal(state, room, since);
        if (refusal == null) {
            // spoken meanwhile, when there was nobody to leave the room yet
            refusal = gate.exclusion(connection.claims(), connection.address, state, System.currentTimeMillis());
        }
        if (!stillWanted || connection.closing() || refusal != null) {
            if (stillWanted) {
                leave(connection, join.room());
            }
            openRooms.release(room);
            connection.refuse(
                    id, refusal != null ? refusal : Refusal.of(ErrorCode.NOT_JOINED, "left before it was joined"));
            return;
        }
        Audience audience =
                live.audience(connection.loop().index(), connection.loop().eventLoop());
        membership.room = room;
        membership.audience = audience;
        // once more: it may have changed since, and the table's thread have told it before
        RoomState now = table.room(live.key());
        RoomState told = now == null || !now.epoch().equals(state.epoch()) ? state : now;
        live.policy(told.policy());
        live.spoken().rate(limits.sendsPerSecond());
        connection.is(membership, table.role(connection.claims(), state));
        connection.ok(
                id, JoinReply.of(live, told, membership.role, head, online(live.key()), System.currentTimeMillis()));
        membership.viewer = audience.add(connection.socket(), connection.encoding(), since);
        membership.tellJoined(presence, connection);
        audience.forward(membership.viewer);
        if (join.since() < 0) {
            Entering.tell(connection, membership, state, gate);
        }
    }

    /** Somebody is another one in a room, by a renewed token or a role that was given or taken. */
    void tellPresence(Connection connection, Membership m) {
        if (m.viewer != null) {
            m.tellRole(presence, connection, role(connection, m.room));
        }
    }

    /** Viewers of the room on all edges, as last heard; 0 before it was ever told. */
    int online(RoomKey room) {
        RoomStats told = stats.of(room);
        return told == null ? 0 : told.online();
    }

    /** Why a connection may not be in a room any more, or null. */
    Refusal exclusion(Connection connection, OpenRoom room, long nowMs) {
        RoomState state = table.room(room.live().key());
        return state == null ? null : gate.exclusion(connection.claims(), connection.address, state, nowMs);
    }

    /** What a connection's user is in a room, or null when the room is no more. */
    Role role(Connection connection, OpenRoom room) {
        RoomState state = table.room(room.live().key());
        return state == null ? null : table.role(connection.claims(), state);
    }

    /** @return whether the connection was in the room */
    boolean leave(Connection connection, String roomId) {
        Membership m = connection.rooms().remove(roomId);
        if (m == null) {
            return false;
        }
        connection.quota().leave(System.currentTimeMillis());
        if (m.viewer != null) {
            m.audience.remove(m.viewer);
            m.tellLeft(presence, connection);
            openRooms.release(m.room);
        }
        return true;
    }

    static Refusal notJoined() {
        return Refusal.of(ErrorCode.NOT_JOINED, "join the room first");
    }

    private void send(Connection connection, long id, Command.Send send) {
        Membership m = connection.rooms().get(send.room());
        if (m == null || m.viewer == null) {
            connection.refuse(id, notJoined());
            return;
        }
        long nowNs = System.nanoTime();
        RoomKey key = m.room.live().key();
        RoomState state = table.room(key);
        Role role = state == null ? Role.VIEWER : table.role(connection.claims(), state);
        long waitMs = connection.rates().sendWaitMs(role, nowNs);
        if (waitMs > 0) {
            connection.refuse(id, Refusal.retry(ErrorCode.RATE_LIMITED, "too many sends a second", waitMs));
            return;
        }
        Refusal waits = send.type() == EventType.CHAT ? Sends.waits(connection, state) : null;
        if (waits != null) {
            connection.refuse(id, waits);
            return;
        }
        long nowMs = System.currentTimeMillis();
        Refusal quota = connection.quota().send(nowMs);
        if (quota != null) {
            connection.refuse(id, quota);
            return;
        }
        SendGate.Verdict verdict = gate.check(
                connection.claims(),
                connection.address,
                state,
                send,
                m.room.live().spoken(),
                nowMs);
        if (verdict.refusal() != null) {
            // what is not taken for another reason counts for nothing
            connection.quota().unsend();
            connection.refuse(id, verdict.refusal());
            return;
        }
        if (!m.room.following()) {
            connection.quota().unsend();
            connection.refuse(id, Refusal.retry(ErrorCode.UNAVAILABLE, "the room's log is away", RETRY_MS));
            return;
        }
        if (send.type() == EventType.LIKE) {
            connection.quota().sent();
            like(connection, id, m.room, verdict);
            return;
        }
        PendingSends pending = connection.loop().pending();
        Span span = span("room.send", key);
        long sendId = pending.add(connection, id, span, nowNs);
        if (sendId < 0) {
            span.end();
            connection.quota().unsend();
            connection.refuse(id, Refusal.retry(ErrorCode.BUSY, "too many sends wait for their result", RETRY_MS));
            return;
        }
        sends.go(new Sends.Passed(connection, m, send, verdict, role, sendId));
    }

    /** Likes are acknowledged as they are counted: what nobody was told yet is lost with this edge. */
    private static void like(Connection connection, long id, OpenRoom room, SendGate.Verdict verdict) {
        int n = verdict.detail().get("n").intValue();
        if (!verdict.shadowed()) {
            room.like(n);
        }
        connection.reply(Replies.counted(id, n));
    }

    /** The connection is gone for good. */
    void gone(Connection connection) {
        loops.left();
        loops.countPackets(connection, -1);
        if (connection.claims() != null && connection.claims().isGuest()) {
            loops.countGuests(-1);
        } else if (connection.claims() != null && !connection.dialect().readsOneRoom()) {
            direct.disconnected(connection);
        }
    }
}
