package io.danmaku.edge.connection;

import io.danmaku.edge.overload.Admission;
import io.danmaku.node.address.Address;
import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.DeviceKind;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Turns an HTTP request into a viewer's socket (RFC 6455, section 4.2). Vert.x answers the request; then its handler leaves the
 * pipeline, and what stays is a bare Netty channel with a frame decoder and our handler: a quarter of the memory, and shared
 * buffers go to the socket as they are.
 */
public final class Handshake implements Handler<RoutingContext> {
    /** What is spoken at {@code /ws}. Packets have no such name. */
    public static final String SUBPROTOCOL = "danmaku.v1.json";

    static final String FRAMES = "frames";
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private final ConnectionLoops loops;
    private final Commands commands;
    private final Dialect json;
    private final Dialect packets;
    private final Admission admission;
    private final ConnectionLimits limits;
    private final TrustedProxies proxies;
    private final boolean compression;
    private final String incarnation;
    private final AtomicLong sessions = new AtomicLong();
    private volatile boolean draining;

    /**
     * @param proxies who may say where a connection comes from
     * @param compression whether compressed frames are agreed on with clients that offer it
     */
    public Handshake(
            ConnectionLoops loops,
            Commands commands,
            Admission admission,
            ConnectionLimits limits,
            TrustedProxies proxies,
            boolean compression,
            String incarnation) {
        this.loops = loops;
        this.commands = commands;
        json = new JsonDialect(commands);
        packets = new PacketDialect(commands, limits.frameBytesMax());
        this.admission = admission;
        this.limits = limits;
        this.proxies = proxies;
        this.compression = compression;
        this.incarnation = incarnation;
    }

    /** Takes no more connections. */
    public void drain() {
        draining = true;
    }

    /** Takes {@code /ws}. */
    @Override
    public void handle(RoutingContext routing) {
        handle(routing, json);
    }

    /** Takes {@code /sub}, where the token comes in the first packet and nothing is compressed. */
    public Handler<RoutingContext> packets() {
        return routing -> handle(routing, packets);
    }

    private void handle(RoutingContext routing, Dialect dialect) {
        HttpServerRequest request = routing.request();
        String key = request.getHeader("Sec-WebSocket-Key");
        if (key == null
                || !"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))
                || !"13".equals(request.getHeader("Sec-WebSocket-Version"))) {
            request.response().putHeader("Sec-WebSocket-Version", "13");
            Problems.send(routing, Refusal.of(ErrorCode.BAD_COMMAND, "this is a WebSocket (version 13) endpoint"));
            return;
        }
        String offered = request.getHeader("Sec-WebSocket-Protocol");
        boolean named = dialect == json && offered != null;
        if (named && Arrays.stream(offered.split(",")).map(String::trim).noneMatch(SUBPROTOCOL::equals)) {
            Problems.send(routing, Refusal.of(ErrorCode.UNSUPPORTED, "the subprotocol is " + SUBPROTOCOL));
            return;
        }
        Command.Auth auth;
        String client;
        try {
            auth = dialect == json ? auth(request) : null;
            client = request.getParam("client");
        } catch (IllegalArgumentException brokenQuery) {
            Problems.send(routing, Refusal.of(ErrorCode.BAD_COMMAND, "the address cannot be read"));
            return;
        }
        DeviceKind kind = DeviceKind.ofWireName(client);
        if (client != null && kind == null && dialect == json) {
            Problems.send(
                    routing, Refusal.of(ErrorCode.BAD_FIELD, "client is web, ios, android, desktop, tv, bot or other"));
            return;
        }
        Refusal refusal = admit();
        if (refusal != null) {
            // the socket too: who is refused shall cost nothing
            routing.response().putHeader("Connection", "close");
            routing.addEndHandler(answered -> request.connection().close());
            Problems.send(routing, refusal);
            return;
        }
        upgrade(request, dialect, key, named, new Arrival(proxies.client(request), kind, auth));
    }

    /**
     * What a handshake says of who comes.
     *
     * @param kind null = nothing
     * @param auth null = nothing
     */
    private record Arrival(Address address, DeviceKind kind, Command.Auth auth) {}

    /** What the address says of who comes; null when it says nothing. */
    private static Command.Auth auth(HttpServerRequest request) {
        String token = request.getParam("token");
        String guest = token == null ? request.getParam("guest") : null;
        return token == null && guest == null ? null : new Command.Auth(token, guest, null);
    }

    /** Counts one more connection, or says why not. */
    private Refusal admit() {
        if (draining) {
            return admission.refuse(Admission.Reason.STOPPING);
        }
        Refusal refusal = admission.handshake(System.nanoTime());
        if (refusal != null) {
            return refusal;
        }
        return loops.enter(limits.connectionsMax()) ? null : admission.refuse(Admission.Reason.FULL);
    }

    private void upgrade(HttpServerRequest request, Dialect dialect, String key, boolean named, Arrival arrival) {
        request.response()
                .putHeader("Upgrade", "websocket")
                .putHeader("Connection", "Upgrade")
                .putHeader("Sec-WebSocket-Accept", accept(key));
        if (named) {
            request.response().putHeader("Sec-WebSocket-Protocol", SUBPROTOCOL);
        }
        String agreed = compression && dialect == json
                ? CompressionOffer.answer(request.headers().getAll(CompressionOffer.HEADER))
                : null;
        if (agreed != null) {
            request.response().putHeader(CompressionOffer.HEADER, agreed);
        }
        request.toNetSocket()
                .onSuccess(socket ->
                        take(((NetSocketInternal) socket).channelHandlerContext(), dialect, arrival, agreed != null))
                .onFailure(lost -> loops.left());
    }

    private void take(ChannelHandlerContext vertx, Dialect dialect, Arrival arrival, boolean compressed) {
        ConnectionLoop loop = loops.of(vertx.channel().eventLoop());
        String session = incarnation + "." + sessions.incrementAndGet();
        Connection connection =
                new Connection(dialect, loop, limits, commands, session, arrival.address, System.nanoTime());
        connection.kind = arrival.kind == null ? DeviceKind.OTHER : arrival.kind;
        try {
            install(vertx, connection, compressed);
        } catch (RuntimeException closedMeanwhile) {
            loops.left();
            vertx.close();
            return;
        }
        if (!vertx.channel().isActive()) {
            connection.closed();
        } else if (arrival.auth != null) {
            commands.authenticate(connection, -1, arrival.auth);
        }
    }

    private void install(ChannelHandlerContext vertx, Connection connection, boolean compressed) {
        ChannelPipeline pipeline = vertx.pipeline();
        pipeline.addLast(
                FRAMES,
                new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                        .expectMaskedFrames(true)
                        .allowMaskMismatch(false)
                        .allowExtensions(compressed)
                        .closeOnProtocolViolation(false)
                        .maxFramePayloadLength(limits.frameBytesMax())
                        .build()));
        pipeline.addLast("viewer", new ViewerSocket(connection, limits.frameBytesMax()));
        pipeline.remove("handler"); // Vert.x's own
        vertx.channel().config().setWriteBufferWaterMark(WATER_MARK);
        connection.opened(pipeline.context("viewer"), compressed);
        loops.countPackets(connection, 1);
        vertx.channel().config().setAutoRead(true);
        vertx.channel().read();
    }

    private static String accept(String key) {
        try {
            byte[] sha1 = MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(sha1);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
