package io.danmaku.bench.tail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.bench.machine.ChildLines;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.edge.audience.Audience;
import io.danmaku.edge.audience.Deliveries;
import io.danmaku.edge.audience.Viewer;
import io.danmaku.edge.broadcast.Broadcaster;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.edge.broadcast.Pace;
import io.danmaku.edge.connection.SocketTransport;
import io.danmaku.edge.tail.Deletions;
import io.danmaku.edge.tail.Encoding;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.spi.transport.Transport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * The edge from its ring on, in a process of its own: broadcaster, tails, audiences and sockets of a transport, fed by this thread at fixed
 * times. Connections are viewers from the first byte, without a handshake. Told in lines of JSON: {@code accept} so many connections,
 * {@code feed} so much; it ends with its standard input.
 */
public final class TailServer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double NS_PER_S = 1e9;
    private static final int BACKLOG = 1024;
    /** As an edge's sockets have it. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private static final int RING_SLOTS = 16_384;
    private static final int BATCH_BYTES_MAX = 64 * 1024;
    private static final int TAIL_BATCHES = 1024;
    private static final long TAIL_BYTES = 4L << 20;
    private static final int BUSY_PER_SECOND = 64;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final EventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();
    private final Deliveries deliveries = new Deliveries(ns -> {});
    private final Broadcaster broadcaster;
    private final List<LiveRoom> rooms = new ArrayList<>();
    private final Semaphore accepted = new Semaphore(0);
    private final byte[] event;
    private long[] offsets = {};

    private TailServer(SocketTransport kind, int loopCount, int frameIntervalMs, int roomCount, int eventBytes) {
        Transport transport = kind.vertx().implementation();
        group = new MultiThreadIoEventLoopGroup(loopCount, transport.ioHandlerFactory());
        for (int i = 0; i < loopCount; i++) {
            loops.add(group.next());
        }
        Executor[] executors = loops.toArray(Executor[]::new);
        Pace pace = new Pace(frameIntervalMs, 2L * frameIntervalMs, BUSY_PER_SECOND, () -> executors);
        broadcaster = new Broadcaster(1, RING_SLOTS, pace, BATCH_BYTES_MAX, (sendId, offset, tsMs, held) -> {});
        for (int i = 0; i < roomCount; i++) {
            rooms.add(new LiveRoom(
                    new LiveRoom.Opening(
                            new RoomKey(Ids.DEFAULT_TENANT, "room-" + i),
                            "e",
                            Durability.LOGGED,
                            0,
                            TAIL_BATCHES,
                            TAIL_BYTES,
                            loopCount,
                            PolicyJson.merged(RoomPolicy.DEFAULT, Json.object().put("bestEffortPerSecond", 0)),
                            new Deletions()),
                    (from, tailFirst) ->
                            CompletableFuture.failedFuture(new IllegalStateException("there is no log here")),
                    deliveries,
                    System.nanoTime()));
        }
        offsets = new long[roomCount];
        event = event(eventBytes);
    }

    /** A chat whose JSON, but for offset and time, has so many bytes. */
    private static byte[] event(int bytes) {
        String head = "\"t\":\"chat\",\"u\":{\"id\":\"7\",\"name\":\"Ann\"},\"d\":{\"text\":\"";
        String tail = "\"}}";
        return (head + "x".repeat(Math.max(0, bytes - head.length() - tail.length())) + tail)
                .getBytes(StandardCharsets.UTF_8);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        ChildLines parent = new ChildLines();
        JsonNode plan = parent.next();
        SocketTransport kind = SocketTransport.choose(
                plan.path("transport").asText(), plan.path("ringEntries").asInt());
        TailServer server = new TailServer(
                kind,
                plan.path("loops").asInt(),
                plan.path("frameIntervalMs").asInt(),
                plan.path("rooms").asInt(),
                plan.path("eventBytes").asInt());
        parent.say("ready", JSON.createObjectNode().put("port", server.listen(kind)));
        parent.follow(command -> server.carryOut(command, parent));
    }

    private int listen(SocketTransport kind) throws InterruptedException {
        Transport transport = kind.vertx().implementation();
        Channel server = new ServerBootstrap()
                .group(group)
                .channelFactory(() ->
                        (ServerChannel) transport.serverChannelFactory(false).newChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Socket());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** A viewer's socket. */
    private final class Socket extends ChannelInboundHandlerAdapter {
        private Audience audience;
        private Viewer viewer;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            int index = loops.indexOf(context.channel().eventLoop());
            LiveRoom room = rooms.get(accepted.availablePermits() % rooms.size());
            audience = room.audience(index, context.channel().eventLoop());
            viewer = audience.add(context, Encoding.PLAIN, room.tail().headOffset());
            accepted.release();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (context.channel().isWritable()) {
                audience.forward(viewer);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            audience.remove(viewer);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            context.close();
        }
    }

    private void carryOut(JsonNode command, ChildLines parent) throws InterruptedException {
        switch (command.path("do").asText()) {
            case "accept" -> {
                int connections = command.path("connections").asInt();
                while (accepted.availablePermits() < connections) {
                    LockSupport.parkNanos(1_000_000);
                }
                parent.say("accepted", JSON.createObjectNode());
            }
            case "feed" -> {
                int perSecond = command.path("perSecond").asInt();
                feed(perSecond, command.path("warmUpSeconds").asDouble());
                parent.say("fed", feed(perSecond, command.path("seconds").asDouble()));
            }
            default -> throw new IllegalArgumentException("what is " + command + "?");
        }
    }

    /** What threads have used, and what was delivered, at a moment. */
    private record Use(long atNs, long loopsCpuNs, long broadcasterCpuNs, long events, long bytes, long batches) {}

    private Use use() throws InterruptedException {
        long loopsCpuNs = 0;
        for (EventLoop loop : loops) {
            loopsCpuNs += loop.submit(threads::getCurrentThreadCpuTime).sync().getNow();
        }
        long broadcasterCpuNs = 0;
        for (long id : threads.getAllThreadIds()) {
            var info = threads.getThreadInfo(id);
            if (info != null && info.getThreadName().equals("broadcaster")) {
                broadcasterCpuNs = threads.getThreadCpuTime(id);
            }
        }
        return new Use(
                System.nanoTime(),
                loopsCpuNs,
                broadcasterCpuNs,
                deliveries.events(),
                deliveries.bytes(),
                broadcaster.batches());
    }

    private ObjectNode feed(int perSecond, double seconds) throws InterruptedException {
        Use before = use();
        long startNs = System.nanoTime();
        long records = (long) (perSecond * seconds);
        for (long i = 0; i < records; i++) {
            long dueNs = startNs + (long) (i * NS_PER_S / perSecond);
            Sleep.until(dueNs);
            int room = (int) (i % offsets.length);
            broadcaster.record(
                    rooms.get(room),
                    ++offsets[room],
                    System.currentTimeMillis(),
                    new RoomRecord(EventType.CHAT, false, false, 1, 0, 0, "7", "", "", event));
        }
        Use after = use();
        return JSON.createObjectNode()
                .put("seconds", (after.atNs - before.atNs) / NS_PER_S)
                .put("loopsCpuS", (after.loopsCpuNs - before.loopsCpuNs) / NS_PER_S)
                .put("broadcasterCpuS", (after.broadcasterCpuNs - before.broadcasterCpuNs) / NS_PER_S)
                .put("events", after.events - before.events)
                .put("bytes", after.bytes - before.bytes)
                .put("batches", after.batches - before.batches);
    }
}
