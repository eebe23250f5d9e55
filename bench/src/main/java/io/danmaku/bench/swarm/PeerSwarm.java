package io.danmaku.bench.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.bench.machine.ChildLines;
import io.danmaku.bench.machine.PackedHistogram;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * The process of viewers of whatever server, on one event loop. It is told in lines of JSON what to do: {@code prepare} (a {@link PeerPlan}),
 * {@code go}, then for each load {@code measure}, {@code count}, {@code settle}; it ends with its standard input.
 */
public final class PeerSwarm {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int READ_BYTES = 64 * 1024;
    private static final int CONNECTING_MAX = 100;
    private static final int KEEP_ALIVE_TURNS = 20;
    private static final long NS_PER_MS = 1_000_000;
    private static final long QUIET_NS_MAX = 2_000 * NS_PER_MS;
    private static final long SETTLE_NS_MAX = 15_000 * NS_PER_MS;

    private final ChildLines parent;
    private final boolean epoll = Epoll.isAvailable();
    private final EventLoop loop =
            new MultiThreadIoEventLoopGroup(1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory()).next();
    private final Semaphore connecting = new Semaphore(CONNECTING_MAX);
    private final AtomicInteger settled = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private List<String> tokens = List.of();
    private PeerPlan plan;

    // on the loop only
    private final Counts counts = new Counts();
    private final Latency latency = new Latency();
    private final Scan scan = new Scan();
    private final List<PeerChannel> viewers = new ArrayList<>();
    private int turn;

    private PeerSwarm(ChildLines parent) {
        this.parent = parent;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        ChildLines parent = new ChildLines();
        parent.follow(new PeerSwarm(parent)::carryOut);
    }

    private void carryOut(JsonNode command) {
        switch (command.path("do").asText()) {
            case "prepare" -> prepare(PeerPlan.of(command));
            case "go" -> go();
            case "measure" ->
                ask(() -> {
                    latency.measure(
                            command.path("fromNs").asLong(),
                            command.path("toNs").asLong(),
                            1);
                    return null;
                });
            case "count" -> parent.say("counted", counted());
            case "settle" -> settle(command.path("events").asLong());
            default -> throw new IllegalArgumentException("what is " + command + "?");
        }
    }

    private void prepare(PeerPlan told) {
        plan = told;
        if (!plan.secret().isEmpty()) {
            tokens = ViewerTokens.of(plan.secret(), plan.viewers());
        }
        loop.scheduleAtFixedRate(this::keepAlive, 1, 1, TimeUnit.SECONDS);
        parent.say("ready", JSON.createObjectNode());
    }

    private void keepAlive() {
        turn++;
        for (int i = turn % KEEP_ALIVE_TURNS; i < viewers.size(); i += KEEP_ALIVE_TURNS) {
            viewers.get(i).keepAlive();
        }
    }

    private void go() {
        for (int i = 0; i < plan.viewers(); i++) {
            connecting.acquireUninterruptibly();
            int viewer = i;
            loop.execute(() -> open(viewer));
        }
    }

    private void open(int i) {
        String token = tokens.isEmpty() ? "" : tokens.get(i);
        PeerChannel viewer =
                new PeerChannel(plan.dialog(), token, plan.checks(i), counts, latency, scan, new PeerChannel.Life() {
                    @Override
                    public void joined() {
                        came(null);
                    }

                    @Override
                    public void failed(String why) {
                        came(why);
                    }
                });
        viewers.add(viewer);
        new Bootstrap()
                .group(loop)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(viewer)
                .connect(plan.host(), plan.port())
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        came("cannot connect: " + done.cause());
                    }
                });
    }

    private void came(String failure) {
        if (failure != null && failures.incrementAndGet() == 1) {
            System.err.println("a viewer did not join: " + failure);
        }
        connecting.release();
        if (settled.incrementAndGet() == plan.viewers()) {
            parent.say("joined", JSON.createObjectNode().put("failed", failures.get()));
        }
    }

    private ObjectNode counted() {
        return ask(() -> {
            ObjectNode said = JSON.createObjectNode().put("atNs", System.nanoTime());
            counts.write(said);
            return said;
        });
    }

    /** Waits until so many messages have come to all viewers together, or none comes any more, or for too long. */
    private void settle(long events) {
        long nowNs = System.nanoTime();
        long endNs = nowNs + SETTLE_NS_MAX;
        long cameNs = nowNs;
        long come = ask(() -> counts.events);
        while (come < events && nowNs < endNs && nowNs - cameNs < QUIET_NS_MAX) {
            LockSupport.parkNanos(20 * NS_PER_MS);
            long before = come;
            come = ask(() -> counts.events);
            nowNs = System.nanoTime();
            cameNs = come == before ? cameNs : nowNs;
        }
        ObjectNode said = counted();
        Histogram us = ask(() -> latency.us(0).copy());
        parent.say("settled", said.put("latencyUs", PackedHistogram.of(us)));
    }

    private <T> T ask(Supplier<T> question) {
        return loop.submit(question::get).syncUninterruptibly().getNow();
    }
}
