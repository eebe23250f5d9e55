package io.danmaku.edge.connection;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.direct.Device;
import io.danmaku.edge.quota.Tenant;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.edge.tail.Encoding;
import io.danmaku.node.address.Address;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One viewer's connection: who it is, which rooms it is in, when it is closed. On its event loop only, but for {@link #push}. */
final class Connection implements Device {
    private static final long NS_PER_MS = 1_000_000;
    /** How long is read and thrown away behind a closing frame, so that a reset does not destroy it. */
    private static final long DISCARD_MS = 2_000;

    private static final int FIN_CLOSE = 0x88;
    private static final int FIN_PONG = 0x8a;
    private static final int CONTROL_BYTES_MAX = 125;

    /** Life of a connection. */
    private enum State {
        UNAUTHENTICATED,
        READY,
        CLOSING,
        CLOSED
    }

    private final Dialect dialect;
    private final ConnectionLoop loop;
    private final ConnectionLimits limits;
    private final Commands commands;
    private final Standing standing;
    private final String session;
    private final Map<String, Membership> rooms = new HashMap<>(4);
    private final Rates rates;
    private final long openedNs;
    /** Where it comes from, null = not known. */
    final Address address;

    final LargeAnswer history = new LargeAnswer(this);
    final LargeAnswer directPage = new LargeAnswer(this);
    final LargeAnswer look = new LargeAnswer(this);
    private ChannelHandlerContext context;
    private boolean compressed;
    private State state = State.UNAUTHENTICATED;
    private Claims claims;
    private Tenant tenant;
    /** Read on other threads, to ask in its name. */
    private volatile String token;

    private long heardNs;
    private long unwritableSinceNs;
    /** The end of the window for coming back, as it was last told; 0 = never. */
    private int reconnectToldMs;
    /** What it is on; not another one once it is authenticated, because rooms have counted it. */
    DeviceKind kind = DeviceKind.OTHER;
    /** Is among the next to leave when the edge stops. */
    boolean hurries;
    /** The product's own service is asked about a chat of it: the next one waits, so that they keep their order. */
    boolean checking;
    /** Direct messages that may have been lost on the way here. */
    final Missed missed = new Missed();
    /** Place in its loop's list, -1 when it is not there. */
    int index = -1;

    Connection(
            Dialect dialect,
            ConnectionLoop loop,
            ConnectionLimits limits,
            Commands commands,
            String session,
            Address address,
            long nowNs) {
        this.dialect = dialect;
        this.loop = loop;
        this.limits = limits;
        this.commands = commands;
        this.session = session;
        this.address = address;
        openedNs = nowNs;
        heardNs = nowNs;
        rates = new Rates(limits, nowNs);
        standing = new Standing(this, commands);
    }

    /** @param withCompression whether compressed frames were agreed on */
    void opened(ChannelHandlerContext socket, boolean withCompression) {
        context = socket;
        compressed = withCompression;
        loop.add(this);
    }

    Dialect dialect() {
        return dialect;
    }

    ChannelHandlerContext socket() {
        return context;
    }

    /** How rooms' batches go out here. */
    Encoding encoding() {
        return dialect.encoding(compressed);
    }

    ConnectionLoop loop() {
        return loop;
    }

    Map<String, Membership> rooms() {
        return rooms;
    }

    /** Who this is; null before a token was accepted. */
    Claims claims() {
        return claims;
    }

    boolean ready() {
        return state == State.READY;
    }

    boolean closing() {
        return state == State.CLOSING || state == State.CLOSED;
    }

    /** The tenant as it is counted here; null before a token was accepted. */
    Tenant quota() {
        return tenant;
    }

    /** As whom it is counted in rooms: guests are viewers, and no users. */
    String countedAs() {
        return claims.isGuest() ? "" : claims.user();
    }

    /** Accepts a checked token, the first or a renewed one; of a guest there is none. */
    void authenticated(Claims accepted, String acceptedToken, Tenant counted) {
        tenant = counted;
        claims = accepted;
        token = acceptedToken;
        if (state == State.UNAUTHENTICATED) {
            state = State.READY;
        }
        rates.of(accepted);
    }

    /** What this connection may ask a second. */
    Rates rates() {
        return rates;
    }

    void heard() {
        heardNs = System.nanoTime();
    }

    /** Says something that is JSON, where the dialect has a form for it. */
    void reply(byte[] json) {
        say(dialect.told(json));
    }

    void ok(long commandId, ObjectNode ok) {
        say(dialect.done(this, commandId, ok));
    }

    void refuse(long commandId, Refusal refusal) {
        say(dialect.refused(this, commandId, refusal));
        // who renews a token whose key is being looked for may ask again: the one of before still holds
        if (dialect.readsOneRoom() && (rooms.isEmpty() || refusal.code() != ErrorCode.UNAVAILABLE)) {
            close(CloseReason.REFUSED);
        }
    }

    private void say(ByteBuf frame) {
        if (frame != null && closing()) {
            frame.release();
        } else if (frame != null) {
            context.writeAndFlush(frame, context.voidPromise());
        }
    }

    void pong(ByteBuf payload) {
        ByteBuf frame = control(FIN_PONG, payload.readableBytes());
        context.writeAndFlush(frame.writeBytes(payload), context.voidPromise());
    }

    private static ByteBuf control(int opcode, int payload) {
        return Unpooled.buffer(2 + payload).writeByte(opcode).writeByte(Math.min(payload, CONTROL_BYTES_MAX));
    }

    /** The socket took what it had: every room goes on. */
    void writable() {
        unwritableSinceNs = 0;
        forward();
    }

    private void forward() {
        for (Membership m : rooms.values()) {
            if (m.viewer != null) {
                m.audience.forward(m.viewer);
            }
        }
    }

    void tick(long nowNs, long nowMs) {
        if (state == State.UNAUTHENTICATED && nowNs - openedNs > limits.authenticateMs() * NS_PER_MS) {
            refuseAndClose(
                    Refusal.of(ErrorCode.UNAUTHENTICATED, "no valid token in time"), CloseReason.UNAUTHENTICATED);
        } else if (state == State.READY && claims.expiresAtMs() <= nowMs) {
            refuseAndClose(Refusal.of(ErrorCode.TOKEN_EXPIRED, "the token has expired"), CloseReason.TOKEN_EXPIRED);
        } else if (!closing() && !context.channel().isWritable()) {
            unwritableSinceNs = unwritableSinceNs == 0 ? nowNs : unwritableSinceNs;
            if (nowNs - unwritableSinceNs > limits.slowMs() * NS_PER_MS) {
                close(CloseReason.TOO_SLOW);
            }
        } else if (!closing() && nowNs - heardNs > limits.idleMs() * NS_PER_MS) {
            close(CloseReason.IDLE);
        } else if (state == State.READY) {
            for (Membership m : rooms.values()) {
                // the log could not be read when it was asked
                if (m.viewer != null && m.viewer.waitsForLog()) {
                    m.audience.forward(m.viewer);
                }
            }
        }
    }

    /** Remembers that the client knows until when it comes back, and answers with what to say. */
    ObjectNode reconnect(long maxMs) {
        reconnectToldMs = (int) maxMs;
        return ReconnectWindow.json(maxMs);
    }

    /** Tells of the window when it has grown since it was told. @return whether it was */
    boolean tellReconnect(long maxMs) {
        if (state != State.READY
                || maxMs <= reconnectToldMs
                || !context.channel().isWritable()) {
            return false;
        }
        reply(Json.bytes(Json.object().set("reconnect", reconnect(maxMs))));
        return true;
    }

    /**
     * The edge stops: what its rooms hold for the viewer goes out, then when to come back, then the closing frame; false when it was closing already.
     */
    boolean depart(int retryMs) {
        if (closing()) {
            return false;
        }
        forward();
        ObjectNode bye = Json.object();
        bye.putObject("bye").put("code", "restart").put("retryMs", retryMs);
        ByteBuf frame = dialect.told(Json.bytes(bye));
        if (frame != null) {
            context.write(frame, context.voidPromise());
        }
        close(CloseReason.RESTART);
        return true;
    }

    void refuseAndClose(Refusal refusal, CloseReason reason) {
        say(dialect.refused(this, -1, refusal));
        close(reason);
    }

    /** Says why, then reads on for a bounded time so that the peer can hear it, then closes. */
    void close(CloseReason reason) {
        closeWith(reason.code(), reason.text());
    }

    /** Answers the peer's closing frame with its own code. */
    void closedByPeer(int code) {
        closeWith(code < 0 ? CloseReason.NORMAL.code() : code, "");
        context.close();
    }

    private void closeWith(int code, String text) {
        if (closing()) {
            return;
        }
        state = State.CLOSING;
        leaveRooms();
        byte[] reason = text.getBytes(StandardCharsets.UTF_8);
        ByteBuf frame = control(FIN_CLOSE, 2 + reason.length).writeShort(code).writeBytes(reason);
        context.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        context.channel().config().setAutoRead(true);
        if (code != CloseReason.RESTART.code()) {
            // what comes may be no frames; of a client in order its closing frame is awaited
            loop.eventLoop().execute(() -> {
                if (context.pipeline().get(Handshake.FRAMES) != null) {
                    context.pipeline().remove(Handshake.FRAMES);
                }
            });
        }
        loop.eventLoop().schedule(() -> context.close(), DISCARD_MS, TimeUnit.MILLISECONDS);
    }

    /** The channel is gone. */
    void closed() {
        if (state != State.CLOSED) {
            leaveRooms();
            state = State.CLOSED;
            loop.remove(this);
            commands.gone(this);
        }
    }

    /** Whether this is a user's connection in a room. */
    boolean isOf(String user, OpenRoom room) {
        Membership m = rooms.get(room.live().key().room());
        return m != null && m.room == room && m.viewer != null && claims.user().equals(user);
    }

    /** Its rooms, when something was decided about who is in them. */
    Standing standing() {
        return standing;
    }

    /** What the user is in a room, as the client is told. */
    void is(Membership membership, Role role) {
        membership.role = role;
        rates.of(role);
        loop.moderators().see(this, role);
    }

    /** What the user is in a room now, or null when the room is no more. */
    Role role(Membership in) {
        return commands.role(this, in.room);
    }

    private void leaveRooms() {
        for (String room : rooms.keySet().toArray(String[]::new)) {
            commands.leave(this, room);
        }
    }

    @Override
    public String tenant() {
        return claims.tenant();
    }

    @Override
    public String user() {
        return claims.user();
    }

    @Override
    public String token() {
        return token;
    }

    @Override
    public String session() {
        return session;
    }

    @Override
    public void push(byte[] utf8Json) {
        loop.eventLoop().execute(() -> {
            if (context.channel().isWritable()) {
                reply(utf8Json);
            } else {
                mayHaveMissed();
            }
        });
    }

    @Override
    public void mayHaveMissed() {
        missed.mark(System.nanoTime());
    }

    @Override
    public boolean reads() {
        return context.channel().isWritable();
    }

    @Override
    public void pushSurely(byte[] utf8Json) {
        loop.eventLoop().execute(() -> reply(utf8Json));
    }
}
