package io.danmaku.bench.swarm;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** One event loop of the swarm with its viewers and what they count. Its state is touched on the loop only. */
final class SwarmLoop {
    private static final int READ_BYTES = 64 * 1024;
    /** Each viewer pings once in so many turns of a second: well within the minute that an edge waits. */
    private static final int PING_TURNS = 20;

    private static final long ANSWER_S_MAX = 30;

    private final EventLoop loop;
    private final Class<? extends Channel> kind;
    private final Counts counts = new Counts();
    private final Watch.Latency latency = new Watch.Latency();
    private final Scan scan = new Scan();
    private final List<ViewerChannel> viewers = new ArrayList<>();
    private int turn;

    SwarmLoop(EventLoop loop, Class<? extends Channel> kind) {
        this.loop = loop;
        this.kind = kind;
        loop.scheduleAtFixedRate(this::ping, 1, 1, TimeUnit.SECONDS);
    }

    private void ping() {
        turn++;
        for (int i = turn % PING_TURNS; i < viewers.size(); i += PING_TURNS) {
            viewers.get(i).ping();
        }
    }

    /** Connects a viewer; from any thread. */
    void open(SwarmPlan plan, String room, String token, boolean checks, ViewerChannel.Life life) {
        loop.execute(() -> {
            ViewerChannel viewer = new ViewerChannel(
                    room,
                    plan.host() + ":" + plan.port(),
                    token,
                    new Watch(room, checks, counts, latency),
                    counts,
                    scan,
                    life);
            viewers.add(viewer);
            connect(plan, viewer, cause -> life.failed(viewer, "cannot connect: " + cause), () -> {});
        });
    }

    /** Connects one that only counts bytes; from any thread. */
    void openRaw(SwarmPlan plan, Runnable opened, java.util.function.Consumer<Throwable> failed) {
        connect(plan, new RawChannel(counts), failed, opened);
    }

    private void connect(
            SwarmPlan plan, ChannelHandler handler, java.util.function.Consumer<Throwable> failed, Runnable opened) {
        new Bootstrap()
                .group(loop)
                .channel(kind)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(handler)
                .connect(plan.host(), plan.port())
                .addListener(done -> {
                    if (done.isSuccess()) {
                        opened.run();
                    } else {
                        failed.accept(done.cause());
                    }
                });
    }

    void measure(long fromNs, long toNs) {
        loop.execute(() -> {
            latency.toNs = toNs;
            latency.fromNs = fromNs;
        });
    }

    void addTo(Counts sum) {
        ask(() -> {
            sum.add(counts);
            return null;
        });
    }

    void addTo(org.HdrHistogram.Histogram sum) {
        ask(() -> {
            sum.add(latency.us);
            return null;
        });
    }

    /** Offsets that joined viewers have not got yet of rooms that are known to have come so far. */
    long missing(Map<String, Long> heads) {
        return ask(() -> {
            long sum = 0;
            for (ViewerChannel viewer : viewers) {
                long next = viewer.watch().next();
                sum += next < 0 ? 0 : Math.max(0, heads.getOrDefault(viewer.room(), 0L) + 1 - next);
            }
            return sum;
        });
    }

    void close() {
        ask(() -> {
            viewers.forEach(ViewerChannel::close);
            return null;
        });
    }

    private <T> T ask(Supplier<T> question) {
        CompletableFuture<T> answer = CompletableFuture.supplyAsync(question, loop);
        try {
            return answer.get(ANSWER_S_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(cut);
        } catch (java.util.concurrent.ExecutionException | TimeoutException stuck) {
            throw new IllegalStateException("an event loop of the swarm does not answer", stuck);
        }
    }
}
